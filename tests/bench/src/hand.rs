//! The reference patch as one would write it by hand: the same units in one thread, with the least glue that
//! brings a signal from one to the next. No plan, no dials, no pool: the limit of what the engine can reach.
//!
//! It puts out the very bits that the engine does.

use std::ops::Range;

use manycord_engine::Patch;
use manycord_engine::patch::PatchModule;
use manycord_modules::dsp::math;
use manycord_modules::dsp::sums::sums;
use manycord_modules::{
    BLOCK, Buffer, Group, Host, Io, LANES, LaneEvent, LaneEventKind, LaneMask, Level, Param, Scale, Setup,
    Signal, Simd, Unit, Work, find,
};

use crate::pacing::SAMPLE_RATE;
use crate::reference::keys;

/// Most inputs that a unit of the patch has.
const INPUTS: usize = 3;
/// What an input reads that there is not.
static NOTHING: [Group; BLOCK] = [Group::ZERO; BLOCK];

/// Outputs of the notes module that the patch uses.
const PITCH: usize = 0;
const GATE: usize = 1;
/// The saw of an oscillator.
const SAW: usize = 2;

/// A block of an output.
type Frames = [Group; BLOCK];

/// A unit with its ports.
struct Part {
    unit: Box<dyn Unit>,
    inputs: Vec<Buffer>,
    params: Vec<Buffer>,
    outputs: Vec<Frames>,
    patched: u32,
    wanted: u32,
}

impl Part {
    /// A unit of a module of the patch. Knobs stand where the engine's would.
    fn new(patch: &Patch, id: &str, mono: bool, (patched, wanted): (u32, u32)) -> Part {
        let module = patch.module(id).expect("the reference patch has the module");
        let kind = find(&module.kind).expect("the module is in the catalog");
        let signal = |value: f32| {
            let mut buffer = Buffer::default();
            buffer.hold(Group::splat(value));
            buffer
        };
        Part {
            unit: kind.make(&Setup { mono, quality: patch.quality, ..Setup::at(SAMPLE_RATE) }),
            inputs: kind.spec.inputs.iter().map(|port| signal(port.normal)).collect(),
            params: kind.spec.params.iter().map(|param| signal(knob(module, param))).collect(),
            outputs: vec![[Group::ZERO; BLOCK]; kind.spec.outputs.len()],
            patched,
            wanted,
        }
    }

    /// Renders a range; each cable brings an output to an input.
    fn render(
        &mut self,
        cables: &[(usize, &Frames)],
        events: &[LaneEvent],
        host: &Host,
        range: Range<usize>,
    ) {
        let mut inputs = [Signal::moving(&NOTHING); INPUTS];
        for (input, buffer) in inputs.iter_mut().zip(&self.inputs) {
            *input = buffer.signal();
        }
        for &(place, frames) in cables {
            inputs[place] = Signal::moving(frames);
        }
        let mut io = Io {
            inputs: &inputs,
            params: &self.params,
            outputs: &mut self.outputs,
            events,
            host,
            patched: self.patched,
            wanted: self.wanted,
        };
        self.unit.process(&mut io, range);
    }

    /// Cables from left and right to left and right.
    fn sides(&self) -> [(usize, &Frames); 2] {
        [(0, &self.outputs[0]), (1, &self.outputs[1])]
    }
}

/// A knob's value after its way through the engine's travel units.
fn knob(module: &PatchModule, param: &Param) -> f32 {
    let value = module.params.get(param.id).copied().unwrap_or(param.default);
    match param.scale {
        Scale::Octaves => math::exp2(math::log2(value)).clamp(param.min, param.max),
        _ => value,
    }
}

/// Eight voices.
struct Strand {
    notes: Part,
    oscillators: [Part; 2],
    lfo: Option<Part>,
    filter_env: Part,
    filter: Part,
    amp_env: Part,
    amp: Part,
    /// Lanes in use.
    lanes: LaneMask,
    /// Keys that go down in the first frame.
    events: Vec<LaneEvent>,
    /// Octaves of cutoff at rest, per volt of the envelope and per volt of the LFO; ends of the range in Hz.
    cutoff: (f32, f32, f32),
    ends: (f32, f32),
}

/// The whole patch.
pub struct Hand {
    level: Level,
    strands: Vec<Strand>,
    chorus: Part,
    reverb: Part,
    output: Part,
    host: Host,
    frame: usize,
    sides: [Vec<f32>; 2],
}

impl Hand {
    /// [`crate::reference::reference`] or [`crate::reference::heavy`] with so many voices, all of them held.
    pub fn new(patch: &Patch, voices: usize) -> Hand {
        Hand {
            level: Level::best(),
            strands: (0..voices.div_ceil(LANES)).map(|group| Strand::new(patch, group, voices)).collect(),
            chorus: Part::new(patch, "chorus", true, (0b01, 0b11)),
            reverb: Part::new(patch, "reverb", true, (0b11, 0b11)),
            output: Part::new(patch, "output", true, (0b11, 0b11)),
            host: Host::default(),
            frame: 0,
            sides: [vec![0.0; 1024], vec![0.0; 1024]],
        }
    }

    /// Renders a block of at most 1024 frames; returns left and right.
    pub fn block(&mut self, frames: usize) -> [&[f32]; 2] {
        let mut done = 0;
        while done < frames {
            let start = self.frame % BLOCK;
            let length = (BLOCK - start).min(frames - done);
            let level = self.level;
            level.run(Pass { hand: self, range: start..start + length, done });
            done += length;
            self.frame += length;
        }
        [&self.sides[0][..frames], &self.sides[1][..frames]]
    }

    #[inline(always)]
    fn render<S: Simd>(&mut self, simd: S, range: Range<usize>, done: usize) {
        let mut sum = [0.0; BLOCK];
        for strand in &mut self.strands {
            strand.render(self.frame == 0, &self.host, range.clone());
            strand.add(simd, &mut sum, range.clone());
        }
        let folded = self.chorus.inputs[0].moving();
        for frame in range.clone() {
            folded[frame] = Group::splat(sum[frame]);
        }
        self.chorus.render(&[], &[], &self.host, range.clone());
        self.reverb.render(&self.chorus.sides(), &[], &self.host, range.clone());
        self.output.render(&self.reverb.sides(), &[], &self.host, range.clone());
        for (side, volts) in self.sides.iter_mut().zip(&self.output.outputs) {
            for (host, volts) in side[done..].iter_mut().zip(&volts[range.clone()]) {
                *host = (0.0 + volts[0]) * 0.1;
            }
        }
    }
}

/// One range, compiled for the machine's best instruction set.
struct Pass<'a> {
    hand: &'a mut Hand,
    range: Range<usize>,
    done: usize,
}

impl Work for Pass<'_> {
    type Output = ();
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        self.hand.render(simd, self.range, self.done);
    }
}

impl Strand {
    fn new(patch: &Patch, group: usize, voices: usize) -> Strand {
        let cutoff = find("ladder").expect("the catalog has a ladder").spec.params[0];
        let filter = patch.module("filter").expect("the reference patch has a filter");
        let depth = |from: &str| {
            let cable =
                patch.cables.iter().find(|cable| cable.from.module == from && cable.to.port == "cutoff");
            cable.map_or(0.0, |cable| cable.depth)
        };
        let part = |id: &str, ports| Part::new(patch, id, false, ports);
        let first = group * LANES;
        let lanes = (voices - first).min(LANES);
        let event = |(lane, key)| LaneEvent { frame: 0, lane, kind: on(key) };
        let events = keys(voices)[first..first + lanes].iter().enumerate().map(event).collect();
        Strand {
            notes: part("notes", (0, 1 << PITCH | 1 << GATE)),
            oscillators: ["osc_1", "osc_2"].map(|id| part(id, (0b001, 1 << SAW))),
            lfo: patch.module("lfo").map(|_| part("lfo", (0b010, 0b1))),
            filter_env: part("filter_env", (0b001, 0b1)),
            filter: part("filter", (0b01, 0b1)),
            amp_env: part("amp_env", (0b001, 0b1)),
            amp: part("amp", (0b11, 0b1)),
            lanes: LaneMask(((1u32 << lanes) - 1) as u8),
            events,
            cutoff: (math::log2(filter.params["cutoff"]), depth("filter_env"), depth("lfo")),
            ends: (cutoff.min, cutoff.max),
        }
    }

    #[inline(always)]
    fn render(&mut self, first: bool, host: &Host, range: Range<usize>) {
        let events = if first { &self.events[..] } else { &[] };
        self.notes.render(&[], events, host, range.clone());
        let (pitch, gate) = (&self.notes.outputs[PITCH], &self.notes.outputs[GATE]);
        for oscillator in &mut self.oscillators {
            oscillator.render(&[(0, pitch)], &[], host, range.clone());
        }
        for envelope in [&mut self.filter_env, &mut self.amp_env] {
            envelope.render(&[(0, gate)], &[], host, range.clone());
        }
        if let Some(lfo) = &mut self.lfo {
            lfo.render(&[(1, gate)], &[], host, range.clone());
        }
        let [first, second] = &self.oscillators;
        let input = self.filter.inputs[0].moving();
        for frame in range.clone() {
            input[frame] = first.outputs[SAW][frame] + second.outputs[SAW][frame];
        }
        self.sweep(&range);
        self.filter.render(&[], &[], host, range.clone());
        let cables = [(0, &self.filter.outputs[0]), (1, &self.amp_env.outputs[0])];
        self.amp.render(&cables, &[], host, range);
    }

    /// Adds the voices up.
    #[inline(always)]
    fn add<S: Simd>(&self, simd: S, sum: &mut [f32; BLOCK], range: Range<usize>) {
        let volts = |frame: usize| match self.lanes {
            LaneMask::ALL => self.amp.outputs[0][frame],
            lanes => self.amp.outputs[0][frame].select(Group::ZERO, lanes),
        };
        let mut frame = range.start;
        while frame + LANES <= range.end {
            let mut groups = [Group::ZERO; LANES];
            for (ahead, group) in groups.iter_mut().enumerate() {
                *group = volts(frame + ahead);
            }
            for (sum, &lanes) in sum[frame..frame + LANES].iter_mut().zip(&sums(simd, &groups).0) {
                *sum += lanes;
            }
            frame += LANES;
        }
        for (frame, sum) in (frame..range.end).zip(&mut sum[frame..]) {
            *sum += volts(frame).sum();
        }
    }

    /// The cutoff of every voice at every frame.
    #[inline(always)]
    fn sweep(&mut self, range: &Range<usize>) {
        let ((rest, by_env, by_lfo), (low, high)) = (self.cutoff, self.ends);
        let env = &self.filter_env.outputs[0];
        let cutoff = self.filter.params[0].moving();
        for frame in range.clone() {
            cutoff[frame] = Group::splat(rest) + env[frame] * by_env;
        }
        if let Some(lfo) = &self.lfo {
            for frame in range.clone() {
                cutoff[frame] += lfo.outputs[0][frame] * by_lfo;
            }
        }
        for frame in range.clone() {
            cutoff[frame] = cutoff[frame].map(math::exp2).clamp(low, high);
        }
    }
}

/// What the voice allocation makes of a key.
fn on(event: &manycord_engine::Event) -> LaneEventKind {
    let manycord_engine::EventKind::NoteOn { key, velocity, .. } = event.kind else {
        unreachable!("the score only presses keys");
    };
    LaneEventKind::On { pitch: (f32::from(key) - 60.0) / 12.0, velocity, retrigger: true, glide: true }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::piece::{Piece, pool};
    use crate::reference::{heavy, reference};
    use crate::score::Score;

    #[test]
    fn by_hand_and_through_the_engine_it_is_the_same_sound() {
        for (voices, frames) in [(3, 40), (8, 64), (20, 100)] {
            for patch in [reference(voices), heavy(voices)] {
                let mut piece = Piece::new(&patch, &pool(0), Score::held(voices)).unwrap();
                let mut hand = Hand::new(&patch, voices);
                let mut peak = 0.0f32;
                for block in 0..24_000 / frames {
                    let (ours, theirs) = (piece.block(frames), hand.block(frames));
                    assert!(ours == theirs, "{} frame {}", patch.name, block * frames);
                    peak = ours[0].iter().fold(peak, |peak, volts| peak.max(volts.abs()));
                }
                assert!(peak > 0.05, "{}: {peak}", patch.name);
            }
        }
    }
}
