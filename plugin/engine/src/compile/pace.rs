//! Compiling gives way to audio threads that have no priority over it: a worker in the middle of a task may wait for
//! the CPU, and the host's thread for the worker.
//!
//! Giving way is dear where the CPU is wanted: Linux then leaves this thread out for some milliseconds. With long blocks
//! a plan that is nearly done would so wait for the end of the block, and then for the next one; but a long block has
//! time to spare, and a share of that is what this thread goes on for.

use std::time::{Duration, Instant};

/// A host's block up to which there is none to spare, in seconds: 128 frames at 48 kHz.
const SHORT_SECONDS: f32 = 128.0 / 48_000.0;

/// Share of the time beyond that for which this thread goes on.
const SHARE: f32 = 1.0 / 4.0;

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
        let spare = (block_seconds - SHORT_SECONDS).max(0.0);
        let every = Duration::try_from_secs_f32(spare * SHARE).unwrap_or_default();
        Pace { every, since: Instant::now(), steps: 0 }
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
