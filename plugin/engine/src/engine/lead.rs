//! How far a host is ahead of the clock. One that is far ahead renders as fast as it can, whether it says so or not:
//! nobody listens, and its blocks may take as long as they need.

use std::time::Instant;

/// Seconds of lead that no live host has: even one that renders ahead of what is heard stays below.
const OFFLINE_SECONDS: f32 = 0.5;

/// Sound that was asked for against time that has passed.
#[derive(Debug, Default)]
pub(crate) struct Lead {
    /// In seconds, at least 0: a host that paused has no debts.
    seconds: f32,
    last_call: Option<Instant>,
}

impl Lead {
    /// The host calls for so many seconds of sound.
    pub(super) fn call(&mut self, now: Instant, seconds: f32) {
        let since = self.last_call.replace(now).map_or(0.0, |last| (now - last).as_secs_f32());
        self.seconds = (self.seconds - since).max(0.0) + seconds;
    }

    /// Whether the host is so far ahead that nobody can be listening.
    pub(super) fn is_offline(&self) -> bool {
        self.seconds > OFFLINE_SECONDS
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// Whether a host is taken to be offline after two seconds of blocks of 10 ms, called as often.
    fn after(mut since: impl FnMut(u32) -> Duration) -> bool {
        let (mut lead, mut now) = (Lead::default(), Instant::now());
        for block in 0..200 {
            now += since(block);
            lead.call(now, 0.01);
        }
        lead.is_offline()
    }

    #[test]
    fn a_bounce_is_told_from_a_performance() {
        assert!(after(|_| Duration::from_millis(2)));
        assert!(!after(|_| Duration::from_millis(10)));
        // Late, and then catching up.
        assert!(!after(|block| Duration::from_millis(if block % 20 == 0 { 200 } else { 0 })));
        // After a pause nothing is owed.
        assert!(!after(|block| Duration::from_millis(if block == 100 { 5_000 } else { 10 })));
    }
}
