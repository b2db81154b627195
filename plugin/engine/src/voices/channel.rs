//! What the controllers of a MIDI channel say. An MPE controller sends each note on a channel of its own, so
//! that per-channel controllers serve both plain MIDI and MPE.

use manycord_modules::LaneEventKind;

use super::{Emit, Voices};
use crate::event::Expression;

/// Controllers of one channel.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Channel {
    /// −1…1.
    pub(super) bend: f32,
    /// 0…1.
    pub(super) pressure: f32,
    pub(super) slide: f32,
    pub(super) wheel: f32,
    /// Sustain pedal down.
    pub(super) pedal: bool,
}

impl Voices {
    /// Pitch wheel, −1…1.
    pub(crate) fn bend(&mut self, channel: u8, value: f32, emit: Emit<'_>) {
        self.channels[usize::from(channel & 15)].bend = value;
        for lane in self.lanes_on(channel) {
            emit(lane, LaneEventKind::Bend(self.bend_of(lane)));
        }
    }

    /// Channel aftertouch, 0…1.
    pub(crate) fn pressure(&mut self, channel: u8, value: f32, emit: Emit<'_>) {
        self.channels[usize::from(channel & 15)].pressure = value;
        for lane in self.lanes_on(channel) {
            emit(lane, LaneEventKind::Pressure(value));
        }
    }

    /// A MIDI controller, 0…1. Modulation wheel, sustain pedal, slide, all sound off and all notes off count.
    pub(crate) fn controller(&mut self, channel: u8, cc: u8, value: f32, frame: u64, emit: Emit<'_>) {
        let number = usize::from(channel & 15);
        match cc {
            1 => {
                self.channels[number].wheel = value;
                for lane in self.lanes_on(channel) {
                    emit(lane, LaneEventKind::Wheel(value));
                }
            }
            74 => {
                self.channels[number].slide = value;
                for lane in self.lanes_on(channel) {
                    emit(lane, LaneEventKind::Slide(value));
                }
            }
            64 => {
                let down = value >= 0.5;
                self.channels[number].pedal = down;
                if !down {
                    self.lift_pedal(channel, frame, emit);
                }
            }
            120 | 123 => self.all_off(emit),
            _ => {}
        }
    }

    /// A per-note expression.
    pub(crate) fn expression(
        &mut self,
        (channel, key, id): (u8, u8, i32),
        what: Expression,
        value: f32,
        emit: Emit<'_>,
    ) {
        for lane in 0..self.settings.voices {
            let Some(note) = self.lanes[lane].note.as_mut().filter(|note| note.is(channel, key, id)) else {
                continue;
            };
            match what {
                Expression::Pressure => emit(lane, LaneEventKind::Pressure(value)),
                Expression::Slide => emit(lane, LaneEventKind::Slide(value)),
                Expression::Tuning => {
                    note.tuning = value;
                    emit(lane, LaneEventKind::Bend(self.bend_of(lane)));
                }
            }
        }
    }

    /// Bend of a lane's note, wheel and tuning together, in volts.
    pub(super) fn bend_of(&self, lane: usize) -> f32 {
        self.lanes[lane].note.map_or(0.0, |note| {
            let wheel = self.channels[usize::from(note.channel & 15)].bend * self.settings.bend_range;
            (wheel + note.tuning) / 12.0
        })
    }

    fn lanes_on(&self, channel: u8) -> impl Iterator<Item = usize> + use<> {
        let lanes = self.lanes;
        (0..self.settings.voices)
            .filter(move |&lane| lanes[lane].note.is_some_and(|note| note.channel == channel))
    }

    fn lift_pedal(&mut self, channel: u8, frame: u64, emit: Emit<'_>) {
        for lane in self.lanes_on(channel) {
            if self.lanes[lane].sustained {
                self.release(lane, 0.0, frame, emit);
            }
        }
    }
}
