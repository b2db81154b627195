//! Running a task and on along what it releases: the same for callers and workers.

use arrayvec::ArrayVec;

use crate::flow::Core;
use crate::queue::Queue;
use crate::seat::Seat;
use crate::shared::Shared;
use crate::slot::{Slot, Token};
use crate::sync::atomic::Ordering;
use crate::sync::spin_loop;

/// Entries that a queue takes without growing. Private to the version of crossbeam-deque that we pin; a test
/// watches it.
pub(crate) const QUEUE_ROOM: usize = 64;

/// How long a caller tries to hand a guarded task over before it runs it itself, in ns.
const GUARD_PATIENCE_NS: u64 = 2_000_000;

/// A thread that runs tasks: the caller or a worker.
pub(crate) trait Runner {
    fn shared(&self) -> &Shared;
    fn seat(&self) -> &Seat;
    fn queue(&self) -> &Queue<Token>;

    /// Whether this is the caller, who cannot be given up.
    fn is_caller(&self) -> bool {
        self.seat().station().is_none()
    }
}

/// Runs a task and on along the successors that it releases. Returns how many tasks.
pub(crate) fn run_chain(runner: &impl Runner, token: Token) -> u64 {
    let (mut next, mut count) = (Some(token), 0);
    while let Some(token) = next {
        count += 1;
        next = run_one(runner, token);
    }
    count
}

/// Whether a task that a thread has come by may be run: its run goes on. A worker is then seen to be on it.
pub(crate) fn take_up(runner: &impl Runner, token: Token) -> bool {
    let Some(station) = runner.seat().station() else { return true };
    station.begin(token) && runner.shared().slots[token.slot()].goes_on(token.run())
}

/// Runs a task and counts it as ended. Returns the most urgent successor that it released, to be run next by
/// the same thread; the others go to where another can take them.
fn run_one(runner: &impl Runner, token: Token) -> Option<Token> {
    if !take_up(runner, token) {
        return None;
    }
    let slot = &runner.shared().slots[token.slot()];
    let core = slot.core();
    // SAFETY: the run of this token went on after the thread was seen on it, so that nobody frees the core before
    // this thread has left or, if it is given up, ended; the task of this token has not ended.
    let returned = unsafe { Core::run(core, token.task(), runner.seat()) };
    if !runner.seat().station().is_none_or(|station| station.finish()) {
        return None;
    }
    if !returned {
        slot.task_panicked();
    }
    // SAFETY: as above; a worker is not given up between `finish` and its next task.
    unsafe { release(runner, slot, core, token) }
}

/// Counts a task as ended.
///
/// # Safety
/// `core` belongs to the run of `token`, whose task has returned and is counted but once.
unsafe fn release(runner: &impl Runner, slot: &Slot, core: *const Core, token: Token) -> Option<Token> {
    // SAFETY: the run, and with it the flow, lives until this task has arrived at all its successors, or has
    // ended as a leaf.
    let graph = unsafe { &(*core).graph };
    let successors = graph.successors(token.task() as usize);
    if successors.is_empty() {
        slot.leaf_ended();
        return None;
    }
    let (mut next, mut guarded_left) = (None, false);
    let mut kept = ArrayVec::<Token, QUEUE_ROOM>::new();
    for &successor in successors {
        // SAFETY: not yet arrived at this successor, so that the run is not over.
        if !unsafe { Core::arrive(core, successor) } {
            continue;
        }
        let ready = token.with_task(successor);
        if runner.is_caller() && graph.is_guarded(successor) {
            guarded_left = !hand_to_workers(runner, ready);
            if !guarded_left {
                continue;
            }
        }
        if next.is_none() && !guarded_left {
            next = Some(ready);
        } else if guarded_left || !hand_out(runner, ready) {
            // No room anywhere: run it here, with what it releases, once the rest is handed out.
            if kept.try_push(ready).is_err() {
                run_chain(runner, ready);
                if !resume(runner, token) {
                    return None;
                }
            }
        }
    }
    for ready in kept {
        run_chain(runner, ready);
    }
    next
}

/// Goes on with a task that has returned, after others that were run in between. Fails when the run was given up
/// there: what is left of it must reach no queue, where the client's next run would meet it.
fn resume(runner: &impl Runner, token: Token) -> bool {
    take_up(runner, token) && runner.seat().station().is_none_or(|station| station.finish())
}

/// Puts a ready task where another thread can take it: a hungry caller's inbox first, else the own queue.
fn hand_out(runner: &impl Runner, token: Token) -> bool {
    let slot = &runner.shared().slots[token.slot()];
    let for_caller = !runner.is_caller() && slot.hungry.load(Ordering::Relaxed) && !is_guarded(slot, token);
    if for_caller && slot.inbox.push(token).is_ok() {
        return true;
    }
    if runner.queue().len() < QUEUE_ROOM {
        runner.queue().push(token);
        return true;
    }
    !is_guarded(slot, token) && slot.inbox.push(token).is_ok()
}

/// Whether a ready task is not for the caller.
pub(crate) fn is_guarded(slot: &Slot, token: Token) -> bool {
    // SAFETY: the holder of a token of a run that it was seen on may use the run's core.
    unsafe { (*slot.core()).graph.is_guarded(token.task()) }
}

/// Puts a guarded task where only workers take it, and sees that one is awake. Fails when there is no worker, or when
/// the workers take nothing for a while.
pub(crate) fn hand_to_workers(runner: &impl Runner, token: Token) -> bool {
    let shared = runner.shared();
    let slot = &shared.slots[token.slot()];
    let begun = shared.clock.ns();
    while shared.workers() > 0 {
        if slot.outbox.push(token).is_ok() {
            shared.announce(1 + slot.outbox.len() as u32, token.slot());
            return true;
        }
        if shared.clock.ns() - begun > GUARD_PATIENCE_NS {
            break;
        }
        spin_loop();
    }
    false
}
