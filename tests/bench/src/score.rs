//! What is played: events that begin again and again.

use manycord_engine::{Event, EventKind};

use crate::pacing::SAMPLE_RATE;
use crate::reference;

/// Events sorted by frame.
#[derive(Clone, Debug, Default)]
pub struct Score {
    events: Vec<Event>,
    /// Frames after which it begins again; `None`: played once.
    length: Option<usize>,
}

impl Score {
    /// So many keys, pressed at the start and never released.
    pub fn held(voices: usize) -> Score {
        Score::once(reference::keys(voices))
    }

    /// These events and no more.
    pub fn once(events: Vec<Event>) -> Score {
        Score { events, length: None }
    }

    /// This chord, pressed anew every half second and released before the next.
    pub fn chords(chord: Vec<Event>) -> Score {
        let length = SAMPLE_RATE as usize / 2;
        let release = |event: &Event| match event.kind {
            EventKind::NoteOn { channel, key, id, velocity } => {
                let kind = EventKind::NoteOff { channel, key, id, velocity };
                Some(Event { frame: (length * 3 / 4) as u32, kind })
            }
            _ => None,
        };
        let releases: Vec<Event> = chord.iter().filter_map(release).collect();
        Score { events: [chord, releases].concat(), length: Some(length) }
    }

    /// These events, again after so many frames.
    pub fn repeated(events: Vec<Event>, length: usize) -> Score {
        Score { events, length: Some(length) }
    }

    /// Most events that a stretch shorter than the score has.
    pub fn most_events(&self) -> usize {
        self.events.len() * 2
    }

    /// Collects the events of `frames` frames from frame `from` of the stream.
    pub fn within(&self, from: usize, frames: usize, into: &mut Vec<Event>) {
        into.clear();
        let place_of = |frame: usize| self.events.partition_point(|event| (event.frame as usize) < frame);
        let mut done = 0;
        while done < frames {
            let start = self.length.map_or(from + done, |length| (from + done) % length);
            let room = self.length.map_or(usize::MAX, |length| length - start);
            let length = room.min(frames - done);
            let found = &self.events[place_of(start)..place_of(start + length)];
            into.extend(
                found
                    .iter()
                    .map(|event| Event { frame: (event.frame as usize - start + done) as u32, ..*event }),
            );
            done += length;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_begins_again_at_its_frame() {
        let on = |frame| Event { frame, kind: EventKind::Macro { index: 0, value: 0.0 } };
        let score = Score::repeated(vec![on(0), on(7)], 10);
        let mut found = Vec::new();
        let mut seen = Vec::new();
        for block in 0..5 {
            score.within(block * 8, 8, &mut found);
            seen.extend(found.iter().map(|event| block * 8 + event.frame as usize));
        }
        assert_eq!(seen, [0, 7, 10, 17, 20, 27, 30, 37]);
    }
}
