//! What each worker has done, for load displays and benches.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counters of one worker; each stands for itself, hence relaxed.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    tasks: AtomicU64,
    steals: AtomicU64,
    parks: AtomicU64,
    spun_ns: AtomicU64,
}

/// A reading of one worker's counters since the pool was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WorkerLoad {
    /// Tasks run.
    pub tasks: u64,
    /// Of those, taken from another worker's queue.
    pub steals: u64,
    /// Times it went to sleep.
    pub parks: u64,
    /// Time spent looking for work, in ns.
    pub spun_ns: u64,
}

impl Counters {
    pub(crate) fn ran(&self) {
        self.tasks.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn stole(&self) {
        self.steals.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn parked(&self) {
        self.parks.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn spun(&self, ns: u64) {
        self.spun_ns.fetch_add(ns, Ordering::Relaxed);
    }

    pub(crate) fn read(&self) -> WorkerLoad {
        WorkerLoad {
            tasks: self.tasks.load(Ordering::Relaxed),
            steals: self.steals.load(Ordering::Relaxed),
            parks: self.parks.load(Ordering::Relaxed),
            spun_ns: self.spun_ns.load(Ordering::Relaxed),
        }
    }
}
