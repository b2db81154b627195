//! Where a slot's run stands, as its client and the supervisor agree on it.
//!
//! The word carries the run's number: a supervisor that was held up must not give up the client's next run, which may
//! be late as well by then, in place of the one that it has looked at.

use crate::sync::atomic::{AtomicU32, Ordering};

/// No run, or one that its client waits for.
const FREE: u32 = 0;
/// The client has left a run that still goes on.
const LATE: u32 = 1;
/// The supervisor is giving the run up.
const CONDEMNED: u32 = 2;
/// Nobody touches the run's shared parts any more.
const WRECKED: u32 = 3;
const STAGE: u32 = 3;

/// What the client sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Free,
    Late,
    Condemned,
    Wrecked,
}

/// The state of a slot's run.
#[derive(Debug)]
pub(crate) struct Phase(AtomicU32);

impl Phase {
    pub(crate) fn new() -> Phase {
        Phase(AtomicU32::new(FREE))
    }

    /// For the client.
    // Acquire: pairs with the supervisor's release in `wreck`; whoever was in the run has left it.
    pub(crate) fn stage(&self) -> Stage {
        match self.0.load(Ordering::Acquire) & STAGE {
            FREE => Stage::Free,
            LATE => Stage::Late,
            CONDEMNED => Stage::Condemned,
            _ => Stage::Wrecked,
        }
    }

    /// Whether the client has left whatever run it is, at a glance.
    pub(crate) fn is_late(&self) -> bool {
        self.0.load(Ordering::Relaxed) & STAGE == LATE
    }

    /// Whether the client has left this run, and it still goes on for all that is known.
    // Acquire: pairs with the release of `leave`; the supervisor sees all of the run.
    pub(crate) fn is_late_in(&self, run: u64) -> bool {
        self.0.load(Ordering::Acquire) == word(run, LATE)
    }

    /// The client leaves its run.
    pub(crate) fn leave(&self, run: u64) {
        self.0.store(word(run, LATE), Ordering::Release);
    }

    /// The client leaves nothing behind: it waits for its run after all, or knows what became of it.
    pub(crate) fn free(&self) {
        self.0.store(FREE, Ordering::Relaxed);
    }

    /// The client takes note that the run which it left has ended. Fails when it is being given up.
    pub(crate) fn end(&self) -> bool {
        let word = self.0.load(Ordering::Relaxed);
        word & STAGE == LATE && self.turn(word, FREE)
    }

    /// The supervisor gives a run up. Fails when it has ended by itself.
    pub(crate) fn condemn(&self, run: u64) -> bool {
        self.turn(word(run, LATE), word(run, CONDEMNED))
    }

    /// The supervisor has seen everybody leave the run.
    // Release: all that workers did in the run is behind it.
    pub(crate) fn wreck(&self) {
        self.0.store(WRECKED, Ordering::Release);
    }

    fn turn(&self, from: u32, to: u32) -> bool {
        self.0.compare_exchange(from, to, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }
}

/// Runs' numbers have 24 bits.
fn word(run: u64, stage: u32) -> u32 {
    (run as u32) << 2 | stage
}
