//! Compiling gives way to audio threads that have no priority over it: a worker in the middle of a task may wait for
//! the CPU, and the host's thread for the worker.
//!
//! Giving way is dear where the CPU is wanted: Linux then leaves this thread out for some milliseconds, and if that was
//! asked for at every step, a plan that is nearly done would wait for the end of the block and so for the next block. It
//! is done once per small share of the host's block, which is the most that this thread makes it late.

use std::time::{Duration, Instant};

/// Share of a host's block for which it goes on.
const SHARE: f32 = 1.0 / 8.0;

/// Steps between two looks at the clock, of about half a microsecond each.
const STEPS: u32 = 16;

/// When to give way next.
pub(crate) struct Pace {
    every: Duration,
    since: Instant,
    steps: u32,
}

impl Pace {
    /// For a host whose blocks take so many seconds.
    pub(crate) fn of(block_seconds: f32) -> Pace {
        Pace { every: Duration::from_secs_f32(block_seconds * SHARE), since: Instant::now(), steps: 0 }
    }

    /// A step has been done: lets others have this CPU for a moment if it is time.
    pub(super) fn step(&mut self) {
        self.steps += 1;
        if self.steps.is_multiple_of(STEPS) && self.since.elapsed() >= self.every {
            std::thread::yield_now();
            self.since = Instant::now();
        }
    }
}

/// Gives way at every look: the host is not known yet.
impl Default for Pace {
    fn default() -> Pace {
        Pace::of(0.0)
    }
}
