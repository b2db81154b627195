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
    /// Number of the grid block that began there.
    block: u64,
    /// Grid blocks of silence in a row.
    quiet: u32,
    /// Nothing is rendered.
    asleep: bool,
}

impl Doze {
    /// A peak in a grid block. Of those before the last grid line it was decided that they do not matter.
    pub(super) fn note(&mut self, block: u64, peak: f32) {
        if block >= self.block {
            self.peak = self.peak.max(peak);
        }
    }

    pub(super) fn is_asleep(self) -> bool {
        self.asleep
    }

    fn wake(&mut self) {
        *self = Doze { peak: f32::MAX, quiet: 0, asleep: false, ..*self };
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

    /// Whether nothing moves and no note sounds, so that the patch may doze off when it has been silent for long.
    pub(super) fn is_still(&self) -> bool {
        let plan = self.flow.job();
        !plan.restless
            && plan.stage.borrow().moving.is_empty()
            && plan.notes.iter().all(|notes| notes.voices.borrow().sounding() == 0)
    }

    /// Takes the grid block before into account: if nothing moves, all of it must have been heard. Call on grid lines.
    pub(super) fn watch_silence(&mut self) {
        let silent = self.doze.peak < SILENCE && self.is_still();
        (self.doze.peak, self.doze.block) = (0.0, self.frame / BLOCK as u64);
        self.doze.quiet = if silent { self.doze.quiet.saturating_add(1) } else { 0 };
    }

    /// The patch was changed: it is rendered at least until the next decision.
    pub(super) fn wake_up(&mut self) {
        self.doze.wake();
    }

    /// Whether nothing is rendered from here on. Call on grid lines.
    pub(super) fn falls_asleep(&mut self) -> bool {
        self.doze.asleep = self.is_silent();
        self.doze.asleep
    }

    /// Whether plans wait for whose sake the patch must wake: those that only share the same work out anew do not
    /// count.
    fn has_news(&mut self) -> bool {
        let plans = &mut self.ports.install;
        let (waiting, room) = (plans.slots(), plans.buffer().capacity());
        // Behind a full ring an edit may wait.
        waiting == room
            || plans.read_chunk(waiting).is_ok_and(|chunk| {
                let (first, second) = chunk.as_slices();
                first.iter().chain(second).any(|next| !next.job().again)
            })
    }

    /// Leaves the host's block silent from frame `done` up to where something ends the sleep. Returns that frame.
    pub(super) fn sleep_on(
        &mut self,
        block: &mut HostBlock<'_>,
        (done, frames): (usize, usize),
        next_event: usize,
    ) -> usize {
        let event = block.events.get(next_event).map(|event| (event.frame as usize).clamp(done, frames - 1));
        let news = self.has_news() || self.has_turns();
        // Plans and knobs are taken in on grid lines.
        let line = done + (BLOCK - (self.frame % BLOCK as u64) as usize) % BLOCK;
        let ends = [event, news.then_some(line), self.late.is_behind().then_some(done)];
        let wakes = ends.into_iter().flatten().min().unwrap_or(frames);
        let end = wakes.min(frames);
        block.outputs.iter_mut().for_each(|side| side[done..end].fill(0.0));
        self.frame += (end - done) as u64;
        self.trail.skip_to(self.frame);
        if end > done {
            self.last = [0.0; 2];
        }
        if wakes < frames {
            self.wake_up();
        }
        end
    }
}
