//! What the host tells the engine: notes, expressions, controllers and macros, at their exact frame.

use manycord_modules::Transport;

/// Something that happens at a frame of the host's block.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Event {
    /// Frame within the host's block; events must be sorted by it.
    pub frame: u32,
    /// What happens.
    pub kind: EventKind,
}

/// What happens. Channels are 0…15, keys 0…127 (60 = C4), `id` is the host's note id or −1.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "the fields' names and the line above speak")]
pub enum EventKind {
    /// A key goes down; velocity 0…1.
    NoteOn { channel: u8, key: u8, id: i32, velocity: f32 },
    /// A key is released; velocity 0…1.
    NoteOff { channel: u8, key: u8, id: i32, velocity: f32 },
    /// A note ends at once, without its release.
    Choke { channel: u8, key: u8, id: i32 },
    /// A per-note expression.
    Expression { channel: u8, key: u8, id: i32, what: Expression, value: f32 },
    /// Channel aftertouch, 0…1.
    ChannelPressure { channel: u8, value: f32 },
    /// Pitch wheel, −1…1.
    Bend { channel: u8, value: f32 },
    /// A MIDI controller, 0…1.
    Cc { channel: u8, cc: u8, value: f32 },
    /// A host macro (0…127) moves to 0…1.
    Macro { index: u8, value: f32 },
}

impl EventKind {
    /// The channel on which it happens, 0…15; `None` for macros, which have none.
    pub fn channel(&self) -> Option<u8> {
        match *self {
            EventKind::NoteOn { channel, .. }
            | EventKind::NoteOff { channel, .. }
            | EventKind::Choke { channel, .. }
            | EventKind::Expression { channel, .. }
            | EventKind::ChannelPressure { channel, .. }
            | EventKind::Bend { channel, .. }
            | EventKind::Cc { channel, .. } => Some(channel & 15),
            EventKind::Macro { .. } => None,
        }
    }
}

/// A per-note expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expression {
    /// Poly aftertouch, 0…1.
    Pressure,
    /// Timbre, brightness, MPE slide, 0…1.
    Slide,
    /// Tuning, in semitones.
    Tuning,
}

/// One block of the host.
#[derive(Debug)]
pub struct HostBlock<'a> {
    /// Left, right, sidechain left, sidechain right; 1.0 = 0 dBFS. A slice shorter than the block reads as
    /// silence beyond its end.
    pub inputs: [&'a [f32]; 4],
    /// Left and right, of equal length, which is the block's.
    pub outputs: [&'a mut [f32]; 2],
    /// Sorted by frame; frames beyond the block count as its last.
    pub events: &'a [Event],
    /// Song position at the first frame.
    pub transport: Transport,
}
