//! What each worker has done, for load displays and benches.

use crate::sync::atomic::{AtomicU64, Ordering};

/// Counters of one worker; each stands for itself, hence relaxed.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    tasks: AtomicU64,
    steals: AtomicU64,
    parks: AtomicU64,
    wakes: AtomicU64,
    run_ns: AtomicU64,
    search_ns: AtomicU64,
    spun_ns: AtomicU64,
    parked_ns: AtomicU64,
    wake_ns: AtomicU64,
}

/// A reading of one worker's counters since the pool was made. Times are in ns; those of running, searching, spinning
/// and parking add up to the worker's life.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WorkerLoad {
    /// Tasks run.
    pub tasks: u64,
    /// Of those, taken from another thread's queue.
    pub steals: u64,
    /// Times it went to sleep.
    pub parks: u64,
    /// Times it was woken, or found news on waking by itself.
    pub wakes: u64,
    /// Running tasks, and passing from one to the next.
    pub run_ns: u64,
    /// Looking through all queues once: what stealing costs.
    pub steal_ns: u64,
    /// Looking out for work that is about to come.
    pub spun_ns: u64,
    /// Asleep.
    pub parked_ns: u64,
    /// From a run's announcement until the worker that it woke was up, all wakes together.
    pub wake_ns: u64,
}

/// What a stretch of a worker's time was spent on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Activity {
    Run,
    Search,
    Spin,
    Park,
}

impl Counters {
    pub(crate) fn ran(&self, tasks: u64) {
        self.tasks.fetch_add(tasks, Ordering::Relaxed);
    }

    pub(crate) fn stole(&self) {
        self.steals.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn woke(&self, late_ns: u64) {
        self.wakes.fetch_add(1, Ordering::Relaxed);
        self.wake_ns.fetch_add(late_ns, Ordering::Relaxed);
    }

    fn spent(&self, activity: Activity, ns: u64) {
        let counter = match activity {
            Activity::Run => &self.run_ns,
            Activity::Search => &self.search_ns,
            Activity::Spin => &self.spun_ns,
            Activity::Park => &self.parked_ns,
        };
        counter.fetch_add(ns, Ordering::Relaxed);
        if activity == Activity::Park {
            self.parks.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn read(&self) -> WorkerLoad {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        WorkerLoad {
            tasks: read(&self.tasks),
            steals: read(&self.steals),
            parks: read(&self.parks),
            wakes: read(&self.wakes),
            run_ns: read(&self.run_ns),
            steal_ns: read(&self.search_ns),
            spun_ns: read(&self.spun_ns),
            parked_ns: read(&self.parked_ns),
            wake_ns: read(&self.wake_ns),
        }
    }
}

/// Divides a worker's time into stretches.
#[derive(Debug)]
pub(crate) struct Stopwatch {
    last_ns: u64,
}

impl Stopwatch {
    pub(crate) fn new(now_ns: u64) -> Stopwatch {
        Stopwatch { last_ns: now_ns }
    }

    /// The stretch that ends now was spent on this.
    pub(crate) fn lap(&mut self, counters: &Counters, activity: Activity, now_ns: u64) {
        counters.spent(activity, now_ns.saturating_sub(self.last_ns));
        self.last_ns = now_ns;
    }

    /// From a time until the last stretch ended.
    pub(crate) fn since(&self, ns: u64) -> u64 {
        self.last_ns.saturating_sub(ns)
    }
}
