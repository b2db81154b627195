//! A standard MIDI file as notes, controllers and a tempo map in seconds.

use std::path::Path;

use manycord_engine::EventKind;
use manycord_modules::Transport;
use midly::{MetaMessage, MidiMessage, PitchBend, Smf, Timing, TrackEventKind};

/// Bytes of a file; a long song has a hundred thousand.
const MOST_BYTES: usize = 16 << 20;

/// A song.
#[derive(Clone, Debug, PartialEq)]
pub struct Song {
    /// What is played, by time; what happens at the same time stays in the order of the file.
    pub events: Vec<SongEvent>,
    tempo: Vec<Tempo>,
    length: f64,
}

/// Something that is played.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SongEvent {
    /// Seconds since the song's start.
    pub seconds: f64,
    /// What happens.
    pub kind: EventKind,
}

/// From here on this tempo and bar hold.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Tempo {
    seconds: f64,
    beats: f64,
    beats_per_second: f64,
    beats_per_bar: f64,
}

/// Why a MIDI file cannot be played.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error("{origin}: {what}; {fix}")]
pub struct SongError {
    /// The file.
    pub origin: String,
    /// What is wrong.
    pub what: String,
    /// How to mend it.
    pub fix: &'static str,
}

impl Song {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read or is no MIDI file.
    pub fn load(path: &Path) -> Result<Song, SongError> {
        let origin = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|error| SongError {
            origin: origin.clone(),
            what: format!("cannot be read ({error})"),
            fix: "name a .mid file that is there",
        })?;
        Song::parse(&bytes, &origin)
    }

    /// Reads a file's bytes. `origin` names them in messages.
    ///
    /// # Errors
    /// When they are no MIDI file.
    pub fn parse(bytes: &[u8], origin: &str) -> Result<Song, SongError> {
        const FIX: &str = "export it again as a standard MIDI file of format 0 or 1";
        let error = |what: String| SongError { origin: origin.to_string(), what, fix: FIX };
        if bytes.len() > MOST_BYTES {
            return Err(error(format!("has {} bytes, of at most {MOST_BYTES}", bytes.len())));
        }
        let file = Smf::parse(bytes).map_err(|reason| error(format!("is no sound MIDI file ({reason})")))?;
        let ticks_per_beat = match file.header.timing {
            Timing::Metrical(ticks) if ticks.as_int() > 0 => f64::from(ticks.as_int()),
            // Film time: a beat stands for half a second, as at the file format's own 120 beats per minute.
            Timing::Timecode(rate, subframes) if subframes > 0 => {
                f64::from(rate.as_f32()) * f64::from(subframes) * 0.5
            }
            _ => return Err(error("has no ticks in a beat".into())),
        };
        if file.tracks.is_empty() {
            return Err(error("has no tracks".into()));
        }
        let mut entries = Vec::new();
        for track in &file.tracks {
            let mut tick = 0u64;
            for event in track {
                tick += u64::from(event.delta.as_int());
                entries.push((tick, event.kind));
            }
        }
        entries.sort_by_key(|(tick, _)| *tick);
        Ok(Song::of_entries(&entries, ticks_per_beat))
    }

    fn of_entries(entries: &[(u64, TrackEventKind<'_>)], ticks_per_beat: f64) -> Song {
        let start = Tempo { seconds: 0.0, beats: 0.0, beats_per_second: 2.0, beats_per_bar: 4.0 };
        let mut song = Song { events: Vec::new(), tempo: vec![start], length: 0.0 };
        for &(tick, kind) in entries {
            let beats = tick as f64 / ticks_per_beat;
            let mut now = song.last_tempo();
            let seconds = now.seconds + (beats - now.beats) / now.beats_per_second;
            song.length = song.length.max(seconds);
            (now.seconds, now.beats) = (seconds, beats);
            match kind {
                TrackEventKind::Midi { channel, message } => {
                    let kind = played(channel.as_int(), message);
                    song.events.extend(kind.map(|kind| SongEvent { seconds, kind }));
                }
                TrackEventKind::Meta(MetaMessage::Tempo(micros)) if micros.as_int() > 0 => {
                    now.beats_per_second = 1e6 / f64::from(micros.as_int());
                    song.tempo.push(now);
                }
                TrackEventKind::Meta(MetaMessage::TimeSignature(count, unit, _, _)) if count > 0 => {
                    now.beats_per_bar = f64::from(count) * 4.0 / f64::from(1u32 << unit.min(6));
                    song.tempo.push(now);
                }
                _ => {}
            }
        }
        song
    }

    fn last_tempo(&self) -> Tempo {
        *self.tempo.last().expect("a song starts with a tempo")
    }

    /// Seconds to the last thing in the file.
    pub fn length(&self) -> f64 {
        self.length
    }

    /// Times in seconds at which the tempo or the bar changes.
    pub fn tempo_changes(&self) -> impl Iterator<Item = f64> {
        self.tempo.iter().map(|tempo| tempo.seconds)
    }

    /// Song position at a time, for frames at `sample_rate`.
    pub fn transport(&self, seconds: f64, sample_rate: f64) -> Transport {
        let after = self.tempo.partition_point(|tempo| tempo.seconds <= seconds);
        let tempo = self.tempo[after.saturating_sub(1)];
        Transport {
            playing: true,
            tempo_bpm: tempo.beats_per_second * 60.0,
            beats: tempo.beats + (seconds - tempo.seconds) * tempo.beats_per_second,
            beats_per_frame: tempo.beats_per_second / sample_rate,
            beats_per_bar: tempo.beats_per_bar,
        }
    }

    /// Channels (0…15) on which notes are played, ascending.
    pub fn channels(&self) -> Vec<u8> {
        let plays = |wanted: u8| {
            let on = |event: &SongEvent| matches!(event.kind, EventKind::NoteOn { channel, .. } if channel == wanted);
            self.events.iter().any(on)
        };
        (0..16).filter(|&channel| plays(channel)).collect()
    }

    /// The song with only what one channel plays.
    pub fn solo(&self, channel: u8) -> Song {
        let on_channel = |event: &&SongEvent| event.kind.channel() == Some(channel);
        Song { events: self.events.iter().filter(on_channel).copied().collect(), ..self.clone() }
    }
}

/// A MIDI message as the engine takes it.
fn played(channel: u8, message: MidiMessage) -> Option<EventKind> {
    let share = |value: u8| f32::from(value) / 127.0;
    let id = -1;
    Some(match message {
        MidiMessage::NoteOn { key, vel } if vel.as_int() == 0 => {
            EventKind::NoteOff { channel, key: key.as_int(), id, velocity: 0.5 }
        }
        MidiMessage::NoteOn { key, vel } => {
            EventKind::NoteOn { channel, key: key.as_int(), id, velocity: share(vel.as_int()) }
        }
        MidiMessage::NoteOff { key, vel } => {
            EventKind::NoteOff { channel, key: key.as_int(), id, velocity: share(vel.as_int()) }
        }
        MidiMessage::Aftertouch { key, vel } => EventKind::Expression {
            channel,
            key: key.as_int(),
            id,
            what: manycord_engine::Expression::Pressure,
            value: share(vel.as_int()),
        },
        MidiMessage::Controller { controller, value } => {
            EventKind::Cc { channel, cc: controller.as_int(), value: share(value.as_int()) }
        }
        MidiMessage::ChannelAftertouch { vel } => {
            EventKind::ChannelPressure { channel, value: share(vel.as_int()) }
        }
        MidiMessage::PitchBend { bend: PitchBend(value) } => {
            EventKind::Bend { channel, value: (f32::from(value.as_int()) - 8_192.0) / 8_192.0 }
        }
        MidiMessage::ProgramChange { .. } => return None,
    })
}

#[cfg(test)]
mod tests;
