//! Host events, as the voices take them.

use super::{Emit, Voices};
use crate::event::EventKind;

impl Voices {
    /// Takes an event in, if its channel is ours. `frame` counts from the start of the stream.
    pub(crate) fn take(&mut self, kind: EventKind, frame: u64, emit: Emit<'_>) {
        let Some(channel) = kind.channel() else { return };
        if !self.listens(channel) {
            return;
        }
        match kind {
            EventKind::NoteOn { key, id, velocity, .. } => {
                self.note_on((channel, key & 127, id), sane(velocity, 0.0), frame, emit);
            }
            EventKind::NoteOff { key, id, velocity, .. } => {
                self.note_off((channel, key & 127, id), sane(velocity, 0.0), frame, emit);
            }
            EventKind::Choke { key, id, .. } => self.choke((channel, key & 127, id), frame, emit),
            EventKind::Expression { key, id, what, value, .. } => {
                let low = if what == crate::event::Expression::Tuning { -120.0 } else { 0.0 };
                let value = if value.is_finite() { value.clamp(low, low.abs().max(1.0)) } else { 0.0 };
                self.expression((channel, key & 127, id), what, value, emit);
            }
            EventKind::ChannelPressure { value, .. } => self.pressure(channel, sane(value, 0.0), emit),
            EventKind::Bend { value, .. } => self.bend(channel, sane(value, -1.0), emit),
            EventKind::Cc { cc, value, .. } => self.controller(channel, cc, sane(value, 0.0), frame, emit),
            EventKind::Macro { .. } => {}
        }
    }
}

/// Holds a host's value within `low..=1`; what is no number becomes 0.
fn sane(value: f32, low: f32) -> f32 {
    if value.is_finite() { value.clamp(low, 1.0) } else { 0.0 }
}
