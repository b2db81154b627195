//! Reverb: a room around the sound, from a box to a cathedral.
//!
//! A diffuser feeds a network of sixteen delay lines that all go into all. Each line loses what its exact
//! length must lose for the set decay; a one-pole in each takes the highs sooner. The lines sway a little, each
//! at its own pace, so that no resonance stands still.
//!
//! Jot & Chaigne, "Digital delay networks for designing artificial reverberators", AES 1991; Schlecht &
//! Habets, "Time-varying feedback matrices in feedback delay networks", JASA 2015.

use std::ops::Range;

use crate::dsp::bank::{Bank, Frame, LINES};
use crate::dsp::guard::{flushed, sane};
use crate::dsp::hadamard::hadamard;
use crate::dsp::{DelayLine, Diffuser, Glide, OnePole, math, whole};
use crate::group::{Group, LANES, LaneMask};
use crate::io::Io;
use crate::module::{Module, Setup};
use crate::port::{In, Out, Param, Quantity};
use crate::spec::{Class, Spec};

const LEFT: In = In::audio(0, "left").help("Left sound, or both when the right is not patched");
const RIGHT: In = In::audio(1, "right").help("Right sound; follows the left when not patched");
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

/// Lengths of the lines in the largest room, in seconds: spread evenly over two octaves with a little chance,
/// so that their echoes never fall together.
const LENGTHS: [f32; LINES] = [
    0.08575, 0.05003, 0.14681, 0.11712, 0.03933, 0.07773, 0.06902, 0.16304, 0.03194, 0.10797, 0.05464,
    0.03523, 0.09513, 0.04431, 0.13387, 0.06113,
];

/// The longest of them.
const LONGEST: f64 = 0.168;

/// Share of the lengths that the smallest room has.
const SMALLEST: f64 = 0.2;

/// Greatest sway of a line to either side, in seconds: a few cents at most.
const SWAY: f32 = 0.001;

/// Sways per second of the slowest line, and how much faster each next one is.
const PACE: (f32, f32) = (0.12, 0.025);

/// The golden ratio's fraction: spreads the lines' phases without a pattern.
const GOLDEN: f32 = 0.618_034;

/// log₂ of the 60 dB that a tail loses in its decay time.
const DECAY_OCTAVES: f32 = 9.965_784;

/// The decay knob speaks of this frequency, in Hz.
const REFERENCE_HERTZ: f32 = 1_090.0;

/// Least gain that damping takes from the highs in one pass: more would leave the lows ringing on.
const DAMP_MOST: f32 = 0.25;

/// 1.5·2²³: adding it rounds a float of moderate size to a whole number in the low bits of the sum.
const WHOLE: f32 = 12_582_912.0;

/// Level of the diffuser's cloud itself, so that the network takes over without a step.
const EARLY: f32 = 0.6;

/// Signs of the lines in the left and in the right output; neither pattern is a row of the mixing matrix, and
/// they have nothing in common.
const SIGNS: [[Group; 2]; 2] = [
    [
        Group([1.0, 1.0, -1.0, 1.0, -1.0, -1.0, 1.0, -1.0]),
        Group([1.0, 1.0, 1.0, -1.0, -1.0, 1.0, -1.0, -1.0]),
    ],
    [
        Group([1.0, -1.0, -1.0, 1.0, 1.0, 1.0, -1.0, -1.0]),
        Group([-1.0, 1.0, -1.0, -1.0, 1.0, 1.0, -1.0, 1.0]),
    ],
];

/// The module.
#[derive(Debug)]
pub struct Reverb {
    sample_rate: f32,
    pre: [DelayLine; 2],
    pre_glide: Glide,
    size_glide: Glide,
    low_cut: LowCut,
    diffuser: Diffuser,
    bank: Bank,
    /// What each line's damping holds, in volts.
    damped: Frame,
    /// Where each line's sway stands, −1…1.
    phase: Frame,
    /// Step of the phase per frame.
    pace: Frame,
    tuning: Tuning,
}

/// Takes the lows off both sides.
#[derive(Clone, Copy, Debug, Default)]
struct LowCut {
    hertz: f32,
    low: [OnePole; 2],
}

/// What the network is tuned for, and its coefficients for that.
#[derive(Clone, Copy, Debug)]
struct Tuning {
    target: Target,
    /// Length of each line: whole frames, and the rest of a frame.
    whole: [u32; LINES],
    rest: Frame,
    gain: Frame,
    /// Share of the new in the one-pole that damps.
    open: Frame,
    /// Gain at the entrance, so that a steady sound comes out as loud as it went in.
    entrance: f32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Target {
    /// Share of the largest room.
    scale: f64,
    decay_seconds: f32,
    damp_hertz: f32,
    /// Mean by which the sway lengthens a line, in frames.
    sway: f32,
}

impl Tuning {
    #[inline(always)]
    fn new(target: Target, sample_rate: f32) -> Tuning {
        let mut whole = [0; LINES];
        let (mut rest, mut length) = ([Group::ZERO; 2], [Group::ZERO; 2]);
        for line in 0..LINES {
            let frames = f64::from(LENGTHS[line]) * target.scale * f64::from(sample_rate);
            whole[line] = (frames as u32).max(2);
            rest[line / LANES][line % LANES] = (frames - f64::from(frames as u32)) as f32;
            length[line / LANES][line % LANES] = frames as f32 + target.sway;
        }
        let per_frame = -DECAY_OCTAVES / (target.decay_seconds * sample_rate);
        let damp = target.damp_hertz / sample_rate;
        let damp_cosine = math::cos_turns(if damp < 0.45 { damp } else { 0.45 });
        let reference_cosine = math::cos_turns(REFERENCE_HERTZ / sample_rate);
        let (mut gain, mut open) = (length, length);
        for half in 0..2 {
            let loss = (length[half] * per_frame).map(math::exp2);
            // The pole that takes the loss once more at the damping frequency: from |H|² of a one-pole.
            let taken = loss.max(Group::splat(DAMP_MOST)).map(|r| r * r);
            let b = taken.map(|r| 1.0 + r * (1.0 - damp_cosine) / (1.0 - r));
            let pole = b.map(|b| 1.0 / (b + (b * b - 1.0).sqrt()));
            open[half] = pole.map(|p| 1.0 - p);
            // The loss is meant at the reference: what the pole takes there is given back.
            let back = pole.map(|p| (1.0 - 2.0 * p * reference_cosine + p * p).sqrt() / (1.0 - p));
            gain[half] = loss * back;
        }
        let mean = (length[0].sum() + length[1].sum()) * (1.0 / LINES as f32);
        let kept = math::exp2(2.0 * mean * per_frame);
        let entrance = 1.0 / (EARLY * EARLY + kept / (1.0 - kept)).sqrt();
        Tuning { target, whole, rest, gain, open, entrance }
    }
}

impl LowCut {
    #[inline(always)]
    fn tick(&mut self, sides: [f32; 2], hertz: f32, sample_rate: f32) -> [f32; 2] {
        if hertz != self.hertz {
            self.hertz = hertz;
            self.low[0].tune(hertz / sample_rate);
            self.low[1].tune(hertz / sample_rate);
        }
        [sides[0] - self.low[0].tick(sides[0]), sides[1] - self.low[1].tick(sides[1])]
    }
}

impl Reverb {
    /// One frame of the room's answer, for both sides. `sway` in frames to either side.
    #[inline(always)]
    fn tick(&mut self, sides: [f32; 2], sway: f32) -> [f32; 2] {
        let tuning = &self.tuning;
        let entrance = tuning.entrance * 0.25;
        let alternating = Group::from_fn(|lane| sides[lane % 2] * entrance);
        let new = self.diffuser.tick([alternating, alternating]);

        let mut ages = tuning.whole;
        let mut fraction = tuning.rest;
        for half in 0..2 {
            // A parabola's arch for each half turn: near enough to a sine, and smooth.
            let phase = self.phase[half];
            let arch = phase * (Group::splat(1.0) - phase.abs()) * 4.0;
            let moved = phase + self.pace[half];
            self.phase[half] = moved.map(|p| if p < 1.0 { p } else { p - 2.0 });
            let place = tuning.rest[half] + (arch + Group::splat(1.0)) * sway;
            // Rounds half a frame less to a whole number in the low bits of the sum.
            let shifted = place.map(|x| x - 0.5 + WHOLE);
            fraction[half] = whole(place - shifted.map(|x| x - WHOLE));
            let shifted = whole(shifted);
            for lane in 0..LANES {
                ages[half * LANES + lane] += shifted[lane].to_bits() - WHOLE.to_bits();
            }
        }
        let old = self.bank.read_between(&ages, fraction);
        let mut kept = old;
        for half in 0..2 {
            let damped = self.damped[half] + (old[half] - self.damped[half]) * tuning.open[half];
            self.damped[half] = damped.map(flushed);
            kept[half] = self.damped[half] * tuning.gain[half];
        }
        let mixed = hadamard(kept);
        let frame = [new[0] + mixed[0], new[1] + mixed[1]];
        self.bank.push(frame);
        let heard = [new[0] * EARLY + mixed[0], new[1] * EARLY + mixed[1]];
        let [left, right] = SIGNS;
        [
            whole(heard[0] * left[0] + heard[1] * left[1]).sum(),
            whole(heard[0] * right[0] + heard[1] * right[1]).sum(),
        ]
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
        let line =
            |f: &dyn Fn(f32) -> f32| [0, LANES].map(|first| Group::from_fn(|lane| f((first + lane) as f32)));
        let pre = || DelayLine::new(PRE_LONGEST * f64::from(sample_rate) + DelayLine::SHORTEST);
        let target = Target { scale: 1.0, decay_seconds: 1.0, damp_hertz: 10_000.0, sway: 0.0 };
        Reverb {
            sample_rate,
            pre: [pre(), pre()],
            pre_glide: Glide::new(sample_rate),
            size_glide: Glide::new(sample_rate),
            low_cut: LowCut::default(),
            diffuser: Diffuser::new(sample_rate),
            bank: Bank::new((LONGEST + 2.0 * f64::from(SWAY)) * f64::from(sample_rate) + 4.0),
            damped: [Group::ZERO; 2],
            phase: start_phases(),
            pace: line(&|line| 2.0 * (PACE.0 + PACE.1 * line) / sample_rate),
            tuning: Tuning::new(target, sample_rate),
        }
    }

    fn reset(&mut self, lanes: LaneMask) {
        if lanes.has(0) {
            self.pre.iter_mut().for_each(DelayLine::reset);
            self.pre_glide.reset();
            self.size_glide.reset();
            self.low_cut = LowCut::default();
            self.diffuser.reset();
            self.bank.reset();
            self.damped = [Group::ZERO; 2];
            self.phase = start_phases();
        }
    }

    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_>, frames: Range<usize>) {
        let (left, right) = (io.input(LEFT), io.input(if io.is_patched(RIGHT) { RIGHT } else { LEFT }));
        let [size, decay, damp, low_cut] = [SIZE, DECAY, DAMP, LOW_CUT].map(|param| io.param(param));
        let [pre_delay, modulation, mix] = [PRE_DELAY, MODULATION, MIX].map(|param| io.param(param));
        let rate = f64::from(self.sample_rate);
        for frame in frames {
            let dry = [sane(left.at(frame)[0]), sane(right.at(frame)[0])];
            let pre = self.pre_glide.next(f64::from(pre_delay.at(frame)[0]) * rate) + DelayLine::SHORTEST;
            self.pre[0].push(dry[0]);
            self.pre[1].push(dry[1]);
            let late = [self.pre[0].read(pre), self.pre[1].read(pre)];
            let late = self.low_cut.tick(late, low_cut.at(frame)[0], self.sample_rate);

            let scale = SMALLEST + (1.0 - SMALLEST) * f64::from(size.at(frame)[0]);
            // The longest line is the one that must not glide too fast.
            let longest = self.size_glide.next(scale * LONGEST * rate);
            let sway = modulation.at(frame)[0] * SWAY * self.sample_rate;
            let target = Target {
                scale: longest / (LONGEST * rate),
                decay_seconds: decay.at(frame)[0],
                damp_hertz: damp.at(frame)[0],
                sway,
            };
            if target != self.tuning.target {
                self.tuning = Tuning::new(target, self.sample_rate);
            }
            let room = self.tick(late, sway);
            let wet = mix.at(frame)[0];
            io.set(OUT_LEFT, frame, Group::splat(dry[0] * (1.0 - wet) + room[0] * wet));
            io.set(OUT_RIGHT, frame, Group::splat(dry[1] * (1.0 - wet) + room[1] * wet));
        }
    }
}

/// Where the lines' sways begin.
fn start_phases() -> Frame {
    [0, LANES].map(|first| Group::from_fn(|lane| ((first + lane) as f32 * GOLDEN).fract() * 2.0 - 1.0))
}
