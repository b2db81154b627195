//! The host's rhythm: when its next call is due, and whether being awake for it pays.
//!
//! Host callbacks are periodic, so that a worker can be awake just before one: nearly as quick as one that
//! never sleeps, at a tenth of a core. All numbers only steer who is awake; hence relaxed. Times are in ns of the
//! pool's clock.

use crate::client::Hint;
use crate::sync::atomic::{AtomicU64, Ordering};

/// Work per period from which anticipation pays, in ns.
const MERITS_NS: u64 = 20_000;
/// Least time between two calls that wake sleeping workers for the sake of the next call only, in ns.
const ROUSE_EVERY_NS: u64 = 20_000_000;

/// What is known of the rhythm.
#[derive(Debug)]
pub(crate) struct Pace {
    /// Start of the host's current call.
    started: AtomicU64,
    period: AtomicU64,
    /// Work of the call that is going on, and of the one before.
    work: AtomicU64,
    last_work: AtomicU64,
    /// Runs of the call that is going on, and of the one before: hosts' blocks are cut.
    runs: AtomicU64,
    last_runs: AtomicU64,
    last_rouse: AtomicU64,
}

impl Pace {
    pub(crate) fn new() -> Pace {
        let zero = || AtomicU64::new(0);
        Pace {
            started: zero(),
            period: zero(),
            work: zero(),
            last_work: zero(),
            runs: zero(),
            last_runs: zero(),
            last_rouse: zero(),
        }
    }

    /// A run begins. Runs that follow within half a period belong to the same call of the host.
    pub(crate) fn note_call(&self, hint: &Hint, now: u64) {
        let work = if hint.useful > 1 { u64::from(hint.serial_ns) } else { 0 };
        let period = u64::from(hint.period_ns);
        if now.saturating_sub(self.started.load(Ordering::Relaxed)) > period / 2 {
            self.started.store(now, Ordering::Relaxed);
            self.period.store(period, Ordering::Relaxed);
            self.last_work.store(self.work.swap(work, Ordering::Relaxed), Ordering::Relaxed);
            self.last_runs.store(self.runs.swap(1, Ordering::Relaxed), Ordering::Relaxed);
        } else {
            self.work.fetch_add(work, Ordering::Relaxed);
            self.runs.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Whether the call that is going on has had all the runs that it is likely to have.
    pub(crate) fn call_is_over(&self) -> bool {
        let paced = self.period.load(Ordering::Relaxed) > 0;
        paced && self.runs.load(Ordering::Relaxed) >= self.last_runs.load(Ordering::Relaxed)
    }

    /// Whether workers that all sleep should be woken for the sake of the runs to come.
    pub(crate) fn should_rouse(&self, hint: &Hint, now: u64) -> bool {
        let work = self.last_work.load(Ordering::Relaxed).max(u64::from(hint.serial_ns));
        let due = now.saturating_sub(self.last_rouse.load(Ordering::Relaxed)) > ROUSE_EVERY_NS;
        let rouse = hint.useful > 1 && work >= MERITS_NS && due;
        if rouse {
            self.last_rouse.store(now, Ordering::Relaxed);
        }
        rouse
    }

    /// When the next call is due, if there is a rhythm and it has not been missed by more than half a period.
    fn due(&self) -> Option<u64> {
        let (started, period) = (self.started.load(Ordering::Relaxed), self.period.load(Ordering::Relaxed));
        let work = self.last_work.load(Ordering::Relaxed).max(self.work.load(Ordering::Relaxed));
        (period > 0 && work >= MERITS_NS).then_some(started + period)
    }

    /// How long to sleep so as to be awake `early` before the next call; `None`: until woken.
    pub(crate) fn until_next(&self, now: u64, early: u64) -> Option<u64> {
        Some(self.due()?.checked_sub(now + early)?.max(1))
    }

    /// How long to look out for a call that is about to come, or is a little late; 0 when none is near.
    pub(crate) fn vigil(&self, now: u64, early: u64, length: u64) -> u64 {
        let Some(due) = self.due() else { return 0 };
        let begins = due.saturating_sub(early + 20_000);
        if now < begins { 0 } else { (begins + length).saturating_sub(now) }
    }
}
