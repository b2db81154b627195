//! Reverb: a room around the sound, from a box to a cathedral.
//!
//! What happens in the room is told in `dsp::room`; here are its knobs, the pre-delay and the low cut.

use std::ops::Range;

use crate::dsp::guard::sane;
use crate::dsp::room::{LONGEST, Room, Shape};
use crate::dsp::{DelayLine, Glide, OnePole, RUN, moves, runs};
use crate::group::{Group, LaneMask};
use crate::io::Io;
use crate::level::{Level, Simd, Vectorized};
use crate::module::{Module, Setup};
use crate::port::{In, Out, Param, Quantity};
use crate::signal::Signal;
use crate::spec::{Class, Spec};
use crate::vector::Vector;

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

/// Takes the lows off both sides: a one-pole each, which are computed at once.
#[derive(Clone, Copy, Debug, Default)]
struct LowCut {
    hertz: f32,
    /// See [`OnePole::share`].
    share: f32,
    /// The low parts of both sides on the first two lanes.
    low: Group,
}

impl LowCut {
    #[inline(always)]
    fn run<S: Simd>(
        &mut self,
        simd: S,
        sides: &mut [Group; 2],
        hertz: Group,
        sample_rate: f32,
        count: usize,
    ) {
        let (mut low, mut share) = (Vector::of(simd, self.low), Vector::splat(simd, self.share));
        let [left, right] = sides;
        for ((left, right), hertz) in left.0.iter_mut().zip(&mut right.0).zip(hertz.0).take(count) {
            if hertz != self.hertz {
                self.hertz = hertz;
                self.share = OnePole::share(hertz / sample_rate);
                share = low.like(self.share);
            }
            let both = Vector::of(simd, Group([*left, *right, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]));
            low = (low + (both - low) * share).flushed();
            let high = (both - low).group();
            (*left, *right) = (high[0], high[1]);
        }
        self.low = low.group();
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
        let room = [SIZE, DECAY, DAMP, MODULATION].map(|param| io.param(param));
        let [low_cut, pre_delay, mix] = [LOW_CUT, PRE_DELAY, MIX].map(|param| io.param(param));
        let steady = !moves(room);
        for run in runs(frames) {
            let (start, count) = (run.start, run.len());
            let dry = [sounds[0].row(start).map(sane), sounds[1].row(start).map(sane)];
            let mut late = self.delay(simd, dry, pre_delay.row(start), count);
            self.low_cut.run(simd, &mut late, low_cut.row(start), self.sample_rate, count);
            let wish = self.wish(&room, start);
            let rests =
                self.rests_at(&wish) && (steady || run.clone().all(|at| self.wish(&room, at) == wish));
            let mut wet = [Group::ZERO; 2];
            // One call for both ways: it is long.
            let mut ahead = 0;
            while ahead < count {
                let shape = self.shape(&self.wish(&room, start + ahead));
                let frame = [Group::splat(late[0][ahead]), Group::splat(late[1][ahead])];
                let (sides, alike) = if rests { (late, count) } else { (frame, 1) };
                let heard = self.room.tick(simd, sides, shape, alike);
                if rests {
                    wet = heard;
                } else {
                    (wet[0][ahead], wet[1][ahead]) = (heard[0][0], heard[1][0]);
                }
                ahead += alike;
            }
            let mix = Vector::of(simd, mix.row(start));
            for (side, port) in [OUT_LEFT, OUT_RIGHT].into_iter().enumerate() {
                let [dry, wet] = Vector::all(simd, &[dry[side], wet[side]]);
                io.set_row(port, run.clone(), (dry * (mix.like(1.0) - mix) + wet * mix).group());
            }
        }
    }
}

/// What the knobs ask for.
#[derive(PartialEq)]
struct Wish {
    /// Length of the longest line, in frames.
    longest: f64,
    /// Sway to either side, in frames.
    sway: f64,
    /// As in [`Shape`].
    decay_seconds: f32,
    damp_hertz: f32,
}

impl Reverb {
    /// Both sides after the pre-delay.
    #[inline(always)]
    fn delay<S: Simd>(&mut self, simd: S, sides: [Group; 2], seconds: Group, count: usize) -> [Group; 2] {
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
            *side = line.read_pushed(simd, &delays, count);
        }
        late
    }

    /// What the room is to become at a frame.
    #[inline(always)]
    fn wish(&self, [size, decay, damp, modulation]: &[Signal<'_>; 4], frame: usize) -> Wish {
        let scale = SMALLEST + (1.0 - SMALLEST) * f64::from(size.at(frame)[0]);
        Wish {
            longest: scale * LONGEST * f64::from(self.sample_rate),
            sway: f64::from(modulation.at(frame)[0] * SWAY * self.sample_rate),
            decay_seconds: decay.at(frame)[0],
            damp_hertz: damp.at(frame)[0],
        }
    }

    /// Whether nothing glides any more.
    #[inline(always)]
    fn rests_at(&self, wish: &Wish) -> bool {
        self.size_glide.rests_at(wish.longest) && self.sway_glide.rests_at(wish.sway)
    }

    /// The room in the next frame.
    #[inline(always)]
    fn shape(&mut self, wish: &Wish) -> Shape {
        Shape {
            // The longest line is the one that must not glide too fast.
            scale: self.size_glide.next(wish.longest) / (LONGEST * f64::from(self.sample_rate)),
            decay_seconds: wish.decay_seconds,
            damp_hertz: wish.damp_hertz,
            sway: self.sway_glide.next(wish.sway) as f32,
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
