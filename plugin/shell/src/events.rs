//! The host's note events in the engine's words.

use std::ops::RangeInclusive;

use manycord_engine::{EventKind, Expression};
use nice_plug::midi::{Channel, Key, VoiceID};
use nice_plug::prelude::NoteEvent;

/// Events that one host event can become: a wildcard stands for every key of every channel.
pub(crate) const MOST_PER_EVENT: usize = 16 * 128;

/// Gives what the event means to the engine; nothing for what no module listens to.
pub(crate) fn translate(event: &NoteEvent<()>, mut give: impl FnMut(EventKind)) {
    match *event {
        NoteEvent::NoteOn { voice_id, channel, key: Key::Number(key), velocity, .. } => {
            let channel = channel.number().unwrap_or(0);
            give(EventKind::NoteOn { channel, key, id: id(voice_id), velocity });
        }
        NoteEvent::NoteOff { voice_id, channel, key, velocity, .. } => {
            each(voice_id, channel, key, |channel, key, id| {
                give(EventKind::NoteOff { channel, key, id, velocity });
            });
        }
        NoteEvent::Choke { voice_id, channel, key, .. } => {
            each(voice_id, channel, key, |channel, key, id| give(EventKind::Choke { channel, key, id }));
        }
        NoteEvent::MidiChannelPressure { channel, pressure, .. } => {
            give(EventKind::ChannelPressure { channel, value: pressure });
        }
        NoteEvent::MidiPitchBend { channel, value, .. } => {
            give(EventKind::Bend { channel, value: value * 2.0 - 1.0 });
        }
        NoteEvent::MidiCC { channel, cc, value, .. } => give(EventKind::Cc { channel, cc, value }),
        ref other => {
            let Some((voice_id, channel, key, what, value)) = expression(other) else { return };
            each(voice_id, channel, key, |channel, key, id| {
                give(EventKind::Expression { channel, key, id, what, value });
            });
        }
    }
}

fn expression(event: &NoteEvent<()>) -> Option<(VoiceID, Channel, Key, Expression, f32)> {
    match *event {
        NoteEvent::PolyPressure { voice_id, channel, key, pressure, .. } => {
            Some((voice_id, channel, key, Expression::Pressure, pressure))
        }
        NoteEvent::PolyBrightness { voice_id, channel, key, brightness, .. } => {
            Some((voice_id, channel, key, Expression::Slide, brightness))
        }
        NoteEvent::PolyTuning { voice_id, channel, key, tuning, .. } => {
            Some((voice_id, channel, key, Expression::Tuning, tuning))
        }
        _ => None,
    }
}

fn id(voice_id: VoiceID) -> i32 {
    voice_id.id().unwrap_or(-1)
}

/// Spells wildcards out. A note id finds its note whatever the key, but not whatever the channel: a Notes
/// module may listen to one channel only.
fn each(voice_id: VoiceID, channel: Channel, key: Key, mut give: impl FnMut(u8, u8, i32)) {
    let id = id(voice_id);
    let channels = span(channel.number(), 15);
    let keys = span(key.number(), if id >= 0 { 0 } else { 127 });
    for channel in channels {
        for key in keys.clone() {
            give(channel, key, id);
        }
    }
}

fn span(number: Option<u8>, last: u8) -> RangeInclusive<u8> {
    number.map_or(0..=last, |number| number..=number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(event: NoteEvent<()>) -> Vec<EventKind> {
        let mut given = Vec::new();
        translate(&event, |kind| given.push(kind));
        given
    }

    #[test]
    fn notes_expressions_and_controllers_arrive() {
        let (timing, voice_id) = (9, VoiceID::ID(7));
        let (channel, key) = (Channel::Number(3), Key::Number(64));
        assert_eq!(
            all(NoteEvent::NoteOn { timing, voice_id, channel, key, velocity: 0.5 }),
            [EventKind::NoteOn { channel: 3, key: 64, id: 7, velocity: 0.5 }]
        );
        let what = Expression::Tuning;
        assert_eq!(
            all(NoteEvent::PolyTuning { timing, voice_id: VoiceID::Wildcard, channel, key, tuning: -1.5 }),
            [EventKind::Expression { channel: 3, key: 64, id: -1, what, value: -1.5 }]
        );
        for (value, bend) in [(0.0, -1.0), (0.5, 0.0), (1.0, 1.0)] {
            let event = NoteEvent::MidiPitchBend { timing, channel: 2, value };
            assert_eq!(all(event), [EventKind::Bend { channel: 2, value: bend }]);
        }
        assert_eq!(
            all(NoteEvent::MidiCC { timing, channel: 1, cc: 64, value: 1.0 }),
            [EventKind::Cc { channel: 1, cc: 64, value: 1.0 }]
        );
        assert_eq!(all(NoteEvent::MidiProgramChange { timing, channel: 0, program: 1 }), []);
    }

    #[test]
    fn wildcards_reach_every_note_that_they_mean() {
        let choke =
            |voice_id, channel, key| all(NoteEvent::Choke { timing: 0, voice_id, channel, key }).len();
        assert_eq!(choke(VoiceID::Wildcard, Channel::Wildcard, Key::Wildcard), MOST_PER_EVENT);
        assert_eq!(choke(VoiceID::Wildcard, Channel::Number(2), Key::Wildcard), 128);
        assert_eq!(choke(VoiceID::ID(5), Channel::Wildcard, Key::Wildcard), 16);
        assert_eq!(choke(VoiceID::Wildcard, Channel::Number(2), Key::Number(9)), 1);
    }
}
