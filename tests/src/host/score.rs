//! What is played when.

use clack_host::events::event_types::{
    MidiEvent, NoteChokeEvent, NoteExpressionEvent, NoteExpressionType, NoteOffEvent, NoteOnEvent,
    ParamValueEvent,
};
use clack_host::events::{Match, Pckn};
use clack_host::prelude::EventBuffer;
use clack_host::utils::ClapId;
use manycord::song::Song;
use manycord_engine::{EventKind, Expression};

/// Events sorted by frame.
#[derive(Clone, Debug, Default)]
pub struct Score {
    events: Vec<Timed>,
}

/// Something that happens at a frame since the stream began.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Timed {
    /// When.
    pub frame: u64,
    /// What.
    pub action: Action,
}

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Action {
    /// The player does something. Macros have param ids in a host: they are [`Action::Param`] here.
    Play(EventKind),
    /// Automation moves a param.
    Param(ClapId, f64),
}

impl Score {
    /// A score of these events.
    pub fn new(mut events: Vec<Timed>) -> Score {
        events.sort_by_key(|event| event.frame);
        Score { events }
    }

    /// A song at a sample rate in frames per second.
    pub fn of_song(song: &Song, sample_rate: f64) -> Score {
        let timed = |event: &manycord::song::SongEvent| Timed {
            frame: (event.seconds * sample_rate).round() as u64,
            action: Action::Play(event.kind),
        };
        Score::new(song.events.iter().map(timed).collect())
    }

    /// A note for `held` frames.
    pub fn note(start: u64, held: u64, key: u8) -> [Timed; 2] {
        let on = EventKind::NoteOn { channel: 0, key, id: -1, velocity: 0.8 };
        let off = EventKind::NoteOff { channel: 0, key, id: -1, velocity: 0.5 };
        [
            Timed { frame: start, action: Action::Play(on) },
            Timed { frame: start + held, action: Action::Play(off) },
        ]
    }

    /// All events.
    pub fn events(&self) -> &[Timed] {
        &self.events
    }
}

impl Timed {
    /// Appends the event to what the plugin gets with the block that begins at `start`.
    pub(super) fn put(&self, start: u64, buffer: &mut EventBuffer) {
        let time = (self.frame - start) as u32;
        match self.action {
            Action::Param(id, value) => {
                buffer.push(&ParamValueEvent::new(time, id, Pckn::match_all(), value));
            }
            Action::Play(kind) => put_played(time, kind, buffer),
        }
    }
}

fn put_played(time: u32, kind: EventKind, buffer: &mut EventBuffer) {
    let midi = |data| MidiEvent::new(time, 0, data);
    let seven = |value: f32| (value * 127.0).round().clamp(0.0, 127.0) as u8;
    match kind {
        EventKind::NoteOn { channel, key, id, velocity } => {
            buffer.push(&NoteOnEvent::new(time, pckn(channel, key, id), f64::from(velocity)));
        }
        EventKind::NoteOff { channel, key, id, velocity } => {
            buffer.push(&NoteOffEvent::new(time, pckn(channel, key, id), f64::from(velocity)));
        }
        EventKind::Choke { channel, key, id } => {
            buffer.push(&NoteChokeEvent::new(time, pckn(channel, key, id)));
        }
        EventKind::Expression { channel, key, id, what, value } => {
            let what = match what {
                Expression::Pressure => NoteExpressionType::Pressure,
                Expression::Slide => NoteExpressionType::Brightness,
                Expression::Tuning => NoteExpressionType::Tuning,
            };
            buffer.push(&NoteExpressionEvent::new(time, pckn(channel, key, id), what, f64::from(value)));
        }
        EventKind::ChannelPressure { channel, value } => {
            buffer.push(&midi([0xd0 | channel, seven(value), 0]));
        }
        EventKind::Bend { channel, value } => {
            let bend = (value * 8_192.0 + 8_192.0).round().clamp(0.0, 16_383.0) as u16;
            buffer.push(&midi([0xe0 | channel, (bend & 0x7f) as u8, (bend >> 7) as u8]));
        }
        EventKind::Cc { channel, cc, value } => buffer.push(&midi([0xb0 | channel, cc, seven(value)])),
        EventKind::Macro { .. } => {}
    }
}

fn pckn(channel: u8, key: u8, id: i32) -> Pckn {
    let id = u32::try_from(id).map_or(Match::All, Match::Specific);
    Pckn::new(0u16, u16::from(channel), u16::from(key), id)
}
