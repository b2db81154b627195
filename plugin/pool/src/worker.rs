//! A worker thread: pop, steal, claim, run; spin while work is about to come, else sleep.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use arrayvec::ArrayVec;
use crossbeam_deque::{Steal, Worker as Queue};

use crate::config::IdlePolicy;
use crate::float::FlushDenormals;
use crate::flow::Core;
use crate::pool::Shared;
use crate::seat::Seat;
use crate::slot::Token;
use crate::thread::{self, Placement};

/// Entries that a queue takes without growing. Private to the version of crossbeam-deque that we pin; a test
/// watches it.
pub(crate) const QUEUE_ROOM: usize = 64;

/// How long a worker looks for more after its last task: a host that cut its block calls again at once.
const LINGER: Duration = Duration::from_micros(60);
/// How much earlier than expected a worker is awake, and how long it then waits.
const EARLY: Duration = Duration::from_micros(150);
const VIGIL: Duration = Duration::from_micros(450);

/// A thread that runs tasks: the caller or a worker.
pub(crate) trait Runner {
    fn shared(&self) -> &Shared;
    fn seat(&self) -> &Seat;
    fn queue(&self) -> &Queue<Token>;
}

/// Runs a task and counts it as ended. Returns the most urgent successor that it released, to be run next by
/// the same thread; the others go to where another can take them.
pub(crate) fn finish_task(runner: &impl Runner, token: Token) -> Option<u32> {
    let slot = &runner.shared().slots[token.slot as usize];
    let core = slot.core();
    // SAFETY: the holder of a token may use the run's core; the task of this token has not ended.
    if !unsafe { Core::run(core, token.task, runner.seat()) } {
        slot.task_panicked();
    }
    // SAFETY: as above. The run, and with it the flow, lives until this task has arrived at all its
    // successors, or has ended as a leaf.
    let successors = unsafe { (*core).graph.successors(token.task as usize) };
    if successors.is_empty() {
        slot.leaf_ended();
        return None;
    }
    let mut next = None;
    let mut kept = ArrayVec::<u32, QUEUE_ROOM>::new();
    for &successor in successors {
        // SAFETY: not yet arrived at this successor, so that the run is not over.
        if !unsafe { Core::arrive(core, successor) } {
            continue;
        }
        if next.is_none() {
            next = Some(successor);
        } else if !hand_out(runner, Token { task: successor, ..token }) {
            // No room anywhere: run it here, with what it releases, once the rest is handed out.
            if kept.try_push(successor).is_err() {
                run_through(runner, Token { task: successor, ..token });
            }
        }
    }
    for successor in kept {
        run_through(runner, Token { task: successor, ..token });
    }
    next
}

/// Runs a task and on along what it releases.
fn run_through(runner: &impl Runner, token: Token) {
    let mut next = Some(token.task);
    while let Some(task) = next {
        next = finish_task(runner, Token { task, ..token });
    }
}

/// Puts a ready task where another thread can take it: a hungry caller's inbox first, else the own queue.
fn hand_out(runner: &impl Runner, token: Token) -> bool {
    let slot = &runner.shared().slots[token.slot as usize];
    if runner.seat().number() != 0
        && slot.hungry.load(Ordering::Relaxed)
        && slot.inbox.push(token.task).is_ok()
    {
        return true;
    }
    if runner.queue().len() < QUEUE_ROOM {
        runner.queue().push(token);
        return true;
    }
    slot.inbox.push(token.task).is_ok()
}

/// A worker.
pub(crate) struct Worker {
    pub(crate) shared: Arc<Shared>,
    /// 1, 2, 3 …
    pub(crate) seat: Seat,
    pub(crate) queue: Queue<Token>,
}

impl Runner for Worker {
    fn shared(&self) -> &Shared {
        &self.shared
    }
    fn seat(&self) -> &Seat {
        &self.seat
    }
    fn queue(&self) -> &Queue<Token> {
        &self.queue
    }
}

impl Worker {
    /// The thread's body.
    pub(crate) fn work(self) {
        let _flush = FlushDenormals::enter();
        thread::precise_timers();
        let mut placement = Placement::of_process();
        // The first steal registers this thread with the collector of the queues; do it now.
        let _ = self.shared.slots[0].stealer.steal();
        self.shared.ready.fetch_add(1, Ordering::Release);
        while !self.shared.stop.load(Ordering::Relaxed) {
            let seen = self.shared.generation.load(Ordering::SeqCst);
            if self.work_on_hand(&mut placement) || self.linger() {
                continue;
            }
            self.sleep(seen);
        }
    }

    /// Runs tasks until none is found. Returns whether any was.
    fn work_on_hand(&self, placement: &mut Placement) -> bool {
        let mut any = false;
        while let Some(token) = self.find(placement) {
            any = true;
            run_through_counted(self, token);
        }
        any
    }

    fn find(&self, placement: &mut Placement) -> Option<Token> {
        if let Some(token) = self.queue.pop() {
            return Some(self.share(token));
        }
        let slots = self.shared.slots_in_use();
        // Each worker starts elsewhere, so that instances share the workers.
        let start = self.seat.number() + self.shared.turn.fetch_add(1, Ordering::Relaxed) as usize;
        for offset in 0..slots.len() {
            let number = (start + offset) % slots.len();
            let slot = &slots[number];
            if let Some(place) = slot.claim() {
                placement.avoid(slot.cpu.load(Ordering::Relaxed));
                // SAFETY: a root of the run is claimed, so that the run, and with it the flow, is alive.
                let task = unsafe { (*slot.core()).graph.roots[place] };
                return Some(Token { slot: number as u32, task });
            }
        }
        let others = self.shared.stealers.iter().chain(slots.iter().map(|slot| &slot.stealer));
        for stealer in others {
            loop {
                match stealer.steal() {
                    Steal::Success(token) => {
                        self.shared.counters[self.seat.number() - 1].stole();
                        return Some(token);
                    }
                    Steal::Retry => std::hint::spin_loop(),
                    Steal::Empty => break,
                }
            }
        }
        None
    }

    /// Gives another task of the own queue to the caller of this one's run, if that has nothing to do.
    fn share(&self, token: Token) -> Token {
        let slot = &self.shared.slots[token.slot as usize];
        if slot.hungry.load(Ordering::Relaxed)
            && let Some(other) = self.queue.pop()
            && (other.slot != token.slot || slot.inbox.push(other.task).is_err())
        {
            self.queue.push(other);
        }
        token
    }

    /// Looks for work while some is about to come. Returns whether there may be some.
    fn linger(&self) -> bool {
        let begun = Instant::now();
        let spins = self.shared.idle == IdlePolicy::Spin;
        let generation = self.shared.generation.load(Ordering::Relaxed);
        let vigil = self.shared.pace.vigil(EARLY, VIGIL);
        let mut found = false;
        loop {
            for _ in 0..32 {
                std::hint::spin_loop();
            }
            if self.shared.stop.load(Ordering::Relaxed) {
                break;
            }
            let news = self.shared.generation.load(Ordering::Relaxed) != generation;
            if news || self.anything() {
                found = true;
                break;
            }
            let waited = begun.elapsed();
            let busy = self.shared.in_flight.load(Ordering::Relaxed) > 0 && waited < VIGIL;
            if !(spins || busy || waited < LINGER || waited < vigil) {
                break;
            }
        }
        self.shared.counters[self.seat.number() - 1].spun(begun.elapsed().as_nanos() as u64);
        found
    }

    fn anything(&self) -> bool {
        self.shared.slots_in_use().iter().any(|slot| slot.has_roots() || !slot.stealer.is_empty())
            || self.shared.stealers.iter().any(|stealer| !stealer.is_empty())
    }

    fn sleep(&self, seen: u32) {
        self.shared.counters[self.seat.number() - 1].parked();
        let limit = match self.shared.idle {
            IdlePolicy::Anticipate => self.shared.pace.until_next(EARLY),
            IdlePolicy::Park | IdlePolicy::Spin => None,
        };
        self.shared.sleep(seen, limit);
    }
}

fn run_through_counted(worker: &Worker, token: Token) {
    let mut next = Some(token.task);
    while let Some(task) = next {
        worker.shared.counters[worker.seat.number() - 1].ran();
        next = finish_task(worker, Token { task, ..token });
    }
}
