//! Reverb: a room around the sound, from a box to a cathedral.
//!
//! What happens in the room is told in `dsp::room`; here are its knobs, the pre-delay and the low cut.

use std::ops::Range;

use crate::dsp::bank::CHUNK;
use crate::dsp::guard::sane;
use crate::dsp::room::{LONGEST, Room, Shape};
use crate::dsp::{DelayLine, Glide, OnePole, RUN, runs};
use crate::group::{Group, LaneMask};
use crate::io::{BLOCK, Io};
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
    fn tick(&mut self, sides: [f32; 2], hertz: f32, sample_rate: f32) -> [f32; 2] {
        if hertz != self.hertz {
            self.hertz = hertz;
            self.low[0].tune(hertz / sample_rate);
            self.low[1].tune(hertz / sample_rate);
        }
        [sides[0] - self.low[0].tick(sides[0]), sides[1] - self.low[1].tick(sides[1])]
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
        let (left, right) = (io.input(LEFT), io.input(RIGHT));
        let [size, decay, damp, low_cut] = [SIZE, DECAY, DAMP, LOW_CUT].map(|param| io.param(param));
        let [pre_delay, modulation, mix] = [PRE_DELAY, MODULATION, MIX].map(|param| io.param(param));
        let rate = f64::from(self.sample_rate);
        let dry = |frame: usize| [sane(left.at(frame)[0]), sane(right.at(frame)[0])];
        let mut late = [[0.0; BLOCK]; 2];
        let mut shapes = [Shape::default(); BLOCK];
        for run in runs(frames.clone()) {
            let count = run.len();
            let mut pre = [0.0; RUN];
            for (pre, frame) in pre.iter_mut().zip(run.clone()) {
                let target = f64::from(pre_delay.at(frame)[0]) * rate;
                *pre = self.pre_glide.next(target) + DelayLine::SHORTEST;
            }
            let mut sides = [left.row(run.start).map(sane), right.row(run.start).map(sane)];
            for (line, side) in self.pre.iter_mut().zip(&mut sides) {
                line.push_run(*side, count);
                *side = line.read_pushed(&pre, count);
            }
            for (ahead, frame) in run.enumerate() {
                let sides = sides.map(|side| side[ahead]);
                [late[0][frame], late[1][frame]] =
                    self.low_cut.tick(sides, low_cut.at(frame)[0], self.sample_rate);

                let scale = SMALLEST + (1.0 - SMALLEST) * f64::from(size.at(frame)[0]);
                // The longest line is the one that must not glide too fast.
                let longest = self.size_glide.next(scale * LONGEST * rate);
                let sway = modulation.at(frame)[0] * SWAY * self.sample_rate;
                shapes[frame] = Shape {
                    scale: longest / (LONGEST * rate),
                    decay_seconds: decay.at(frame)[0],
                    damp_hertz: damp.at(frame)[0],
                    sway: self.sway_glide.next(f64::from(sway)) as f32,
                };
            }
        }
        let mut start = frames.start;
        while start < frames.end {
            let shape = shapes[start];
            let most = (frames.end - start).min(CHUNK);
            let count = (1..most).find(|&ahead| shapes[start + ahead] != shape).unwrap_or(most);
            let sides = late
                .map(|side| Group::from_fn(|ahead| if ahead < count { side[start + ahead] } else { 0.0 }));
            let room = self.room.tick(simd, sides, shape, count);
            for (ahead, frame) in (start..start + count).enumerate() {
                let (wet, [dry_left, dry_right]) = (mix.at(frame)[0], dry(frame));
                io.set(OUT_LEFT, frame, Group::splat(dry_left * (1.0 - wet) + room[0][ahead] * wet));
                io.set(OUT_RIGHT, frame, Group::splat(dry_right * (1.0 - wet) + room[1][ahead] * wet));
            }
            start += count;
        }
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
