//! The caller's side of a run.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use crossbeam_deque::Worker as Queue;

use crate::float::FlushDenormals;
use crate::flow::{Core, Flow, Job};
use crate::pool::{Pool, Shared};
use crate::seat::Seat;
use crate::slot::{Slot, Token};
use crate::thread;
use crate::worker::{Runner, finish_task};

/// What the caller knows of a run beforehand; it decides who takes part, never what comes out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hint {
    /// Estimated time of all tasks on one thread, in ns; 0 unknown.
    pub serial_ns: u32,
    /// Threads that the graph can keep busy: work over longest path.
    pub useful: u32,
    /// Time from one call of the host to the next, in ns; 0 when not paced.
    pub period_ns: u32,
    /// How long the caller waits for others before it returns [`Outcome::Late`], in ns; `None`: for ever.
    pub patience_ns: Option<u32>,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Every task returned.
    Done,
    /// Every task was run; this many panicked, and were caught.
    Panicked(u32),
    /// Some task has not returned in time: the run is still going on. Ask [`Client::standing`] before the next.
    Late,
}

/// Where a client stands between two calls of [`Client::run`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// No run is going on.
    Free,
    /// A run that was late still goes on; nothing that it uses may be touched.
    Late,
    /// A run that was late has been given up: its flow must never run again. Told once; the client is free.
    Wrecked,
}

/// Below this estimate the caller runs alone, in ns: workers are awake.
const INLINE_AWAKE_NS: u32 = 20_000;
/// The same while all workers sleep: waking one takes 50 µs, 12 of them the caller's.
const INLINE_ASLEEP_NS: u32 = 150_000;
/// How long the caller spins for the last tasks before it gives way to whoever waits for its CPU.
const SPIN_NS: u128 = 20_000;

/// Runs flows on a pool. One per engine; any thread may call it, one at a time.
pub struct Client {
    pool: Arc<Pool>,
    slot: u32,
    queue: Queue<Token>,
}

impl Client {
    pub(crate) fn new(pool: Arc<Pool>, slot: u32, queue: Queue<Token>) -> Client {
        Client { pool, slot, queue }
    }

    /// Runs every task of a flow once, successors after predecessors; returns when all have ended. The
    /// calling thread takes part and never sleeps.
    pub fn run<J: Job>(&mut self, flow: &Arc<Flow<J>>, hint: &Hint) -> Outcome {
        let _flush = FlushDenormals::enter();
        let shared = self.pool.shared_state();
        let tasks = flow.graph().tasks();
        if tasks == 0 {
            return Outcome::Done;
        }
        shared.pace.note_call(hint);
        if shared.workers() == 0 || tasks == 1 || hint.useful <= 1 || hint.serial_ns < inline_below(shared) {
            shared.rouse_for_next(hint);
            return run_alone(flow);
        }
        self.run_together(flow, hint)
    }

    /// Whether the run that was late is over.
    pub fn standing(&mut self) -> Standing {
        Standing::Free
    }

    fn run_together<J: Job>(&mut self, flow: &Arc<Flow<J>>, hint: &Hint) -> Outcome {
        let shared = self.pool.shared_state();
        let slot = &shared.slots[self.slot as usize];
        let graph = flow.graph();
        slot.cpu.store(thread::current_cpu(), Ordering::Relaxed);
        shared.in_flight.fetch_add(1, Ordering::Relaxed);
        slot.open(flow.core(), graph.roots.len(), graph.leaves);
        shared.announce(hint.useful.saturating_sub(1));
        let caller = Caller { shared, slot, number: self.slot, queue: &self.queue, seat: Seat::new(0) };
        while !slot.ended() {
            match caller.next() {
                Some(task) => caller.chain(task),
                None => caller.wait(),
            }
        }
        slot.hungry.store(false, Ordering::Relaxed);
        slot.cpu.store(-1, Ordering::Relaxed);
        shared.in_flight.fetch_sub(1, Ordering::Relaxed);
        outcome(slot.panics())
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let queue = std::mem::replace(&mut self.queue, Queue::new_fifo());
        self.pool.give_back(self.slot, queue);
    }
}

fn outcome(panics: u32) -> Outcome {
    if panics == 0 { Outcome::Done } else { Outcome::Panicked(panics) }
}

fn inline_below(shared: &Shared) -> u32 {
    if shared.eager {
        return 0;
    }
    if shared.anyone_awake() { INLINE_AWAKE_NS } else { INLINE_ASLEEP_NS }
}

/// The serial loop: no counter is touched.
fn run_alone<J: Job>(flow: &Arc<Flow<J>>) -> Outcome {
    let core = flow.core();
    let (seat, mut panics) = (Seat::new(0), 0);
    for &task in &flow.graph().serial {
        // SAFETY: `flow` is alive throughout.
        panics += u32::from(!unsafe { Core::run(core, task, &seat) });
    }
    outcome(panics)
}

/// The calling thread while it takes part in a run. It pops its own queue and the inbox and claims roots, but
/// never steals: a thief registers itself with a collector, which allocates on a new thread.
struct Caller<'a> {
    shared: &'a Shared,
    slot: &'a Slot,
    number: u32,
    queue: &'a Queue<Token>,
    seat: Seat,
}

impl Caller<'_> {
    fn next(&self) -> Option<u32> {
        let own = self.queue.pop().map(|token| token.task);
        own.or_else(|| {
            let place = self.slot.claim()?;
            // SAFETY: a root of the run is claimed, so that the run, and with it the flow, is alive.
            Some(unsafe { (*self.slot.core()).graph.roots[place] })
        })
        .or_else(|| self.slot.inbox.pop())
    }

    /// Runs a task and on along the successors that it releases.
    fn chain(&self, task: u32) {
        let mut next = Some(task);
        while let Some(task) = next {
            next = finish_task(self, Token { slot: self.number, task });
        }
    }

    /// Nothing to do: asks the workers for a task, and looks out for it or for the end.
    fn wait(&self) {
        self.slot.hungry.store(true, Ordering::Relaxed);
        let begun = Instant::now();
        let mut looks = 0u32;
        while !self.slot.ended() && self.slot.inbox.is_empty() && !self.slot.has_roots() {
            std::hint::spin_loop();
            looks += 1;
            // Whoever holds the last task may wait for this very CPU.
            if looks.is_multiple_of(64) && begun.elapsed().as_nanos() > SPIN_NS {
                thread::give_way();
            }
        }
        self.slot.hungry.store(false, Ordering::Relaxed);
    }
}

impl Runner for Caller<'_> {
    fn shared(&self) -> &Shared {
        self.shared
    }
    fn seat(&self) -> &Seat {
        &self.seat
    }
    fn queue(&self) -> &Queue<Token> {
        self.queue
    }
}
