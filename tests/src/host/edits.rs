//! What a user does while the audio thread plays.

use std::time::{Duration, Instant};

use anyhow::Result;

use super::instance::Instance;

/// Loads states in turn, at intervals, as long as it is asked to.
pub struct Edits {
    states: Vec<Vec<u8>>,
    every: Duration,
    last: Instant,
    /// Loads so far.
    pub done: usize,
}

impl Edits {
    /// Loads these states, one every so often.
    pub fn new(states: Vec<Vec<u8>>, every: Duration) -> Edits {
        Edits { states, every, last: Instant::now(), done: 0 }
    }

    /// Loads the next state when its time has come.
    ///
    /// # Errors
    /// When the plugin refuses it.
    pub fn idle(&mut self, instance: &mut Instance) -> Result<()> {
        if self.states.is_empty() || self.last.elapsed() < self.every {
            return Ok(());
        }
        instance.load(&self.states[self.done % self.states.len()])?;
        self.done += 1;
        self.last = Instant::now();
        Ok(())
    }
}
