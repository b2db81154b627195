//! A worker thread: pop, claim, steal, run; look out while work is about to come, else sleep.

use std::sync::Arc;

use crate::chain::{Runner, is_guarded, run_chain, take_up};
use crate::float::FlushDenormals;
use crate::flow::Core;
use crate::homes::Search;
use crate::queue::{Queue, Steal, Stealer};
use crate::seat::Seat;
use crate::shared::Shared;
use crate::slot::{Slot, Token};
use crate::station::Leave;
use crate::stats::Activity;
use crate::sync::atomic::Ordering;
use crate::sync::spin_loop;
use crate::system::{Scheduling, precise_timers};
use crate::vigil::Habits;

/// A worker.
pub(crate) struct Worker {
    pub(crate) shared: Arc<Shared>,
    pub(crate) seat: Seat,
    pub(crate) queue: Queue<Token>,
    pub(crate) search: Search,
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
    /// The thread's body; `ready` is called when the thread has set itself up.
    pub(crate) fn work(&self, ready: impl FnOnce()) {
        let _flush = FlushDenormals::enter();
        precise_timers();
        let mut habits = Habits::new(self.shared.clock.ns());
        // The first steal registers this thread with the collector of the queues; do it now.
        let _ = self.shared.slots[0].stealer.steal();
        ready();
        loop {
            let seen = self.shared.gate.seen();
            if self.shared.is_stopped() {
                return;
            }
            match self.work_on_hand(&mut habits) {
                None => return,
                Some(true) => continue,
                Some(false) => {}
            }
            if !self.linger(&mut habits) {
                self.sleep(seen, &mut habits);
            }
        }
    }

    pub(crate) fn place(&self) -> &crate::shared::Place {
        &self.shared.places[self.seat.number() - 1]
    }

    pub(crate) fn lap(&self, habits: &mut Habits, activity: Activity) {
        habits.watch.lap(&self.place().counters, activity, self.shared.clock.ns());
    }

    /// Runs tasks until none is found. Returns whether any was; `None` when the worker was given up meanwhile.
    fn work_on_hand(&self, habits: &mut Habits) -> Option<bool> {
        let mut any = false;
        while let Some(token) = self.find(habits) {
            if !any {
                self.lap(habits, Activity::Search);
            }
            any = true;
            let count = run_chain(self, token);
            self.place().counters.ran(count);
            if self.place().station.leave() == Leave::Retired {
                return None;
            }
        }
        self.lap(habits, if any { Activity::Run } else { Activity::Search });
        Some(any)
    }

    fn find(&self, habits: &mut Habits) -> Option<Token> {
        if let Some(token) = self.queue.pop() {
            self.share_next(token);
            return Some(token);
        }
        let slots = self.shared.slots_in_use();
        // Each worker starts elsewhere, so that instances share the workers.
        let start = self.seat.number() + self.shared.turn.fetch_add(1, Ordering::Relaxed) as usize;
        for offset in 0..slots.len() {
            let number = (start + offset) % slots.len();
            if let Some(token) = self.take_from(&slots[number], number, habits) {
                return Some(token);
            }
        }
        let others = self.shared.places_in_use().iter().map(|place| &place.stealer);
        others.chain(slots.iter().map(|slot| &slot.stealer)).find_map(|stealer| self.steal(stealer))
    }

    /// A task that waits in a slot: guarded, a root, or left behind by a caller that went away.
    fn take_from(&self, slot: &Slot, number: usize, habits: &mut Habits) -> Option<Token> {
        if let Some(token) = slot.outbox.pop() {
            self.follow_caller(slot, habits);
            return Some(token);
        }
        if slot.has_roots()
            && let Some((run, _)) = slot.claim()
        {
            self.follow_caller(slot, habits);
            let token = Token::new(number, run, 0);
            // On it first, then a look at the graph: should the run be given up in between, nobody frees it.
            if !take_up(self, token) {
                // Nothing to run; whoever runs it finds so too, and then leaves the station as it must be left.
                return Some(token);
            }
            // SAFETY: a root of the run is claimed and this worker was seen on it while the run went on.
            let task = unsafe { Core::take_root(slot.core(), token, &self.seat, &self.search) };
            return Some(token.with_task(task));
        }
        if slot.phase.is_late() { slot.inbox.pop() } else { None }
    }

    /// Keeps off the caller's CPU and is as urgent as the caller, where the system lets us.
    fn follow_caller(&self, slot: &Slot, habits: &mut Habits) {
        if self.shared.placement {
            habits.placement.avoid(slot.cpu.load(Ordering::Relaxed));
        }
        let scheduling = slot.scheduling.load(Ordering::Relaxed);
        if scheduling != habits.scheduling {
            // Asked for but once: what is refused now will be refused again.
            habits.scheduling = scheduling;
            Scheduling::unpack(scheduling).apply();
        }
    }

    fn steal(&self, stealer: &Stealer<Token>) -> Option<Token> {
        loop {
            match stealer.steal() {
                Steal::Success(token) => {
                    self.place().counters.stole();
                    return Some(token);
                }
                Steal::Retry => spin_loop(),
                Steal::Empty => return None,
            }
        }
    }

    /// Gives another task of the own queue to the caller of this one's run, if that has nothing to do.
    fn share_next(&self, token: Token) {
        let slot = &self.shared.slots[token.slot()];
        if !slot.hungry.load(Ordering::Relaxed) || !take_up(self, token) {
            return;
        }
        if let Some(other) = self.queue.pop()
            && (!other.same_run(token) || is_guarded(slot, other) || slot.inbox.push(other).is_err())
        {
            self.queue.push(other);
        }
    }
}
