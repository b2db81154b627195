//! The pool: its threads, and what they share.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_deque::{Stealer, Worker as Queue};

use crate::client::{Client, Hint};
use crate::config::{Config, IdlePolicy};
use crate::futex;
use crate::pace::Pace;
use crate::seat::Seat;
use crate::slot::{Slot, Token};
use crate::stats::{Counters, WorkerLoad};
use crate::worker::Worker;

/// Clients that a pool can serve.
const SLOTS: usize = 64;

/// What all threads of a pool see.
pub(crate) struct Shared {
    pub(crate) slots: Box<[Slot]>,
    /// Slots that have ever been used: the others need not be looked at.
    used: AtomicUsize,
    /// Other sides of the workers' queues.
    pub(crate) stealers: Box<[Stealer<Token>]>,
    pub(crate) counters: Box<[Counters]>,
    /// Changes with every run; sleeping workers wait on it.
    pub(crate) generation: AtomicU32,
    sleepers: AtomicU32,
    /// Runs that are going on.
    pub(crate) in_flight: AtomicU32,
    pub(crate) stop: AtomicBool,
    /// Workers that have set themselves up.
    pub(crate) ready: AtomicU32,
    /// Where the next search for work starts.
    pub(crate) turn: AtomicU32,
    pub(crate) idle: IdlePolicy,
    pub(crate) eager: bool,
    pub(crate) pace: Pace,
}

impl Shared {
    /// Workers that run: where the system gave fewer threads than asked for, fewer than there are counters.
    pub(crate) fn workers(&self) -> usize {
        self.ready.load(Ordering::Relaxed) as usize
    }

    pub(crate) fn slots_in_use(&self) -> &[Slot] {
        &self.slots[..self.used.load(Ordering::Relaxed).min(SLOTS)]
    }

    pub(crate) fn anyone_awake(&self) -> bool {
        (self.sleepers.load(Ordering::Relaxed) as usize) < self.workers()
    }

    /// A run has begun in which `helpers` workers can be of use.
    // SeqCst, with `sleep`: either the sleeper sees the new generation, or we see the sleeper. (Store, then
    // load on both sides: nothing weaker forbids that both miss.)
    pub(crate) fn announce(&self, helpers: u32) {
        self.generation.fetch_add(1, Ordering::SeqCst);
        let sleepers = self.sleepers.load(Ordering::SeqCst);
        let awake = self.workers() as u32 - sleepers.min(self.workers() as u32);
        let wake = sleepers.min(helpers.saturating_sub(awake));
        if wake > 0 {
            futex::wake(&self.generation, wake);
        }
    }

    /// A run that the caller does alone: wakes workers now and then, so that they are there for the next.
    pub(crate) fn rouse_for_next(&self, hint: &Hint) {
        if self.idle != IdlePolicy::Park
            && self.workers() > 0
            && !self.anyone_awake()
            && self.pace.should_rouse(hint)
        {
            self.announce(hint.useful.saturating_sub(1));
        }
    }

    /// Sleeps until the generation is no longer `seen`, at most for `limit`.
    pub(crate) fn sleep(&self, seen: u32, limit: Option<Duration>) {
        self.sleepers.fetch_add(1, Ordering::SeqCst);
        if self.generation.load(Ordering::SeqCst) == seen {
            futex::wait(&self.generation, seen, limit);
        }
        self.sleepers.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Threads that share the work of all clients. They are joined when the last handle is dropped.
pub struct Pool {
    shared: Arc<Shared>,
    /// The callers' queues of the slots that are free.
    free: Mutex<Vec<(u32, Queue<Token>)>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

/// Every slot of the pool is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyClients;

impl std::fmt::Display for TooManyClients {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "the pool serves {SLOTS} clients already")
    }
}

impl std::error::Error for TooManyClients {}

/// The process's pool. It goes away with its last handle, since plugin libraries are unloaded.
static SHARED: Mutex<Weak<Pool>> = Mutex::new(Weak::new());

impl Pool {
    /// The process's pool, made by the first call with its settings and shared until its last handle goes.
    pub fn shared(config: &Config) -> Arc<Pool> {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let pool = Pool::new(config);
            *shared = Arc::downgrade(&pool);
            pool
        })
    }

    /// A pool of one's own, for offline work and tests. Returns when all workers are ready. Where the system
    /// gives fewer threads than asked for, the pool has fewer.
    pub fn new(config: &Config) -> Arc<Pool> {
        let workers = config.worker_count();
        let queues: Vec<Queue<Token>> = (0..workers).map(|_| Queue::new_fifo()).collect();
        let callers: Vec<Queue<Token>> = (0..SLOTS).map(|_| Queue::new_fifo()).collect();
        let shared = Arc::new(Shared {
            slots: callers.iter().map(|queue| Slot::new(queue.stealer())).collect(),
            used: AtomicUsize::new(0),
            stealers: queues.iter().map(Queue::stealer).collect(),
            counters: (0..workers).map(|_| Counters::default()).collect(),
            generation: AtomicU32::new(0),
            sleepers: AtomicU32::new(0),
            in_flight: AtomicU32::new(0),
            stop: AtomicBool::new(false),
            ready: AtomicU32::new(0),
            turn: AtomicU32::new(0),
            idle: config.idle,
            eager: config.eager,
            pace: Pace::new(),
        });
        let threads: Vec<_> = (queues.into_iter().enumerate())
            .map_while(|(number, queue)| {
                let worker = Worker { shared: shared.clone(), seat: Seat::new(number + 1), queue };
                let thread = std::thread::Builder::new().name(format!("manycord-w{}", number + 1));
                thread.stack_size(1 << 20).spawn(move || worker.work()).ok()
            })
            .collect();
        while (shared.ready.load(Ordering::Acquire) as usize) < threads.len() {
            std::thread::yield_now();
        }
        let free = callers.into_iter().enumerate().map(|(slot, queue)| (slot as u32, queue)).rev().collect();
        Arc::new(Pool { shared, free: Mutex::new(free), threads: Mutex::new(threads) })
    }

    /// Worker threads, the callers not counted.
    pub fn workers(&self) -> usize {
        self.shared.workers()
    }

    /// A seat for one more caller. Off the hot path: it locks.
    ///
    /// # Errors
    /// When all seats are taken.
    pub fn client(self: &Arc<Self>) -> Result<Client, TooManyClients> {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let (slot, queue) = free.ok_or(TooManyClients)?;
        self.shared.used.fetch_max(slot as usize + 1, Ordering::Relaxed);
        Ok(Client::new(self.clone(), slot, queue))
    }

    /// What each worker has done since the pool was made.
    pub fn load(&self) -> Vec<WorkerLoad> {
        self.shared.counters.iter().map(Counters::read).collect()
    }

    pub(crate) fn shared_state(&self) -> &Shared {
        &self.shared
    }

    pub(crate) fn give_back(&self, slot: u32, queue: Queue<Token>) {
        self.free.lock().unwrap_or_else(PoisonError::into_inner).push((slot, queue));
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        // The change of generation publishes the flag to workers on their way to sleep.
        self.shared.announce(u32::MAX);
        for thread in self.threads.get_mut().unwrap_or_else(PoisonError::into_inner).drain(..) {
            // A worker ends without a panic: tasks' panics are caught.
            let _ = thread.join();
        }
    }
}
