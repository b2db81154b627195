//! The host's block, rendered in pieces: any length and any number of events, with memory made beforehand.

use manycord_engine::{Engine, Event, EventKind, HostBlock};
use manycord_modules::Transport;
use nice_plug::prelude::NoteEvent;

use crate::events::{MOST_PER_EVENT, translate};

/// Frames rendered at once at most.
const PIECE: usize = 1_024;
/// Events of a piece at most.
const EVENTS: usize = 4 * MOST_PER_EVENT;

/// Memory of the pieces.
pub(crate) struct Blocks {
    /// Of the next piece, sorted; what came with an empty block waits here.
    events: Vec<Event>,
    /// Left, right, sidechain left, sidechain right: nice-plug gives outputs that hold the inputs.
    inputs: [Box<[f32]>; 4],
}

/// One block of the host.
pub(crate) struct Block<'a, 'b> {
    /// Left and right: the input to begin with, the output in the end.
    pub(crate) main: [&'a mut [f32]; 2],
    /// Sidechain, left and right; may be shorter.
    pub(crate) sidechain: [&'b [f32]; 2],
    /// At the first frame.
    pub(crate) transport: Transport,
}

impl Blocks {
    pub(crate) fn new() -> Blocks {
        let silence = || vec![0.0; PIECE].into_boxed_slice();
        Blocks { events: Vec::with_capacity(EVENTS), inputs: [silence(), silence(), silence(), silence()] }
    }

    /// An event at the first frame of the next block.
    pub(crate) fn push_first(&mut self, kind: EventKind) {
        if self.events.len() < EVENTS {
            self.events.push(Event { frame: 0, kind });
        }
    }

    /// Renders a block. `next` gives the host's events in order. Of more events than a piece has room for, the
    /// last ones on one frame come a frame late; none is dropped.
    pub(crate) fn render(
        &mut self,
        engine: &mut Engine,
        block: Block<'_, '_>,
        mut next: impl FnMut() -> Option<NoteEvent<()>>,
    ) {
        let Block { main: [left, right], sidechain, transport } = block;
        let frames = left.len().min(right.len());
        let mut waiting = next();
        let mut start = 0;
        while start < frames {
            let longest = (start + PIECE).min(frames);
            let end = self.take_events(start, longest, frames, &mut waiting, &mut next);
            let length = end - start;
            let sources: [&[f32]; 4] = [left, right, sidechain[0], sidechain[1]];
            for (scratch, source) in self.inputs.iter_mut().zip(sources) {
                fill(&mut scratch[..length], source, start);
            }
            engine.process(HostBlock {
                inputs: std::array::from_fn(|side| &self.inputs[side][..length]),
                outputs: [&mut left[start..end], &mut right[start..end]],
                events: &self.events,
                transport: Transport { beats: transport.beats_at(start), ..transport },
            });
            self.events.clear();
            start = end;
        }
        if frames == 0 {
            while let Some(event) = waiting.take().filter(|_| self.has_room()) {
                translate(&event, |kind| self.events.push(Event { frame: 0, kind }));
                waiting = next();
            }
        }
    }

    /// Takes the events of the piece from `start` to at most `longest` in. Returns the piece's end.
    fn take_events(
        &mut self,
        start: usize,
        longest: usize,
        frames: usize,
        waiting: &mut Option<NoteEvent<()>>,
        next: &mut impl FnMut() -> Option<NoteEvent<()>>,
    ) -> usize {
        while let Some(event) = waiting.as_ref() {
            let at = (event.timing() as usize).min(frames - 1).max(start);
            if at >= longest {
                break;
            }
            if !self.has_room() {
                return at.max(start + 1);
            }
            let frame = ((at - start) as u32).max(self.events.last().map_or(0, |last| last.frame));
            translate(event, |kind| self.events.push(Event { frame, kind }));
            *waiting = next();
        }
        longest
    }

    fn has_room(&self) -> bool {
        self.events.len() + MOST_PER_EVENT <= EVENTS
    }
}

/// Copies from `source` at `start`; silence beyond its end.
fn fill(scratch: &mut [f32], source: &[f32], start: usize) {
    let source = source.get(start..).unwrap_or_default();
    let known = source.len().min(scratch.len());
    scratch[..known].copy_from_slice(&source[..known]);
    scratch[known..].fill(0.0);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instance::Instance;
    use manycord_pool::{Config, Pool};
    use nice_plug::midi::{Channel, Key, VoiceID};

    fn note(timing: u32, on: bool, key: u8) -> NoteEvent<()> {
        let (voice_id, channel, key) = (VoiceID::Wildcard, Channel::Number(0), Key::Number(key));
        if on {
            NoteEvent::NoteOn { timing, voice_id, channel, key, velocity: 1.0 }
        } else {
            NoteEvent::NoteOff { timing, voice_id, channel, key, velocity: 0.0 }
        }
    }

    fn render(cuts: &[usize], frames: usize, events: &[NoteEvent<()>]) -> Vec<f32> {
        let instance = Instance::new();
        let pool = Pool::new(&Config { workers: Some(0), ..Config::default() });
        let mut engine = instance.session().activate(48_000.0, 0, pool).expect("one engine has a seat");
        let (mut blocks, mut out) = (Blocks::new(), Vec::new());
        let mut cuts = cuts.iter().cycle();
        while out.len() < frames {
            let length = (*cuts.next().expect("a cycle")).min(frames - out.len());
            let range = out.len() as u32..(out.len() + length) as u32;
            let mut due = events.iter().filter(|event| range.contains(&event.timing())).map(|event| {
                let (NoteEvent::NoteOn { key, .. } | NoteEvent::NoteOff { key, .. }) = event else {
                    unreachable!()
                };
                let on = matches!(event, NoteEvent::NoteOn { .. });
                note(event.timing() - range.start, on, key.number_or_middle_c())
            });
            let (mut left, mut right) = (vec![0.0; length], vec![0.0; length]);
            let main = [&mut left[..], &mut right[..]];
            let block = Block { main, sidechain: [&[], &[]], transport: Transport::default() };
            blocks.render(&mut engine, block, || due.next());
            out.extend(left);
        }
        out
    }

    #[test]
    fn any_cuts_give_the_same_sound() {
        let events =
            [note(100, true, 60), note(700, true, 64), note(2_500, false, 60), note(3_000, false, 64)];
        let whole = render(&[6_000], 6_000, &events);
        assert!(whole[..100].iter().all(|value| value.abs() < 1e-6));
        assert!(whole[101..3_000].iter().any(|value| value.abs() > 0.02));
        for cuts in [&[64][..], &[1, 63, 500], &[1_500]] {
            assert!(render(cuts, 6_000, &events) == whole, "cuts {cuts:?}");
        }
    }

    #[test]
    fn a_burst_beyond_all_room_is_not_dropped() {
        let mut burst: Vec<NoteEvent<()>> = (0..EVENTS).map(|_| note(50, false, 1)).collect();
        burst.push(note(50, true, 60));
        burst.push(note(60, false, 60));
        let out = render(&[256], 2_048, &burst);
        assert!(out[50..].iter().any(|value| value.abs() > 1e-4), "the note behind the burst is lost");
    }
}
