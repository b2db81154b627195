//! The host's rhythm: when its next call is due, and whether being awake for it pays.
//!
//! Host callbacks are periodic, so that a worker can be awake just before one: nearly as quick as one that
//! never sleeps, at a tenth of a core. A call is what comes without a pause: several runs where the host's block is
//! cut, and no end of them where a song is rendered as fast as it goes. All numbers only steer who is awake; hence
//! relaxed. Times are in ns of the pool's clock.

use crate::client::Hint;
use crate::sync::atomic::{AtomicU64, Ordering};

/// A pause that ends a call, in ns.
pub(crate) const PAUSE_NS: u64 = 60_000;
/// Work per period from which anticipation pays, in ns.
const MERITS_NS: u64 = 20_000;
/// Least time between two calls that wake sleeping workers for the sake of the next call only, in ns.
const ROUSE_EVERY_NS: u64 = 5_000_000;

/// What is known of the rhythm.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    /// Start of the current call.
    started: AtomicU64,
    /// End of the run before.
    ended: AtomicU64,
    /// From one call to the next: what the host says, or less where it calls more often.
    interval: AtomicU64,
    /// What the run that began last takes one thread.
    serial: AtomicU64,
    /// Work of the call that is going on, and of the one before.
    work: AtomicU64,
    last_work: AtomicU64,
    /// Workers that can be of use in the call that is going on, and in the one before.
    helpers: AtomicU64,
    last_helpers: AtomicU64,
    /// Runs of the call that is going on, and of the one before.
    runs: AtomicU64,
    last_runs: AtomicU64,
    last_rouse: AtomicU64,
}

impl Pace {
    pub(crate) fn new() -> Pace {
        Pace::default()
    }

    /// A run begins.
    pub(crate) fn begins(&self, hint: &Hint, now: u64) {
        let work = if hint.useful > 1 { u64::from(hint.serial_ns) } else { 0 };
        self.serial.store(u64::from(hint.serial_ns), Ordering::Relaxed);
        let helpers = u64::from(hint.useful.saturating_sub(1));
        if now.saturating_sub(self.ended.load(Ordering::Relaxed)) > PAUSE_NS {
            let since = now - self.started.swap(now, Ordering::Relaxed).min(now);
            let before = self.interval.load(Ordering::Relaxed);
            let smoothed = before - before / 8 + since / 8;
            self.interval.store(smoothed.min(u64::from(hint.period_ns)), Ordering::Relaxed);
            self.last_work.store(self.work.swap(work, Ordering::Relaxed), Ordering::Relaxed);
            self.last_helpers.store(self.helpers.swap(helpers, Ordering::Relaxed), Ordering::Relaxed);
            self.last_runs.store(self.runs.swap(1, Ordering::Relaxed), Ordering::Relaxed);
        } else {
            self.work.fetch_add(work, Ordering::Relaxed);
            self.helpers.fetch_max(helpers, Ordering::Relaxed);
            self.runs.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// A run has ended.
    pub(crate) fn ends(&self, now: u64) {
        self.ended.store(now, Ordering::Relaxed);
    }

    /// How long the next run of this call can be in coming: its caller may be busy with one that it runs alone.
    pub(crate) fn until_next_run(&self) -> u64 {
        PAUSE_NS + 2 * self.serial.load(Ordering::Relaxed)
    }

    /// Whether a pause is likely now: the call has had as many runs as the one before. One that has had more, and
    /// still goes on, may go on for long.
    pub(crate) fn call_is_over(&self) -> bool {
        self.runs.load(Ordering::Relaxed) == self.last_runs.load(Ordering::Relaxed)
    }

    /// Whether the worker of this rank, from 0 on, can be of use: that many are enough.
    pub(crate) fn needs(&self, rank: u64) -> bool {
        rank < self.helpers.load(Ordering::Relaxed).max(self.last_helpers.load(Ordering::Relaxed))
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

    /// When the next call is due, if there is a rhythm and being there pays.
    fn due(&self) -> Option<u64> {
        let (started, interval) =
            (self.started.load(Ordering::Relaxed), self.interval.load(Ordering::Relaxed));
        let work = self.last_work.load(Ordering::Relaxed).max(self.work.load(Ordering::Relaxed));
        (interval > 0 && work >= MERITS_NS).then_some(started + interval)
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

#[cfg(test)]
mod tests {
    use super::*;

    const HINT: Hint = Hint { serial_ns: 50_000, useful: 4, period_ns: 1_000_000, patience_ns: None };

    /// Calls of so many runs of 50 µs each, one call per `period`.
    fn play(pace: &Pace, calls: u64, runs: u64, period: u64) -> u64 {
        for call in 1..=calls {
            for run in 0..runs {
                pace.begins(&HINT, call * period + run * 55_000);
                pace.ends(call * period + run * 55_000 + 50_000);
            }
        }
        calls * period + runs * 55_000
    }

    #[test]
    fn a_steady_host_is_expected_in_time_and_a_call_is_over_after_its_runs() {
        let pace = Pace::new();
        let now = play(&pace, 100, 3, 1_000_000);
        assert!(pace.call_is_over());
        let next = pace.until_next(now, 100_000).expect("there is a rhythm") + now + 100_000;
        assert!((101_000_000 - 20_000..=101_000_000).contains(&next), "{next}");
        pace.begins(&HINT, 101_000_000);
        assert!(!pace.call_is_over(), "two more are likely");
    }

    #[test]
    fn rendering_without_a_pause_is_one_long_call() {
        let pace = Pace::new();
        play(&pace, 1, 1_000, 1_000_000);
        assert!(!pace.call_is_over());
    }

    #[test]
    fn a_host_that_calls_more_often_than_it_says_is_expected_then() {
        let pace = Pace::new();
        let now = play(&pace, 100, 1, 300_000);
        let next = pace.until_next(now, 0).expect("there is a rhythm") + now;
        assert!((30_200_000..=30_320_000).contains(&next), "{next}");
    }
}
