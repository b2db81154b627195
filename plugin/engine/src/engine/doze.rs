//! Sleep of the whole patch: when it has been silent for a while and nothing can end that but a note, a knob or an
//! edit, blocks are left silent without rendering anything.
//!
//! Decided on grid lines from what the grid blocks before put out, so that it falls on the same frame whatever the
//! host's blocks are; it ends on the exact frame of an event.

use manycord_modules::BLOCK;

use super::Engine;
use crate::event::HostBlock;

/// Greatest sample that counts as silence, 1.0 = full scale: −140 dBFS as for a single group, and a little.
const SILENCE: f32 = 1e-7;

/// Seconds of silence before the patch dozes off, beyond what its modules remember: longer than the gaps in a sound.
const PATIENCE_SECONDS: f32 = 2.0;

/// How long it has been silent.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Doze {
    /// Greatest output since the last grid line.
    peak: f32,
    /// Grid blocks of silence in a row.
    quiet: u32,
}

impl Doze {
    pub(super) fn note(&mut self, peak: f32) {
        self.peak = self.peak.max(peak);
    }

    fn wake(&mut self) {
        *self = Doze { peak: f32::MAX, quiet: 0 };
    }
}

impl Engine {
    /// Whether nothing sounds and nothing will without a note or input.
    pub fn is_silent(&self) -> bool {
        self.doze.quiet > self.patience()
    }

    /// Grid blocks of silence before the patch dozes off.
    fn patience(&self) -> u32 {
        let seconds = PATIENCE_SECONDS + self.flow.job().memory_seconds;
        (seconds * self.sample_rate / BLOCK as f32) as u32
    }

    /// Takes the grid block before into account. Call on grid lines.
    pub(super) fn watch_silence(&mut self) {
        let plan = self.flow.job();
        let silent = self.doze.peak < SILENCE
            && !plan.restless
            && plan.stage.borrow().moving.is_empty()
            && plan.notes.iter().all(|notes| notes.voices.borrow().sounding() == 0);
        self.doze.peak = 0.0;
        self.doze.quiet = if silent { self.doze.quiet.saturating_add(1) } else { 0 };
    }

    /// The patch was changed: it is rendered at least until the next decision.
    pub(super) fn wake_up(&mut self) {
        self.doze.wake();
    }

    /// Leaves the block silent from its first frame up to where something ends the sleep, if it dozes. Returns the
    /// frames that are done.
    pub(super) fn doze(&mut self, block: &mut HostBlock<'_>, frames: usize) -> usize {
        if !self.is_silent() {
            return 0;
        }
        let event = block.events.first().map_or(frames, |event| (event.frame as usize).min(frames));
        let news = !self.ports.install.is_empty() || self.has_turns();
        // Plans and knobs are taken in on grid lines.
        let line = (BLOCK - (self.frame % BLOCK as u64) as usize) % BLOCK;
        let wakes = if news { event.min(line) } else { event };
        let done = wakes.min(frames);
        block.outputs.iter_mut().for_each(|side| side[..done].fill(0.0));
        self.frame += done as u64;
        if done > 0 {
            self.last = [0.0; 2];
        }
        if done < frames {
            self.wake_up();
        }
        done
    }
}
