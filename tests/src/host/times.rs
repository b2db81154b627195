//! How long blocks took.

use std::time::Duration;

/// Time spent in the plugin.
#[derive(Clone, Copy, Debug, Default)]
pub struct Times {
    /// Blocks played.
    pub blocks: u64,
    /// In all of them.
    pub sum: Duration,
    /// In the longest one.
    pub longest: Duration,
    /// What the longest one's frames last.
    pub deadline: Duration,
}

impl Times {
    /// Counts a block that took `spent` and whose frames last `deadline`.
    pub fn add(&mut self, spent: Duration, deadline: Duration) {
        self.blocks += 1;
        self.sum += spent;
        if spent > self.longest {
            (self.longest, self.deadline) = (spent, deadline);
        }
    }
}
