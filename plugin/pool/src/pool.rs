//! The pool: made, shared by the process, and ended.

use std::sync::{Arc, PoisonError, Weak};

use crate::client::Client;
use crate::config::Config;
use crate::crew::{Crew, SPARES, lock};
use crate::queue::Queue;
use crate::shared::Shared;
use crate::slot::{SLOTS, Token};
use crate::stats::WorkerLoad;
use crate::supervisor::{Alarm, Alarms, Supervisor};
use crate::sync::Mutex;
use crate::sync::thread::JoinHandle;
use crate::system::{self, Identity};

/// Threads that share the work of all clients. They are joined when the last handle is dropped.
pub struct Pool {
    shared: Arc<Shared>,
    crew: Arc<Crew>,
    alarms: Arc<Alarms>,
    /// The callers' queues of the slots that are free.
    free: Mutex<Vec<(usize, Queue<Token>)>>,
    supervisor: Mutex<Option<JoinHandle<Identity>>>,
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
static SHARED: std::sync::Mutex<Weak<Pool>> = std::sync::Mutex::new(Weak::new());

impl Pool {
    /// The process's pool, made by the first call with its settings and shared until its last handle goes. When
    /// another copy of this library in the process has workers already (a host may load the CLAP and the VST3 plugin
    /// at once), the default number of workers is lower by theirs, so that the machine is not overbooked.
    pub fn shared(config: &Config) -> Arc<Pool> {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        // A child of a fork has no worker of its parent.
        shared.upgrade().filter(|pool| pool.crew.is_here()).unwrap_or_else(|| {
            let workers = config.worker_count();
            let workers = match config.workers {
                Some(_) => workers,
                None => workers.saturating_sub(system::workers_of_others(0)),
            };
            let pool = Pool::new(&Config { workers: Some(workers), ..config.clone() });
            *shared = Arc::downgrade(&pool);
            pool
        })
    }

    /// A pool of one's own, for offline work and tests. Returns when all workers are ready. Where the system
    /// gives fewer threads than asked for, the pool has fewer.
    pub fn new(config: &Config) -> Arc<Pool> {
        let workers = config.worker_count();
        let places = if workers == 0 { 0 } else { workers + SPARES };
        let queues: Vec<Queue<Token>> = (0..places).map(|_| Queue::new_fifo()).collect();
        let callers: Vec<Queue<Token>> = (0..SLOTS).map(|_| Queue::new_fifo()).collect();
        let (slots, stealers) = (callers.iter().map(Queue::stealer), queues.iter().map(Queue::stealer));
        let shared = Arc::new(Shared::new(config, slots, stealers));
        let crew = Arc::new(Crew::new(shared.clone(), queues.into_iter().enumerate().rev().collect()));
        let alarms: Arc<Alarms> = Arc::new(Mutex::new((0..SLOTS).map(|_| None).collect()));
        let duty = Supervisor { shared: shared.clone(), crew: crew.clone(), alarms: alarms.clone() };
        // Without a supervisor nobody would end a run that got stuck: then there are no workers to get stuck in it.
        let supervisor = (workers > 0).then(|| duty.start()).flatten();
        if supervisor.is_some() {
            crew.hire_all(workers);
        }
        let free = callers.into_iter().enumerate().rev().collect();
        Arc::new(Pool { shared, crew, alarms, free: Mutex::new(free), supervisor: Mutex::new(supervisor) })
    }

    /// Worker threads, the callers not counted.
    pub fn workers(&self) -> usize {
        self.shared.workers() as usize
    }

    /// A seat for one more caller. Off the hot path: it locks.
    ///
    /// # Errors
    /// When all seats are taken.
    pub fn client(self: &Arc<Self>) -> Result<Client, TooManyClients> {
        self.client_with(None)
    }

    /// As [`Pool::client`]; `alarm` is called by a thread of the pool when a run of this client was given up, after
    /// which [`Client::standing`] tells so.
    ///
    /// # Errors
    /// When all seats are taken.
    pub fn client_with(self: &Arc<Self>, alarm: Option<Alarm>) -> Result<Client, TooManyClients> {
        let (slot, queue) = lock(&self.free).pop().ok_or(TooManyClients)?;
        lock(&self.alarms)[slot] = alarm;
        self.shared.use_slot(slot);
        Ok(Client::new(self.clone(), slot, queue))
    }

    /// What each worker has done since the pool was made, those given up included.
    pub fn load(&self) -> Vec<WorkerLoad> {
        self.shared.places_in_use().iter().map(|place| place.counters.read()).collect()
    }

    pub(crate) fn shared_state(&self) -> &Shared {
        &self.shared
    }

    pub(crate) fn is_here(&self) -> bool {
        self.crew.is_here()
    }

    pub(crate) fn give_back(&self, slot: usize, queue: Queue<Token>) {
        lock(&self.alarms)[slot] = None;
        lock(&self.free).push((slot, queue));
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        let supervisor = lock(&self.supervisor).take();
        self.shared.stop();
        // Before the crew goes: it asks which threads still use the flows that it holds.
        match supervisor {
            Some(thread) if self.crew.is_here() => {
                if let Ok(identity) = thread.join() {
                    identity.wait_until_gone();
                }
            }
            // In a child of a fork it does not exist.
            Some(thread) => std::mem::forget(thread),
            None => {}
        }
        self.crew.dismiss();
    }
}
