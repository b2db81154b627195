//! Chorus: a few detuned copies around the sound, from a gentle shimmer to a flanger's whistle.
//!
//! Each voice reads the side's delay line by a windowed sinc at a point that sways with a slow sine; voices
//! and sides stand at different points of its turn, so that no two ever move alike.

use std::ops::Range;

use crate::dsp::guard::{sane, saturate};
use crate::dsp::{DelayLine, Glide, Swing};
use crate::group::{Group, LaneMask};
use crate::io::Io;
use crate::module::{Module, Setup};
use crate::port::{In, Out, Param, Quantity};
use crate::spec::{Class, Spec};

const LEFT: In = In::audio(0, "left").help("Left sound, or both when the right is not patched");
const RIGHT: In = In::audio(1, "right").help("Right sound; follows the left when not patched");
const RATE: Param = Param::hertz(0, "rate", 0.01, 10.0).default(0.5).help("Speed of the sway");
const DEPTH: Param = Param::percent(1, "depth").default(0.3).help("Width of the sway: how far out of tune");
const VOICES: Param = Param::integer(2, "voices", 1.0, MOST as f32).default(3.0).help("Copies of the sound");
const WIDTH: Param = Param::percent(3, "width").default(1.0).help("How far apart the sides sway");
const FEEDBACK: Param = Param::linear(4, "feedback", -0.95, 0.95, Quantity::Percent)
    .default(0.0)
    .help("The first voice back into the line: the whistle of a flanger, hollow below 0");
const MIX: Param = Param::percent(5, "mix").default(0.5).help("Dry to wet");
const OUT_LEFT: Out = Out::audio(0, "left").help("Left mix");
const OUT_RIGHT: Out = Out::audio(1, "right").help("Right mix");

/// Most copies.
const MOST: usize = 4;

/// Delay in the middle of the sway, in seconds.
const MIDDLE: f64 = 0.008;

/// Greatest sway to either side, in seconds.
const SWAY: f64 = 0.006;

/// Where each voice stands in the turn: evenly spread for two and for four of them.
const TURNS: [f64; MOST] = [0.0, 0.5, 0.25, 0.75];

/// Turns that the right side is ahead at full width; the two sets of voices then never meet.
const APART: f64 = 0.375;

/// Level of each voice by their number, so that the sum keeps its power.
const LEVELS: [f32; MOST] = [1.0, std::f32::consts::FRAC_1_SQRT_2, 0.577_350_26, 0.5];

/// Seconds that each of the two poles takes when a voice comes or goes.
const FADE: f32 = 0.01;

/// A voice below this is off.
const OFF: f32 = 1e-6;

/// The module.
#[derive(Debug)]
pub struct Chorus {
    sample_rate: f64,
    lines: [DelayLine; 2],
    sway: Glide,
    swing: Swing,
    /// Level of each voice after one and after both of the poles that smooth it, `None` until the first frame
    /// sets them.
    levels: Option<[[f32; MOST]; 2]>,
    /// Share of a voice's fade that is done per frame.
    fade: f32,
}

impl Chorus {
    /// Levels of the voices at this frame.
    #[inline(always)]
    fn levels(&mut self, voices: f32) -> [f32; MOST] {
        let voices = (voices as usize).clamp(1, MOST);
        let target: [f32; MOST] =
            std::array::from_fn(|voice| if voice < voices { LEVELS[voices - 1] } else { 0.0 });
        let [mut first, mut second] = self.levels.unwrap_or([target; 2]);
        for voice in 0..MOST {
            first[voice] = self.faded(first[voice], target[voice]);
            second[voice] = self.faded(second[voice], first[voice]);
        }
        self.levels = Some([first, second]);
        second
    }

    #[inline(always)]
    fn faded(&self, level: f32, target: f32) -> f32 {
        let distance = target - level;
        if distance.abs() < OFF { target } else { level + distance * self.fade }
    }

    /// What one side's voices sing, summed, and the first of them alone.
    #[inline(always)]
    fn sing(&self, side: usize, sway: f64, sines: &[f64], levels: &[f32; MOST]) -> (f32, f32) {
        let middle = MIDDLE * self.sample_rate;
        let line = &self.lines[side];
        let first = line.read(middle + sway * sines[0]);
        let mut sum = first * levels[0];
        for voice in 1..MOST {
            if levels[voice] != 0.0 {
                sum += line.read(middle + sway * sines[voice]) * levels[voice];
            }
        }
        (sum, first)
    }
}

impl Module for Chorus {
    const SPEC: Spec = Spec::new("chorus", "Chorus", Class::Effect)
        .help("A few detuned copies around the sound, from a gentle shimmer to a flanger's whistle.")
        .mono()
        .inputs(&[LEFT, RIGHT])
        .params(&[RATE, DEPTH, VOICES, WIDTH, FEEDBACK, MIX])
        .outputs(&[OUT_LEFT, OUT_RIGHT])
        .bypass(&[(LEFT, OUT_LEFT), (RIGHT, OUT_RIGHT)]);

    fn new(setup: &Setup) -> Chorus {
        let longest = (MIDDLE + SWAY) * f64::from(setup.sample_rate);
        Chorus {
            sample_rate: f64::from(setup.sample_rate),
            lines: [DelayLine::new(longest), DelayLine::new(longest)],
            sway: Glide::new(setup.sample_rate),
            swing: Swing::default(),
            levels: None,
            fade: 1.0 / (FADE * setup.sample_rate),
        }
    }

    fn reset(&mut self, lanes: LaneMask) {
        if lanes.has(0) {
            self.lines.iter_mut().for_each(DelayLine::reset);
            self.sway.reset();
            self.swing.reset();
            self.levels = None;
        }
    }

    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_>, frames: Range<usize>) {
        let (left, right) = (io.input(LEFT), io.input(if io.is_patched(RIGHT) { RIGHT } else { LEFT }));
        let [rate, depth, voices] = [RATE, DEPTH, VOICES].map(|param| io.param(param));
        let [width, feedback, mix] = [WIDTH, FEEDBACK, MIX].map(|param| io.param(param));
        for frame in frames {
            let dry = [sane(left.at(frame)[0]), sane(right.at(frame)[0])];
            let levels = self.levels(voices.at(frame)[0]);
            let sway = self.sway.next(f64::from(depth.at(frame)[0]) * SWAY * self.sample_rate);
            let apart = f64::from(width.at(frame)[0]) * APART;
            let offsets: [f64; 2 * MOST] = std::array::from_fn(|place| {
                let offset = TURNS[place % MOST] + if place < MOST { 0.0 } else { apart };
                if offset < 1.0 { offset } else { offset - 1.0 }
            });
            let sines = self.swing.next(f64::from(rate.at(frame)[0]) / self.sample_rate, offsets);
            let (back, wet) = (feedback.at(frame)[0], mix.at(frame)[0]);
            let (sum_left, first_left) = self.sing(0, sway, &sines[..MOST], &levels);
            let (sum_right, first_right) = self.sing(1, sway, &sines[MOST..], &levels);
            self.lines[0].push(saturate(dry[0] + first_left * back));
            self.lines[1].push(saturate(dry[1] + first_right * back));
            io.set(OUT_LEFT, frame, Group::splat(dry[0] * (1.0 - wet) + sum_left * wet));
            io.set(OUT_RIGHT, frame, Group::splat(dry[1] * (1.0 - wet) + sum_right * wet));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rig::Rig;

    /// Greatest distance of the sides of the wet sound from one another.
    fn spread(width: f32, voices: f32) -> f32 {
        let mut rig = Rig::of::<Chorus>(48_000.0);
        rig.knob(WIDTH, width).knob(VOICES, voices).knob(MIX, 1.0);
        let out = rig.render(48_000, |frame, drive| {
            let turn = (frame % 109) as f64 / 109.0 * std::f64::consts::TAU;
            drive.input(LEFT, Group::splat(5.0 * libm::sin(turn) as f32));
        });
        out[0].iter().zip(&out[1]).map(|(left, right)| (left[0] - right[0]).abs()).fold(0.0, f32::max)
    }

    #[test]
    fn width_sets_the_sides_apart() {
        for voices in 1..=MOST {
            assert_eq!(spread(0.0, voices as f32), 0.0);
            assert!(spread(1.0, voices as f32) > 2.0, "{voices} voices: {} V", spread(1.0, voices as f32));
        }
    }

    #[test]
    fn without_depth_a_voice_is_a_plain_delay() {
        let mut rig = Rig::of::<Chorus>(48_000.0);
        rig.knob(DEPTH, 0.0).knob(VOICES, 1.0).knob(MIX, 1.0);
        let out = rig.render(500, |frame, drive| {
            drive.input(LEFT, Group::splat(if frame == 0 { 5.0 } else { 0.0 }));
        });
        assert!((out[0][384][0] - 5.0).abs() < 1e-4);
        assert!(out[0].iter().enumerate().all(|(frame, volts)| frame == 384 || volts[0].abs() < 1e-4));
    }
}
