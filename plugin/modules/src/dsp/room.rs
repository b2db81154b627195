//! A room: sixteen delay lines that all go into all, behind a diffuser.
//!
//! Each line loses what its exact length must lose for the set decay; a one-pole in each takes the highs sooner.
//! The lines sway a little, each at its own pace, so that no resonance stands still.
//!
//! Jot & Chaigne, "Digital delay networks for designing artificial reverberators", AES 1991; Schlecht &
//! Habets, "Time-varying feedback matrices in feedback delay networks", JASA 2015.

use super::bank::{Ages, Bank, CHUNK, Chunk, LINES};
use super::hadamard::hadamard;
use super::transpose::transpose;
use super::{Diffuser, math};
use crate::group::{Group, LANES};
use crate::level::Simd;
use crate::vector::Vector;

/// Lengths of the lines in the largest room, in seconds: spread evenly over two octaves with a little chance,
/// so that their echoes never fall together.
const LENGTHS: [f32; LINES] = [
    0.08575, 0.05003, 0.14681, 0.11712, 0.03933, 0.07773, 0.06902, 0.16304, 0.03194, 0.10797, 0.05464,
    0.03523, 0.09513, 0.04431, 0.13387, 0.06113,
];

/// No line is longer, in seconds.
pub const LONGEST: f64 = 0.168;

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

/// Lines that are turned round in the left and in the right output, as bits; neither pattern is a row of the mixing
/// matrix, and they have nothing in common.
const TURNED: [u32; 2] = [0b1101_1000_1011_0100, 0b0100_1101_1100_0110];

/// One frame of all lines.
type Frame = [Group; 2];

/// What a room is like.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Shape {
    /// Lengths against those of the largest room, 0…1.
    pub scale: f64,
    /// Time in which the octave around 1 kHz loses 60 dB.
    pub decay_seconds: f32,
    /// Where the tail dies twice as soon, 1.5 kHz or more.
    pub damp_hertz: f32,
    /// Sway of the lines to either side, in frames.
    pub sway: f32,
}

/// The network with its sound.
#[derive(Debug)]
pub struct Room {
    sample_rate: f32,
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

/// What the network is tuned for, and its coefficients for that.
#[derive(Clone, Copy, Debug)]
struct Tuning {
    shape: Shape,
    /// Length of each line: whole frames, less the bits of [`WHOLE`], and the rest of a frame.
    whole: [u32; LINES],
    rest: Frame,
    gain: Frame,
    /// Share of the new in the one-pole that damps.
    open: Frame,
    /// Gain at the entrance, so that a steady sound comes out as loud as it went in.
    entrance: f32,
}

impl Tuning {
    #[inline(always)]
    fn new(shape: Shape, sample_rate: f32) -> Tuning {
        let mut whole = [0; LINES];
        let (mut rest, mut length) = ([Group::ZERO; 2], [Group::ZERO; 2]);
        for line in 0..LINES {
            let frames = f64::from(LENGTHS[line]) * shape.scale * f64::from(sample_rate);
            // A chunk must not read what it puts in itself.
            whole[line] = (frames as u32).max(CHUNK as u32 + 2).wrapping_sub(WHOLE.to_bits());
            rest[line / LANES][line % LANES] = (frames - f64::from(frames as u32)) as f32;
            length[line / LANES][line % LANES] = frames as f32 + shape.sway;
        }
        let per_frame = -DECAY_OCTAVES / (shape.decay_seconds * sample_rate);
        let damp = shape.damp_hertz / sample_rate;
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
        Tuning { shape, whole, rest, gain, open, entrance }
    }
}

impl Room {
    /// A silent room that may sway by up to `sway` seconds.
    pub fn new(sample_rate: f32, sway: f32) -> Room {
        let pace = |line: usize| 2.0 * (PACE.0 + PACE.1 * line as f32) / sample_rate;
        let shape = Shape { scale: 1.0, decay_seconds: 1.0, damp_hertz: 10_000.0, sway: 0.0 };
        Room {
            sample_rate,
            diffuser: Diffuser::new(sample_rate),
            bank: Bank::new(LENGTHS.map(|length| f64::from((length + 2.0 * sway) * sample_rate) + 4.0)),
            damped: [Group::ZERO; 2],
            phase: start_phases(),
            pace: [0, LANES].map(|first| Group::from_fn(|lane| pace(first + lane))),
            tuning: Tuning::new(shape, sample_rate),
        }
    }

    /// Forgets everything, at little cost.
    pub fn reset(&mut self) {
        self.diffuser.reset();
        self.bank.reset();
        self.damped = [Group::ZERO; 2];
        self.phase = start_phases();
    }

    /// The room's answer to up to eight frames of both sides, at the same cost for one as for all. The shape may move;
    /// a leap of its lengths would click.
    #[inline(always)]
    pub fn tick<S: Simd>(&mut self, simd: S, sides: [Group; 2], shape: Shape, count: usize) -> [Group; 2] {
        if shape != self.tuning.shape {
            self.tuning = Tuning::new(shape, self.sample_rate);
        }
        let entrance = self.tuning.entrance * 0.25;
        let new = self.diffuser.tick(simd, &[sides[0] * entrance, sides[1] * entrance], count);

        let ages = self.sway(simd, count);
        let mut heard = self.bank.read_between(simd, &ages, count);
        self.damp(simd, &mut heard, count);
        hadamard(simd, &mut heard);
        let mut kept = [Group::ZERO; LINES];
        for line in 0..LINES {
            let (new, old) = (Vector::of(simd, new[line]), Vector::of(simd, heard[line]));
            kept[line] = (old + new).group();
            heard[line] = (new * EARLY + old).group();
        }
        self.bank.push(&kept, count);
        [sum(simd, &heard, TURNED[0]), sum(simd, &heard, TURNED[1])]
    }

    /// Lengths of the lines in the next frames; moves the sways on.
    #[inline(always)]
    fn sway<S: Simd>(&mut self, simd: S, count: usize) -> Ages {
        let tuning = &self.tuning;
        let mut ages =
            Ages { whole: [[0; LINES]; CHUNK], moves: [Group::ZERO; 2], fraction: [Group::ZERO; LINES] };
        let one = Vector::splat(simd, 1.0);
        for half in 0..2 {
            let first = half * LANES;
            let mut phase = Vector::of(simd, self.phase[half]);
            let [pace, rest] = Vector::all(simd, &[self.pace[half], tuning.rest[half]]);
            let (mut least, mut most) = (phase.like(f32::MAX), phase.like(f32::MIN));
            for frame in 0..count {
                // A parabola's arch for each half turn: near enough to a sine, and smooth.
                let arch = phase * (one - phase.abs()) * 4.0;
                let moved = phase + pace;
                phase = moved.is_less(one).choose(moved, moved - phase.like(2.0));
                let place = rest + (arch + one) * tuning.shape.sway;
                // Rounds half a frame less to a whole number in the low bits of the sum.
                let shifted = place - phase.like(0.5) + phase.like(WHOLE);
                ages.fraction[first + frame] = (place - (shifted - phase.like(WHOLE))).group();
                (least, most) = (least.min(shifted), most.max(shifted));
                let shifted = shifted.group();
                for lane in 0..LANES {
                    ages.whole[frame][first + lane] =
                        tuning.whole[first + lane].wrapping_add(shifted[lane].to_bits());
                }
            }
            ages.moves[half] = (most - least).group();
            self.phase[half] = phase.group();
        }
        turn(simd, &mut ages.fraction);
        ages
    }

    /// What the lines' ends become before they go back in.
    #[inline(always)]
    fn damp<S: Simd>(&mut self, simd: S, lines: &mut Chunk, count: usize) {
        turn(simd, lines);
        let [mut low, mut high] = Vector::all(simd, &self.damped);
        let (open, gain) = (Vector::all(simd, &self.tuning.open), Vector::all(simd, &self.tuning.gain));
        for frame in 0..count {
            let [new_low, new_high] = Vector::all(simd, &[lines[frame], lines[LANES + frame]]);
            low = (low + (new_low - low) * open[0]).flushed();
            high = (high + (new_high - high) * open[1]).flushed();
            lines[frame] = (low * gain[0]).group();
            lines[LANES + frame] = (high * gain[1]).group();
        }
        self.damped = [low.group(), high.group()];
        turn(simd, lines);
    }
}

/// Turns groups of frames into groups of lines, or back.
#[inline(always)]
fn turn<S: Simd>(simd: S, chunk: &mut Chunk) {
    for half in chunk.as_chunks_mut().0 {
        transpose(simd, half);
    }
}

/// All lines as one side hears them.
#[inline(always)]
fn sum<S: Simd>(simd: S, heard: &Chunk, turned: u32) -> Group {
    let heard = Vector::all(simd, heard);
    let mut parts = [heard[0]; LANES];
    for line in 0..LANES {
        let (low, high) = (heard[line], heard[line + LANES]);
        parts[line] = match (turned >> line & 1, turned >> (line + LANES) & 1) {
            (0, 0) => low + high,
            (0, _) => low - high,
            (_, 0) => high - low,
            _ => (low + high) * -1.0,
        };
    }
    let [a, b, c, d, e, f, g, h] = parts;
    // As [`Group::sum`] does.
    (((a + b) + (c + d)) + ((e + f) + (g + h))).group()
}

/// Where the lines' sways begin.
fn start_phases() -> Frame {
    [0, LANES].map(|first| Group::from_fn(|lane| ((first + lane) as f32 * GOLDEN).fract() * 2.0 - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_loses_what_the_knob_says_and_none_can_grow() {
        for (decay_seconds, damp_hertz, scale) in
            [(0.1, 20_000.0, 0.2), (0.1, 1_500.0, 1.0), (2.0, 4_000.0, 0.7), (30.0, 1_500.0, 0.2)]
        {
            let tuning = Tuning::new(Shape { scale, decay_seconds, damp_hertz, sway: 20.0 }, 48_000.0);
            for (line, length) in LENGTHS.into_iter().enumerate() {
                let (half, lane) = (line / LANES, line % LANES);
                let (gain, open) = (f64::from(tuning.gain[half][lane]), f64::from(tuning.open[half][lane]));
                let cosine = libm::cos(f64::from(REFERENCE_HERTZ) / 48_000.0 * std::f64::consts::TAU);
                let pole = 1.0 - open;
                let got = gain * open / libm::sqrt(1.0 - 2.0 * pole * cosine + pole * pole);
                let seconds = f64::from(length) * scale + 20.0 / 48_000.0;
                let truth = libm::pow(10.0, -3.0 * seconds / f64::from(decay_seconds));
                assert!((got / truth - 1.0).abs() < 1e-3, "line {line}: {got} instead of {truth}");
                assert!(gain < 1.0, "line {line} grows by {gain}");
            }
        }
    }
}
