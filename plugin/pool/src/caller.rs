//! The calling thread while it takes part in a run. It pops its own queue and the inbox and claims roots, but never
//! steals: a thief registers itself with a collector, which allocates on a new thread.

use crate::chain::{Runner, hand_to_workers, is_guarded, run_chain};
use crate::flow::Core;
use crate::homes::Search;
use crate::queue::Queue;
use crate::seat::Seat;
use crate::shared::Shared;
use crate::slot::{Slot, Token};
use crate::sync::atomic::Ordering;
use crate::sync::{spin_loop, spins};
use crate::system::give_way;

/// How long the caller spins for the last tasks before it gives way to whoever waits for its CPU, in ns.
const SPIN_NS: u64 = 20_000;

/// The caller of one run.
pub(crate) struct Caller<'a> {
    shared: &'a Shared,
    slot: &'a Slot,
    run: Token,
    queue: &'a Queue<Token>,
    seat: Seat,
    search: Search,
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

impl<'a> Caller<'a> {
    /// `run`: the slot and number of the run that was opened, any task.
    pub(crate) fn new(shared: &'a Shared, run: Token, queue: &'a Queue<Token>) -> Caller<'a> {
        Caller {
            shared,
            slot: &shared.slots[run.slot()],
            run,
            queue,
            seat: Seat::caller(),
            search: Search::new(),
        }
    }

    /// Works until the run has ended. Returns `false` when others have not ended what they took for longer than
    /// `patience`, in ns.
    pub(crate) fn work(&self, patience: Option<u64>) -> bool {
        while !self.slot.ended() {
            match self.next() {
                Some(token) if is_guarded(self.slot, token) && hand_to_workers(self, token) => {}
                Some(token) => {
                    run_chain(self, token);
                }
                None => {
                    if !self.wait(patience) {
                        return false;
                    }
                }
            }
        }
        true
    }

    fn next(&self) -> Option<Token> {
        self.queue.pop().or_else(|| self.claim()).or_else(|| self.slot.inbox.pop())
    }

    fn claim(&self) -> Option<Token> {
        self.slot.claim()?;
        // SAFETY: a root of the run is claimed, so that the run, and with it the flow, is alive.
        let task = unsafe { Core::take_root(self.slot.core(), self.run, &self.seat, &self.search) };
        Some(self.run.with_task(task))
    }

    /// Nothing to do: asks the workers for a task, and looks out for it or for the end. Returns `false` when
    /// neither comes in time.
    fn wait(&self, patience: Option<u64>) -> bool {
        self.slot.hungry.store(true, Ordering::Relaxed);
        let begun = self.shared.clock.ns();
        let (mut looks, mut in_time) = (0u32, true);
        while in_time && !self.slot.ended() && self.slot.inbox.is_empty() && !self.slot.has_roots() {
            spin_loop();
            looks += 1;
            if looks.is_multiple_of(spins(64)) {
                let waited = self.shared.clock.ns() - begun;
                // Whoever holds the last task may wait for this very CPU.
                if waited > SPIN_NS {
                    give_way();
                }
                in_time = patience.is_none_or(|patience| waited < patience);
            }
        }
        self.slot.hungry.store(false, Ordering::Relaxed);
        in_time
    }
}
