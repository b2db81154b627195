//! Reverb: a room around the sound, from a box to a cathedral.
//!
//! What happens in the room is told in `dsp::room`; here are its knobs, the pre-delay and the low cut.

use std::ops::Range;

use crate::dsp::guard::sane;
use crate::dsp::room::{LONGEST, Room, Shape};
use crate::dsp::{DelayLine, Glide, OnePole, RUN, runs};
use crate::group::{Group, LaneMask};
use crate::io::Io;
use crate::level::{Level, Simd, Vectorized};
use crate::module::{Module, Setup};
use crate::port::{In, Out, Param, Quantity};
use crate::spec::{Class, Spec};

const LEFT: In = In::audio(0, "left").help("Left sound, or both when the right is not patched");
const RIGHT: In = In::audio(1, "right").follows(LEFT).help("Right sound; follows the left when not patched");
const SIZE: Param = Param::percent(0, "size").default(0.75).help("Size of the room");
const DECAY: Param =
    Param::seconds(1, "decay", 0.1, 30.0).default(2.0).help("Time in which the tail loses 60 dB, at 1 kHz");
const DAMP: Param = Param::hertz(2, "damp", 1_500.0, 20_000.0)
    .default(7_000.0)
    .help("Above this the tail dies twice as soon");
const LOW_CUT: Param =
    Param::hertz(3, "low_cut", 10.0, 1_000.0).default(60.0).help("Lows below this stay dry");
const PRE_DELAY: Param = Param::linear(4, "pre_delay", 0.0, PRE_LONGEST as f32, Quantity::Seconds)
    .default(0.01)
    .help("Time before the room answers");
const MODULATION: Param = Param::percent(5, "modulation").default(0.7).help("Sway of the tail");
const MIX: Param = Param::percent(6, "mix").default(0.3).help("Dry to wet");
const OUT_LEFT: Out = Out::audio(0, "left").help("Left mix");
const OUT_RIGHT: Out = Out::audio(1, "right").help("Right mix");

/// Longest pre-delay, in seconds.
const PRE_LONGEST: f64 = 0.5;

/// Share of the lengths that the smallest room has.
const SMALLEST: f64 = 0.2;

/// Greatest sway of a line to either side, in seconds: a few cents at most.
const SWAY: f32 = 0.001;

/// The module.
#[derive(Debug)]
pub struct Reverb {
    sample_rate: f32,
    level: Level,
    pre: [DelayLine; 2],
    pre_glide: Glide,
    size_glide: Glide,
    sway_glide: Glide,
    low_cut: LowCut,
    room: Room,
}

/// Takes the lows off both sides.
#[derive(Clone, Copy, Debug, Default)]
struct LowCut {
    hertz: f32,
    low: [OnePole; 2],
}

impl LowCut {
    #[inline(always)]
    fn run(&mut self, sides: &mut [Group; 2], hertz: Group, sample_rate: f32, count: usize) {
        let LowCut { hertz: now, low: [mut left, mut right] } = *self;
        let mut now = now;
        for ahead in 0..count {
            if hertz[ahead] != now {
                now = hertz[ahead];
                left.tune(now / sample_rate);
                right.tune(now / sample_rate);
            }
            sides[0][ahead] -= left.tick(sides[0][ahead]);
            sides[1][ahead] -= right.tick(sides[1][ahead]);
        }
        *self = LowCut { hertz: now, low: [left, right] };
    }
}

impl Module for Reverb {
    const SPEC: Spec = Spec::new("reverb", "Reverb", Class::Effect)
        .help("A room around the sound, from a box to a cathedral.")
        .mono()
        .inputs(&[LEFT, RIGHT])
        .params(&[SIZE, DECAY, DAMP, LOW_CUT, PRE_DELAY, MODULATION, MIX])
        .outputs(&[OUT_LEFT, OUT_RIGHT])
        .bypass(&[(LEFT, OUT_LEFT), (RIGHT, OUT_RIGHT)]);

    fn new(setup: &Setup) -> Reverb {
        let sample_rate = setup.sample_rate;
        let pre = || DelayLine::new(PRE_LONGEST * f64::from(sample_rate) + DelayLine::SHORTEST);
        Reverb {
            sample_rate,
            level: setup.level,
            pre: [pre(), pre()],
            pre_glide: Glide::new(sample_rate),
            size_glide: Glide::new(sample_rate),
            sway_glide: Glide::new(sample_rate),
            low_cut: LowCut::default(),
            room: Room::new(sample_rate, SWAY),
        }
    }

    fn reset(&mut self, lanes: LaneMask) {
        if lanes.has(0) {
            self.pre.iter_mut().for_each(DelayLine::reset);
            self.pre_glide.reset();
            self.size_glide.reset();
            self.sway_glide.reset();
            self.low_cut = LowCut::default();
            self.room.reset();
        }
    }

    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_>, frames: Range<usize>) {
        self.level.render(self, io, frames);
    }
}

impl Vectorized for Reverb {
    #[inline(always)]
    fn render<S: Simd>(&mut self, simd: S, io: &mut Io<'_>, frames: Range<usize>) {
        let sounds = [io.input(LEFT), io.input(RIGHT)];
        let params = [
            io.param(SIZE),
            io.param(DECAY),
            io.param(DAMP),
            io.param(LOW_CUT),
            io.param(PRE_DELAY),
            io.param(MODULATION),
            io.param(MIX),
        ];
        for run in runs(frames) {
            let mut rows = [Group::ZERO; 7];
            for (row, param) in rows.iter_mut().zip(&params) {
                *row = param.row(run.start);
            }
            let [size, decay, damp, low_cut, pre_delay, modulation, mix] = rows;
            let dry = [sounds[0].row(run.start).map(sane), sounds[1].row(run.start).map(sane)];
            let mut late = self.delay(dry, pre_delay, run.len());
            self.low_cut.run(&mut late, low_cut, self.sample_rate, run.len());
            let shapes = self.shapes(size, decay, damp, modulation, run.len());
            let wet = self.answer(simd, late, &shapes, run.len());
            for (side, port) in [OUT_LEFT, OUT_RIGHT].into_iter().enumerate() {
                let mixed = dry[side] * (Group::splat(1.0) - mix) + wet[side] * mix;
                io.set_row(port, run.clone(), mixed);
            }
        }
    }
}

impl Reverb {
    /// Both sides after the pre-delay.
    #[inline(always)]
    fn delay(&mut self, sides: [Group; 2], seconds: Group, count: usize) -> [Group; 2] {
        let mut frames = [0.0; RUN];
        for ahead in 0..RUN {
            frames[ahead] = f64::from(seconds[ahead]) * f64::from(self.sample_rate);
        }
        let mut delays = self.pre_glide.run(frames, count);
        for delay in &mut delays {
            *delay += DelayLine::SHORTEST;
        }
        let mut late = sides;
        for (line, side) in self.pre.iter_mut().zip(&mut late) {
            line.push_run(*side, count);
            *side = line.read_pushed(&delays, count);
        }
        late
    }

    /// What the room is like in each frame of a run.
    #[inline(always)]
    fn shapes(&mut self, size: Group, decay: Group, damp: Group, modulation: Group, count: usize) -> Shapes {
        let rate = f64::from(self.sample_rate);
        let (mut longest, mut sway) = ([0.0; RUN], [0.0; RUN]);
        for ahead in 0..RUN {
            let scale = SMALLEST + (1.0 - SMALLEST) * f64::from(size[ahead]);
            // The longest line is the one that must not glide too fast.
            longest[ahead] = scale * LONGEST * rate;
            sway[ahead] = f64::from(modulation[ahead] * SWAY * self.sample_rate);
        }
        let (longest, sway) = (self.size_glide.run(longest, count), self.sway_glide.run(sway, count));
        Shapes { full: LONGEST * rate, longest, sway, decay, damp }
    }

    /// What the room answers to a run.
    #[inline(always)]
    fn answer<S: Simd>(&mut self, simd: S, sides: [Group; 2], shapes: &Shapes, count: usize) -> [Group; 2] {
        if shapes.rest() {
            return self.room.tick(simd, sides, shapes.at(0), count);
        }
        let mut answer = [Group::ZERO; 2];
        for ahead in 0..count {
            let frame = [Group::splat(sides[0][ahead]), Group::splat(sides[1][ahead])];
            let [left, right] = self.room.tick(simd, frame, shapes.at(ahead), 1);
            (answer[0][ahead], answer[1][ahead]) = (left[0], right[0]);
        }
        answer
    }
}

/// What the room is like in a run of frames.
struct Shapes {
    /// Length of the longest line in the largest room, in frames.
    full: f64,
    /// The same in this room.
    longest: [f64; RUN],
    /// Sway to either side, in frames.
    sway: [f64; RUN],
    /// As in [`Shape`].
    decay: Group,
    damp: Group,
}

impl Shapes {
    #[inline(always)]
    fn at(&self, ahead: usize) -> Shape {
        Shape {
            scale: self.longest[ahead] / self.full,
            decay_seconds: self.decay[ahead],
            damp_hertz: self.damp[ahead],
            sway: self.sway[ahead] as f32,
        }
    }

    /// Whether it is the same in all frames.
    #[inline(always)]
    fn rest(&self) -> bool {
        let (mut knobs, mut glides) = (0, 0);
        for ahead in 1..RUN {
            knobs |= self.decay[ahead].to_bits() ^ self.decay[0].to_bits();
            knobs |= self.damp[ahead].to_bits() ^ self.damp[0].to_bits();
            glides |= self.longest[ahead].to_bits() ^ self.longest[0].to_bits();
            glides |= self.sway[ahead].to_bits() ^ self.sway[0].to_bits();
        }
        knobs == 0 && glides == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rig::Rig;

    #[test]
    fn the_room_answers_after_the_pre_delay() {
        for pre_delay in [0.0, 0.1] {
            let mut rig = Rig::of::<Reverb>(48_000.0);
            rig.knob(PRE_DELAY, pre_delay).knob(MIX, 1.0);
            let out = rig.render(9_600, |frame, drive| {
                drive.input(LEFT, Group::splat(if frame == 0 { 5.0 } else { 0.0 }));
            });
            let first = out[0].iter().position(|volts| volts[0].abs() > 1e-3).unwrap();
            let expected = (pre_delay * 48_000.0) as usize;
            assert!((expected..expected + 240).contains(&first), "{first} frames instead of {expected}");
        }
    }
}
