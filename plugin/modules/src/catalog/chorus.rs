//! Chorus: a few detuned copies around the sound, from a gentle shimmer to a flanger's whistle.
//!
//! Each voice reads the side's delay line by a windowed sinc at a point that sways with a slow sine; voices
//! and sides stand at different points of its turn, so that no two ever move alike.

use std::ops::Range;

use crate::dsp::guard::{sane, saturate};
use crate::dsp::swing::{ahead, sines};
use crate::dsp::{DelayLine, Glide, Places, RUN, Swing, runs};
use crate::group::{Group, LaneMask};
use crate::io::Io;
use crate::level::{Level, Simd, Vectorized};
use crate::module::{Module, Setup};
use crate::port::{In, Out, Param, Quantity};
use crate::spec::{Class, Section, Spec};
use crate::vector::Vector;

const LEFT: In = In::audio(0, "left").help("Left sound, or both when the right is not patched");
const RIGHT: In = In::audio(1, "right").follows(LEFT).help("Right sound; follows the left when not patched");
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

/// Both sides.
const SIDES: [Out; 2] = [OUT_LEFT, OUT_RIGHT];

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
    level: Level,
    /// None for a side that another unit computes.
    lines: [Option<DelayLine>; 2],
    sway: Glide,
    swing: Swing,
    levels: Levels,
}

/// How the voices move over a run of frames.
struct Moves {
    /// Delay in the middle of the sway, in frames.
    middle: f64,
    /// Sway to either side, in frames.
    sway: [f64; RUN],
    /// Where the slow sine stands, in turns.
    phases: [f64; RUN],
    /// Level of each voice.
    levels: [Group; MOST],
    /// Voices beyond these are silent.
    singing: usize,
}

impl Moves {
    /// Delays of one voice on both sides. The right one is `apart` turns ahead.
    #[inline(always)]
    fn delays(&self, voice: usize, apart: &[f64; RUN]) -> [[f64; RUN]; 2] {
        let mut turns = [0.0; 2 * RUN];
        for frame in 0..RUN {
            turns[frame] = ahead(self.phases[frame], TURNS[voice]);
            turns[RUN + frame] = ahead(self.phases[frame], ahead(TURNS[voice], apart[frame]));
        }
        let sines = sines(&turns);
        let mut delays = [[0.0; RUN]; 2];
        for frame in 0..RUN {
            delays[0][frame] = self.middle + self.sway[frame] * sines[frame];
            delays[1][frame] = self.middle + self.sway[frame] * sines[RUN + frame];
        }
        delays
    }

    /// What one side's voices sing, summed, and the first of them alone.
    #[inline(always)]
    fn sing<S: Simd>(
        &self,
        simd: S,
        line: &DelayLine,
        side: usize,
        places: &[[Places; 2]; MOST],
        count: usize,
    ) -> [Vector<S>; 2] {
        let first = Vector::of(simd, line.read(simd, &places[0][side], count));
        let mut sum = first * Vector::of(simd, self.levels[0]);
        for (voice, places) in places.iter().enumerate().take(self.singing).skip(1) {
            let level = Vector::of(simd, self.levels[voice]);
            let more = sum + Vector::of(simd, line.read(simd, &places[side], count)) * level;
            sum = level.like(0.0).is_less(level).choose(more, sum);
        }
        [sum, first]
    }
}

/// Levels of the voices, which come and go softly.
#[derive(Debug)]
struct Levels {
    /// Level of each voice after one and after both of the poles that smooth it, `None` until the first frame
    /// sets them.
    poles: Option<[[f32; MOST]; 2]>,
    /// The `voices` for which all levels have arrived.
    rests: Option<f32>,
    /// Share of a voice's fade that is done per frame.
    fade: f32,
}

impl Levels {
    fn new(sample_rate: f32) -> Levels {
        Levels { poles: None, rests: None, fade: 1.0 / (FADE * sample_rate) }
    }

    fn reset(&mut self) {
        (self.poles, self.rests) = (None, None);
    }

    /// Levels at each of `count` frames, and how many voices are not silent. What stands behind the count is anything.
    #[inline(always)]
    fn run(&mut self, voices: Group, count: usize) -> ([Group; MOST], usize) {
        let first = voices[0];
        let moves = voices.0.iter().fold(0, |moves, number| moves | (number.to_bits() ^ first.to_bits()));
        if moves == 0 && self.rests == Some(first) {
            // Each step would change nothing, but takes long.
            return (target(first).map(Group::splat), number(first));
        }
        let (mut levels, mut singing) = ([Group::ZERO; MOST], 1);
        for frame in 0..count {
            let now = self.next(voices[frame]);
            for voice in 0..MOST {
                levels[voice][frame] = now[voice];
                singing = if now[voice] != 0.0 { singing.max(voice + 1) } else { singing };
            }
        }
        let last = voices[count - 1];
        self.rests = Some(last).filter(|_| self.poles == Some([target(last); 2]));
        (levels, singing)
    }

    #[inline(always)]
    fn next(&mut self, voices: f32) -> [f32; MOST] {
        let target = target(voices);
        let [mut first, mut second] = self.poles.unwrap_or([target; 2]);
        for voice in 0..MOST {
            first[voice] = self.faded(first[voice], target[voice]);
            second[voice] = self.faded(second[voice], first[voice]);
        }
        self.poles = Some([first, second]);
        second
    }

    #[inline(always)]
    fn faded(&self, level: f32, target: f32) -> f32 {
        let distance = target - level;
        if distance.abs() < OFF { target } else { level + distance * self.fade }
    }
}

/// The number of voices that the knob asks for.
#[inline(always)]
fn number(voices: f32) -> usize {
    (voices as usize).clamp(1, MOST)
}

/// Levels that so many voices have at rest.
#[inline(always)]
fn target(voices: f32) -> [f32; MOST] {
    let number = number(voices);
    std::array::from_fn(|voice| if voice < number { LEVELS[number - 1] } else { 0.0 })
}

impl Module for Chorus {
    const SPEC: Spec = Spec::new("chorus", "Chorus", Class::Effect)
        .help("A few detuned copies around the sound, from a gentle shimmer to a flanger's whistle.")
        .mono()
        .inputs(&[LEFT, RIGHT])
        .params(&[RATE, DEPTH, VOICES, WIDTH, FEEDBACK, MIX])
        .outputs(&SIDES)
        .sections(&[Section::new(&[OUT_LEFT], &[LEFT]), Section::new(&[OUT_RIGHT], &[RIGHT])])
        .bypass(&[(LEFT, OUT_LEFT), (RIGHT, OUT_RIGHT)]);

    fn new(setup: &Setup) -> Chorus {
        let longest = (MIDDLE + SWAY) * f64::from(setup.sample_rate);
        Chorus {
            sample_rate: f64::from(setup.sample_rate),
            level: setup.level,
            lines: SIDES.map(|side| setup.computes(side).then(|| DelayLine::new(longest))),
            sway: Glide::new(setup.sample_rate),
            swing: Swing::default(),
            levels: Levels::new(setup.sample_rate),
        }
    }

    fn reset(&mut self, lanes: LaneMask) {
        if lanes.has(0) {
            self.lines.iter_mut().flatten().for_each(DelayLine::reset);
            self.sway.reset();
            self.swing.reset();
            self.levels.reset();
        }
    }

    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_>, frames: Range<usize>) {
        self.level.render(self, io, frames);
    }
}

impl Vectorized for Chorus {
    #[inline(always)]
    fn render<S: Simd>(&mut self, simd: S, io: &mut Io<'_>, frames: Range<usize>) {
        let sounds = [io.input(LEFT), io.input(RIGHT)];
        let params = [RATE, DEPTH, VOICES, WIDTH, FEEDBACK, MIX].map(|param| io.param(param));
        let mut places = [[Places::default(); 2]; MOST];
        for run in runs(frames) {
            let count = run.len();
            let mut rows = [Group::ZERO; 6];
            for (row, param) in rows.iter_mut().zip(&params) {
                *row = param.row(run.start);
            }
            let [rate, depth, voices, width, back, wet] = rows;
            let [back, wet] = Vector::all(simd, &[back, wet]);
            let (mut sway, mut turns, mut apart) = ([0.0; RUN], [0.0; RUN], [0.0; RUN]);
            for ahead in 0..RUN {
                sway[ahead] = f64::from(depth[ahead]) * SWAY * self.sample_rate;
                turns[ahead] = f64::from(rate[ahead]) / self.sample_rate;
                apart[ahead] = f64::from(width[ahead]) * APART;
            }
            let sway = self.sway.run(sway, count);
            let phases = self.swing.run(turns, count);
            let (levels, singing) = self.levels.run(voices, count);
            let moves = Moves { middle: MIDDLE * self.sample_rate, sway, phases, levels, singing };
            for (voice, places) in places.iter_mut().enumerate().take(singing) {
                let delays = moves.delays(voice, &apart);
                for (side, line) in self.lines.iter().enumerate() {
                    if let Some(line) = line {
                        places[side] = line.places(&delays[side]);
                    }
                }
            }
            for (side, port) in SIDES.into_iter().enumerate() {
                let Some(line) = &mut self.lines[side] else { continue };
                let dry = Vector::of(simd, sounds[side].row(run.start).map(sane));
                let [sum, first] = moves.sing(simd, line, side, &places, count);
                line.push_run((dry + first * back).group().map(saturate), count);
                io.set_row(port, run.clone(), (dry * (wet.like(1.0) - wet) + sum * wet).group());
            }
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
