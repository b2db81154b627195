//! Voice allocation: which lane plays which note.
//!
//! One [`Voices`] per Notes module turns the host's events into lane events at their exact frame. It lives on
//! from plan to plan, so that held notes survive an edit.

mod allocate;
mod channel;
mod settings;
mod take;

use std::ops::Range;

use manycord_modules::LaneEventKind;

pub(crate) use settings::{Mode, Settings, Stealing};

use channel::Channel;

/// Most voices of a Notes module.
pub(crate) const MAX_VOICES: usize = 128;
/// Keys held at once that a mono mode remembers.
const MAX_HELD: usize = 64;

/// A key that is down or sustained.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Note {
    channel: u8,
    key: u8,
    id: i32,
    velocity: f32,
    /// Host tuning expression, in semitones.
    tuning: f32,
}

impl Note {
    fn is(&self, channel: u8, key: u8, id: i32) -> bool {
        if id >= 0 && self.id >= 0 { self.id == id } else { self.channel == channel && self.key == key }
    }

    /// V/oct, 0 V = C4.
    fn pitch(&self) -> f32 {
        (f32::from(self.key) - 60.0) / 12.0
    }
}

/// One lane.
#[derive(Clone, Copy, Debug, Default)]
struct Lane {
    note: Option<Note>,
    /// The key is up, the pedal holds the note.
    sustained: bool,
    /// When the note began or ended, in the order of events.
    since: u64,
    /// The frame of that, since the engine started.
    at_frame: u64,
}

/// The allocator of one Notes module.
#[derive(Debug)]
pub(crate) struct Voices {
    settings: Settings,
    lanes: [Lane; MAX_VOICES],
    /// Keys down in mono modes, oldest first.
    held: arrayvec::ArrayVec<Note, MAX_HELD>,
    channels: [Channel; 16],
    clock: u64,
    rested_frames: u64,
}

/// What an event does to a lane.
pub(crate) type Emit<'a> = &'a mut dyn FnMut(usize, LaneEventKind);

impl Voices {
    pub(crate) fn new(settings: Settings, sample_rate: f32) -> Voices {
        Voices {
            settings,
            lanes: [Lane::default(); MAX_VOICES],
            held: arrayvec::ArrayVec::new(),
            channels: [Channel::default(); 16],
            clock: 0,
            // A lane that rested this long is taken as silent; low lanes are preferred then, so that few
            // groups are awake.
            rested_frames: (sample_rate * 4.0) as u64,
        }
    }

    /// Takes new settings over. Notes on lanes that are no more end.
    pub(crate) fn configure(&mut self, settings: Settings, emit: Emit<'_>) {
        if settings == self.settings {
            return;
        }
        if settings.mode != self.settings.mode {
            self.all_off(emit);
        }
        for lane in settings.voices..MAX_VOICES {
            self.lanes[lane] = Lane::default();
        }
        self.settings = settings;
    }

    /// Whether any lane of the range holds a note.
    pub(crate) fn plays(&self, lanes: Range<usize>) -> bool {
        self.lanes[lanes.start.min(MAX_VOICES)..lanes.end.min(MAX_VOICES)]
            .iter()
            .any(|lane| lane.note.is_some())
    }

    /// Number of lanes that hold a note.
    pub(crate) fn sounding(&self) -> usize {
        self.lanes.iter().filter(|lane| lane.note.is_some()).count()
    }

    /// Whether events of this channel (0…15) are ours.
    pub(crate) fn listens(&self, channel: u8) -> bool {
        self.settings.channel == 0 || self.settings.channel == channel + 1
    }

    /// Ends every note.
    pub(crate) fn all_off(&mut self, emit: Emit<'_>) {
        self.held.clear();
        for lane in 0..self.settings.voices {
            self.release(lane, 0.0, u64::MAX, emit);
        }
        self.channels.iter_mut().for_each(|channel| channel.pedal = false);
    }

    fn release(&mut self, lane: usize, velocity: f32, frame: u64, emit: Emit<'_>) {
        if self.lanes[lane].note.take().is_some() {
            self.clock += 1;
            self.lanes[lane].since = self.clock;
            self.lanes[lane].sustained = false;
            if frame != u64::MAX {
                self.lanes[lane].at_frame = frame;
            }
            emit(lane, LaneEventKind::Off { velocity });
        }
    }
}
