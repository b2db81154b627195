//! The host's rhythm: when its next call is due, and whether being awake for it pays.
//!
//! Host callbacks are periodic, so that a worker can be awake just before one: nearly as quick as one that
//! never sleeps, at a tenth of a core. All numbers only steer who is awake; hence relaxed.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::client::Hint;

/// Work per period from which anticipation pays, in ns.
const MERITS_NS: u64 = 20_000;
/// Least time between two calls that wake sleeping workers for the sake of the next call only, in ns.
const ROUSE_EVERY_NS: u64 = 20_000_000;

/// What is known of the rhythm. Times are in ns since the pool was made.
#[derive(Debug)]
pub(crate) struct Pace {
    base: Instant,
    /// Start of the host's current call.
    started: AtomicU64,
    period: AtomicU64,
    /// Work of the call that is going on, and of the one before.
    work: AtomicU64,
    last_work: AtomicU64,
    last_rouse: AtomicU64,
}

impl Pace {
    pub(crate) fn new() -> Pace {
        let zero = || AtomicU64::new(0);
        Pace {
            base: Instant::now(),
            started: zero(),
            period: zero(),
            work: zero(),
            last_work: zero(),
            last_rouse: zero(),
        }
    }

    fn now(&self) -> u64 {
        self.base.elapsed().as_nanos() as u64
    }

    /// A run begins. Runs that follow within half a period belong to the same call of the host.
    pub(crate) fn note_call(&self, hint: &Hint) {
        let work = if hint.useful > 1 { u64::from(hint.serial_ns) } else { 0 };
        let (now, period) = (self.now(), u64::from(hint.period_ns));
        if now.saturating_sub(self.started.load(Ordering::Relaxed)) > period / 2 {
            self.started.store(now, Ordering::Relaxed);
            self.period.store(period, Ordering::Relaxed);
            self.last_work.store(self.work.swap(work, Ordering::Relaxed), Ordering::Relaxed);
        } else {
            self.work.fetch_add(work, Ordering::Relaxed);
        }
    }

    /// Whether workers that all sleep should be woken for the sake of the runs to come.
    pub(crate) fn should_rouse(&self, hint: &Hint) -> bool {
        let work = self.last_work.load(Ordering::Relaxed).max(u64::from(hint.serial_ns));
        let now = self.now();
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
    pub(crate) fn until_next(&self, early: Duration) -> Option<Duration> {
        let nap = self.due()?.checked_sub(self.now() + early.as_nanos() as u64)?;
        Some(Duration::from_nanos(nap.max(1)))
    }

    /// How long to look out for a call that is about to come, or is a little late; 0 when none is near.
    pub(crate) fn vigil(&self, early: Duration, length: Duration) -> Duration {
        let Some(due) = self.due() else { return Duration::ZERO };
        let now = self.now();
        let begins = due.saturating_sub(early.as_nanos() as u64 + 20_000);
        let ends = begins + length.as_nanos() as u64;
        if now < begins { Duration::ZERO } else { Duration::from_nanos(ends.saturating_sub(now)) }
    }
}
