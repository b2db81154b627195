//! Calls at the pace of a sound card, from a thread of default priority.

use std::time::Duration;

/// Frames per second of all paced suites.
pub const SAMPLE_RATE: f32 = 48_000.0;

/// Time from one block of so many frames to the next.
pub fn period(frames: usize) -> Duration {
    Duration::from_secs_f64(frames as f64 / f64::from(SAMPLE_RATE))
}

/// Waits for the start of each block, as an audio driver does.
#[derive(Debug)]
pub struct Pacer {
    next_ns: u64,
    period_ns: u64,
    /// Blocks whose start had passed by a whole period: a sound card would have dropped out.
    pub missed: u64,
}

impl Pacer {
    /// The first block starts a period from now.
    pub fn new(period: Duration) -> Pacer {
        clock::be_precise();
        let period_ns = period.as_nanos() as u64;
        Pacer { next_ns: clock::now_ns() + period_ns, period_ns, missed: 0 }
    }

    /// Sleeps until the next block starts; returns how late it woke. Blocks that have been missed are left out.
    pub fn wait(&mut self) -> Duration {
        let passed = clock::now_ns().saturating_sub(self.next_ns) / self.period_ns;
        self.missed += passed;
        self.next_ns += passed * self.period_ns;
        clock::sleep_until(self.next_ns);
        let late = clock::now_ns().saturating_sub(self.next_ns);
        self.next_ns += self.period_ns;
        Duration::from_nanos(late)
    }
}

#[cfg(target_os = "linux")]
mod clock {
    /// Time of the monotonic clock, in ns.
    pub(super) fn now_ns() -> u64 {
        let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: writes into `now`.
        unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &mut now) };
        now.tv_sec as u64 * 1_000_000_000 + now.tv_nsec as u64
    }

    pub(super) fn sleep_until(ns: u64) {
        let then = libc::timespec {
            tv_sec: (ns / 1_000_000_000) as libc::time_t,
            tv_nsec: (ns % 1_000_000_000) as libc::c_long,
        };
        let sleep = || {
            // SAFETY: reads `then`; an absolute sleep needs no place for the rest.
            unsafe {
                libc::clock_nanosleep(libc::CLOCK_MONOTONIC, libc::TIMER_ABSTIME, &then, std::ptr::null_mut())
            }
        };
        while sleep() == libc::EINTR {}
    }

    /// A sound card's interrupt is not put off to share a wake-up with others, as an ordinary thread's timer is.
    pub(super) fn be_precise() {
        // SAFETY: sets a number of the calling thread.
        unsafe { libc::prctl(libc::PR_SET_TIMERSLACK, 1 as libc::c_ulong) };
    }
}

#[cfg(not(target_os = "linux"))]
mod clock {
    use std::sync::LazyLock;
    use std::time::{Duration, Instant};

    static BASE: LazyLock<Instant> = LazyLock::new(Instant::now);

    pub(super) fn now_ns() -> u64 {
        BASE.elapsed().as_nanos() as u64
    }

    pub(super) fn sleep_until(ns: u64) {
        std::thread::sleep(Duration::from_nanos(ns.saturating_sub(now_ns())));
    }

    pub(super) fn be_precise() {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[test]
    fn blocks_start_on_the_grid_and_missed_ones_are_left_out() {
        let period = Duration::from_millis(4);
        let begun = Instant::now();
        let mut pacer = Pacer::new(period);
        for _ in 0..5 {
            pacer.wait();
        }
        assert!(begun.elapsed() >= 5 * period);
        let missed = pacer.missed;
        std::thread::sleep(4 * period);
        pacer.wait();
        assert!(pacer.missed >= missed + 2, "{}", pacer.missed);
    }
}
