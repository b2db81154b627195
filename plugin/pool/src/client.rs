//! The caller's side of a run.

use std::sync::Arc;
use std::time::Duration;

use crate::caller::Caller;
use crate::choice::Choice;
use crate::float::FlushDenormals;
use crate::flow::{Core, Flow, Job};
use crate::phase::Stage;
use crate::pool::Pool;
use crate::queue::Queue;
use crate::seat::Seat;
use crate::shared::Shared;
use crate::slot::{Slot, Token};
use crate::supervisor::Late;
use crate::sync::atomic::Ordering;
use crate::sync::thread;
use crate::system::{Scheduling, current_cpu, this_thread};

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

/// Below this estimate the caller runs alone, in ns, even where workers are awake.
pub const INLINE_AWAKE_NS: u32 = 20_000;
/// The same while all workers sleep: waking one takes 50 µs, 12 of them the caller's.
const INLINE_ASLEEP_NS: u32 = 150_000;

/// Runs flows on a pool. One per engine; any thread may call it, one at a time.
pub struct Client {
    pool: Arc<Pool>,
    slot: usize,
    queue: Queue<Token>,
    /// The thread that called last: hosts change it now and then.
    thread: usize,
    /// The flow that ran last, by its address, and what is known of it.
    flow: usize,
    choice: Choice,
}

impl Client {
    pub(crate) fn new(pool: Arc<Pool>, slot: usize, queue: Queue<Token>) -> Client {
        Client { pool, slot, queue, thread: 0, flow: 0, choice: Choice::new() }
    }

    /// Runs every task of a flow once, successors after predecessors; returns when all have ended, or when some have
    /// not for longer than the hint has patience. The calling thread takes part and never sleeps.
    pub fn run<J: Job>(&mut self, flow: &Arc<Flow<J>>, hint: &Hint) -> Outcome {
        let _flush = FlushDenormals::enter();
        let shared = self.pool.shared_state();
        let graph = flow.graph();
        if graph.tasks() == 0 {
            return Outcome::Done;
        }
        let begun = shared.clock.ns();
        shared.pace.begins(hint, begun);
        let cpu = current_cpu();
        shared.caller_cpu.store(cpu, Ordering::Relaxed);
        if self.flow != flow.core().addr() {
            self.flow = flow.core().addr();
            self.choice.another_flow();
        }
        let least_ns = if shared.eager { 0 } else { INLINE_AWAKE_NS };
        let wide = graph.tasks() > 1 && hint.useful > 1 && hint.serial_ns >= least_ns;
        let wanted = wide && (shared.eager || self.choice.is_together());
        let there = shared.eager || hint.serial_ns >= INLINE_ASLEEP_NS || shared.anyone_awake();
        if shared.workers() == 0 || !(wanted && there || graph.any_guarded()) {
            if wanted {
                shared.rouse_for_next(hint, self.slot);
            }
            let outcome = run_alone(flow);
            let ended = shared.clock.ns();
            shared.pace.ends(ended);
            if wide {
                self.choice.ran_alone(ended - begun, hint.serial_ns, hint.period_ns);
            }
            return outcome;
        }
        let outcome = self.run_together(flow, hint, cpu);
        let shared = self.pool.shared_state();
        let ended = shared.clock.ns();
        shared.pace.ends(ended);
        self.choice.ran_together(ended - begun, hint.serial_ns, hint.period_ns);
        outcome
    }

    /// Where the client stands: after [`Outcome::Late`] it may run nothing until it is free again.
    pub fn standing(&mut self) -> Standing {
        let shared = self.pool.shared_state();
        let slot = &shared.slots[self.slot];
        match slot.phase.stage() {
            Stage::Free => Standing::Free,
            Stage::Wrecked => {
                self.sweep();
                slot.phase.free();
                Standing::Wrecked
            }
            Stage::Late if slot.ended() && slot.phase.end() => {
                shared.in_flight.fetch_sub(1, Ordering::Relaxed);
                Standing::Free
            }
            Stage::Late | Stage::Condemned => Standing::Late,
        }
    }

    fn run_together<J: Job>(&mut self, flow: &Arc<Flow<J>>, hint: &Hint, cpu: i32) -> Outcome {
        let shared = self.pool.shared_state();
        let slot = &shared.slots[self.slot];
        if slot.phase.stage() != Stage::Free {
            return Outcome::Late;
        }
        let thread = this_thread();
        if thread != self.thread {
            self.thread = thread;
            slot.scheduling.store(Scheduling::current().pack(), Ordering::Relaxed);
        }
        let graph = flow.graph();
        slot.cpu.store(cpu, Ordering::Relaxed);
        shared.in_flight.fetch_add(1, Ordering::Relaxed);
        flow.homes().begin();
        let run = slot.open(flow.core(), graph.roots.len(), graph.leaves);
        shared.announce(hint.useful.saturating_sub(1).max(u32::from(graph.any_guarded())), self.slot);
        let run = Token::new(self.slot, run, 0);
        let caller = Caller::new(shared, run, &self.queue);
        while !caller.work(hint.patience_ns.map(u64::from)) {
            if leave_late(shared, slot, run, flow) {
                return Outcome::Late;
            }
        }
        close(shared, slot);
        shared.in_flight.fetch_sub(1, Ordering::Relaxed);
        outcome(slot.panics())
    }

    /// Throws away what is left of a run that was given up.
    fn sweep(&self) {
        let slot = &self.pool.shared_state().slots[self.slot];
        while self.queue.pop().is_some() {}
        while slot.inbox.pop().is_some() {}
        while slot.outbox.pop().is_some() {}
    }
}

/// The caller has nothing to do with its run any more.
fn close(shared: &Shared, slot: &Slot) {
    debug_assert!(shared.in_flight.load(Ordering::Relaxed) > 0);
    slot.hungry.store(false, Ordering::Relaxed);
    slot.cpu.store(-1, Ordering::Relaxed);
}

/// Leaves a run that is late to the supervisor. Returns whether it took it.
fn leave_late<J: Job>(shared: &Shared, slot: &Slot, run: Token, flow: &Arc<Flow<J>>) -> bool {
    close(shared, slot);
    slot.phase.leave(run.run());
    // SAFETY: `flow` is alive.
    let share = unsafe { Core::share(flow.core()) };
    let taken = shared.late.push(Late { run, share }).is_ok();
    if taken {
        shared.ring();
        // A worker may have put a task into the inbox just now, and have gone to sleep since.
        shared.gate.announce(|sleepers| if slot.inbox.is_empty() { 0 } else { sleepers });
    } else {
        slot.phase.free();
    }
    taken
}

impl Drop for Client {
    fn drop(&mut self) {
        // In a child of a fork nobody ends what was begun: the slot is then lost with the pool.
        while self.standing() == Standing::Late {
            if !self.pool.is_here() {
                return;
            }
            thread::sleep(Duration::from_millis(1));
        }
        let queue = std::mem::replace(&mut self.queue, Queue::new_fifo());
        self.pool.give_back(self.slot, queue);
    }
}

fn outcome(panics: u32) -> Outcome {
    if panics == 0 { Outcome::Done } else { Outcome::Panicked(panics) }
}

/// The serial loop: no counter is touched.
fn run_alone<J: Job>(flow: &Arc<Flow<J>>) -> Outcome {
    let core = flow.core();
    let (seat, mut panics) = (Seat::caller(), 0);
    for &task in &flow.graph().serial {
        // SAFETY: `flow` is alive throughout.
        panics += u32::from(!unsafe { Core::run(core, task, &seat) });
    }
    outcome(panics)
}
