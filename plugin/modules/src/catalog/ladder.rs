//! Ladder: the four-pole low-pass of the classic synthesizers, warm when driven, and in tune when it sings.
//!
//! Four one-poles in a loop whose junction, input minus feedback, saturates like a transistor pair. Trapezoidal
//! integrators, solved without delay in the loop, at twice the host's rate (Zavalishin, "The Art of VA Filter
//! Design", 2018, ch. 5 and 6). Cutoff is the frequency at which each pole takes 3.01 dB (12.04 dB at 24 dB
//! slope), and the pitch at which the filter oscillates: from a resonance of 80 % up, where the loop's gain
//! passes 4.
//!
//! In economy quality it runs at the host's rate, with a simpler bend at the junction and the plain poles as output:
//! as well in tune, but driven hard it aliases, and near the host's Nyquist it falls faster.

use std::ops::Range;

use crate::dsp::{Cutoff, HalfBand, RUN, guard, math, moves};
use crate::group::{Group, LaneMask};
use crate::io::Io;
use crate::level::{Level, Simd, Vectorized};
use crate::module::{Module, Setup};
use crate::port::{In, Out, Param, Quantity};
use crate::quality::Quality;
use crate::signal::Signal;
use crate::spec::{Class, Spec};
use crate::vector::Vector;

mod core;
mod slope;

use self::core::{Core, Cubic, Curve, Tanh};
use self::slope::{BY_LANE, Shares, pick};

const IN: In = In::audio(0, "in").help("Signal to filter");
const VOCT: In = In::pitch(1, "voct").help("Moves the cutoff: 1 V is one octave");
const CUTOFF: Param =
    Param::hertz(0, "cutoff", 16.0, 20_000.0).default(1_000.0).help("Where the slope begins");
const RESONANCE: Param = Param::percent(1, "resonance").help("Peak at the cutoff; sings from 80 % up");
const DRIVE: Param =
    Param::linear(2, "drive", 0.0, 24.0, Quantity::Decibels).help("Level into the saturation");
const SLOPE: Param = Param::choice(3, "slope", &["6 dB", "12 dB", "18 dB", "24 dB"])
    .default(3.0)
    .help("Fall per octave above the cutoff");
const BASS: Param =
    Param::percent(4, "bass").help("Gives back the lows that resonance takes: 100 % keeps them whole");
const OUT: Out = Out::audio(0, "out").help("The low-pass");

/// Gain of the feedback at full resonance; the loop oscillates from 4 up.
const MOST_FEEDBACK: f32 = 5.0;
/// Voltage at the junction at which it is fully bent; an oscillation settles at a fifth of it.
const SATURATION_VOLTS: f32 = 20.0;
/// Octaves of gain per dB.
const OCTAVES_PER_DECIBEL: f32 = 0.166_096_4;

/// The module.
#[derive(Debug)]
pub struct Ladder {
    quality: Quality,
    level: Level,
    cutoff: Cutoff,
    core: Core,
    /// What full quality has besides: twice the rate, and the state of the pole that straightens the slope.
    up: HalfBand,
    added: Group,
    down: HalfBand,
}

/// The signals that it follows.
struct Controls<'a> {
    input: Signal<'a>,
    voct: Signal<'a>,
    hertz: Signal<'a>,
    resonance: Signal<'a>,
    drive: Signal<'a>,
    slope: Signal<'a>,
    bass: Signal<'a>,
}

impl<'a> Controls<'a> {
    #[inline(always)]
    fn of(io: &Io<'a>) -> Controls<'a> {
        Controls {
            input: io.input(IN),
            voct: io.input(VOCT),
            hertz: io.param(CUTOFF),
            resonance: io.param(RESONANCE),
            drive: io.param(DRIVE),
            slope: io.param(SLOPE),
            bass: io.param(BASS),
        }
    }

    #[inline(always)]
    fn curve_moves(&self) -> bool {
        moves([self.hertz, self.voct, self.resonance])
    }

    #[inline(always)]
    fn feedback(&self, frame: usize) -> Group {
        self.resonance.at(frame) * MOST_FEEDBACK
    }

    /// Gain from the input to units of the saturation voltage: the drive, and the share of the lows that resonance
    /// takes.
    #[inline(always)]
    fn level(&self, frame: usize) -> Group {
        let drive = (self.drive.at(frame) * OCTAVES_PER_DECIBEL).map(math::exp2);
        let lost = self.bass.at(frame) * self.feedback(frame);
        (drive + drive * lost) * (1.0 / SATURATION_VOLTS)
    }
}

/// What is derived from the controls, anew at each frame only while they move.
struct Tuner<'a> {
    controls: &'a Controls<'a>,
    level: Group,
    level_moves: bool,
    factor: Group,
    factor_moves: bool,
}

impl<'a> Tuner<'a> {
    #[inline(always)]
    fn new(controls: &'a Controls<'a>, frame: usize) -> Tuner<'a> {
        Tuner {
            controls,
            level: controls.level(frame),
            level_moves: moves([controls.drive, controls.bass, controls.resonance]),
            factor: controls.voct.at(frame).map(math::exp2),
            factor_moves: moves([controls.voct]),
        }
    }

    /// The input at the level that goes into the loop.
    #[inline(always)]
    fn driven(&mut self, frame: usize) -> Group {
        if self.level_moves {
            self.level = self.controls.level(frame);
        }
        self.controls.input.at(frame).map(guard::sane) * self.level
    }

    /// Cutoff in Hz, the factor on it, and the gain of the feedback.
    #[inline(always)]
    fn curve(&mut self, frame: usize) -> (Group, Group, Group) {
        if self.factor_moves {
            self.factor = self.controls.voct.at(frame).map(math::exp2);
        }
        (self.controls.hertz.at(frame), self.factor, self.controls.feedback(frame))
    }
}

impl Module for Ladder {
    const SPEC: Spec = Spec::new("ladder", "Ladder filter", Class::Filter)
        .help("Four-pole low-pass with saturation. Oscillates in tune from 80 % resonance up.")
        .inputs(&[IN, VOCT])
        .params(&[CUTOFF, RESONANCE, DRIVE, SLOPE, BASS])
        .outputs(&[OUT])
        .bypass(&[(IN, OUT)]);

    fn new(setup: &Setup) -> Ladder {
        Ladder {
            quality: setup.quality,
            level: setup.level,
            cutoff: match setup.quality {
                Quality::Full => Cutoff::at_twice(setup.sample_rate),
                Quality::Economy => Cutoff::at_once(setup.sample_rate),
            },
            core: Core::default(),
            up: HalfBand::default(),
            added: Group::ZERO,
            down: HalfBand::default(),
        }
    }

    fn reset(&mut self, lanes: LaneMask) {
        self.up.reset(lanes);
        self.core.reset(lanes);
        self.added = Group::ZERO.select(self.added, lanes);
        self.down.reset(lanes);
    }

    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_>, frames: Range<usize>) {
        if frames.is_empty() {
            return;
        }
        self.level.render(self, io, frames);
    }
}

impl Vectorized for Ladder {
    #[inline(always)]
    fn render<S: Simd>(&mut self, simd: S, io: &mut Io<'_>, frames: Range<usize>) {
        // Nearly always all lanes have the same slope, and the others' sums need not be computed.
        match poles(io.param(SLOPE)) {
            Some(1) => self.render_with::<S, 1>(simd, io, frames),
            Some(2) => self.render_with::<S, 2>(simd, io, frames),
            Some(3) => self.render_with::<S, 3>(simd, io, frames),
            Some(4) => self.render_with::<S, 4>(simd, io, frames),
            _ => self.render_with::<S, BY_LANE>(simd, io, frames),
        }
    }
}

/// Poles of a slope that is the same on all lanes.
#[inline(always)]
fn poles(slope: Signal<'_>) -> Option<usize> {
    let slope = slope.steady()?;
    (1..=4).find(|&poles| slope == Group::splat((poles - 1) as f32))
}

impl Ladder {
    #[inline(always)]
    fn render_with<S: Simd, const POLES: usize>(&mut self, simd: S, io: &mut Io<'_>, frames: Range<usize>) {
        match self.quality {
            Quality::Full => self.render_full::<S, POLES>(simd, io, frames),
            Quality::Economy => self.render_economy::<S, POLES>(simd, io, frames),
        }
    }

    #[inline(always)]
    fn render_full<S: Simd, const POLES: usize>(&mut self, simd: S, io: &mut Io<'_>, frames: Range<usize>) {
        let controls = Controls::of(io);
        let mut tuner = Tuner::new(&controls, frames.start);
        let curve_moves = controls.curve_moves() || moves([controls.slope]);
        let mut made = [shaped::<S, POLES>(simd, &self.cutoff, &mut tuner, frames.start); 2];
        let (mut up, mut down) = (self.up.awake(simd), self.down.awake(simd));
        let (mut core, mut added) = (self.core.awake(simd), Vector::of(simd, self.added));
        let mut input = up.up(Vector::of(simd, tuner.driven(frames.start)));
        // What the next frame needs is made in the time in which the core waits for its junctions.
        for frame in frames.clone() {
            let (curve, shares) = &made[if curve_moves { frame % 2 } else { frames.start % 2 }];
            let [first, second] = input;
            let next = frame + 1;
            let poles = core.tick::<Tanh>(first, curve);
            if next < frames.end {
                input = up.up(Vector::of(simd, tuner.driven(next)));
            }
            let first = shares.output::<POLES>(&mut added, &poles, curve);
            let poles = core.tick::<Tanh>(second, curve);
            let second = shares.output::<POLES>(&mut added, &poles, curve);
            if curve_moves && next < frames.end {
                made[next % 2] = shaped::<S, POLES>(simd, &self.cutoff, &mut tuner, next);
            }
            io.set(OUT, frame, (down.down([first, second]) * SATURATION_VOLTS).group());
        }
        (self.up, self.down) = (up.asleep(), down.asleep());
        (self.core, self.added) = (core.asleep(), added.group());
    }

    #[inline(always)]
    fn render_economy<S: Simd, const POLES: usize>(
        &mut self,
        simd: S,
        io: &mut Io<'_>,
        frames: Range<usize>,
    ) {
        let controls = Controls::of(io);
        let mut tuner = Tuner::new(&controls, frames.start);
        let curve_moves = controls.curve_moves();
        let mut made = [curve(simd, &self.cutoff, &mut tuner, frames.start).0; RUN];
        if curve_moves {
            for frame in frames.start..frames.end.min(frames.start + RUN) {
                made[frame % RUN] = curve(simd, &self.cutoff, &mut tuner, frame).0;
            }
        }
        let mut core = self.core.awake(simd);
        for frame in frames.clone() {
            let now = made[frame % RUN];
            if curve_moves && frame + RUN < frames.end {
                made[frame % RUN] = curve(simd, &self.cutoff, &mut tuner, frame + RUN).0;
            }
            let input = Vector::of(simd, tuner.driven(frame));
            let [_, one, two, three, four] = core.tick::<Cubic>(input, &now);
            let slope = Vector::of(simd, controls.slope.at(frame));
            let out = pick::<S, POLES>([one, two, three, four], slope);
            io.set(OUT, frame, (out * SATURATION_VOLTS).group());
        }
        self.core = core.asleep();
    }
}

#[inline(always)]
fn curve<S: Simd>(simd: S, cutoff: &Cutoff, tuner: &mut Tuner<'_>, frame: usize) -> (Curve<S>, Vector<S>) {
    let (hertz, factor, feedback) = tuner.curve(frame);
    let gain = cutoff.gain(Vector::of(simd, hertz), Vector::of(simd, factor));
    Curve::new(gain, Vector::of(simd, feedback))
}

#[inline(always)]
fn shaped<S: Simd, const POLES: usize>(
    simd: S,
    cutoff: &Cutoff,
    tuner: &mut Tuner<'_>,
    frame: usize,
) -> (Curve<S>, Shares<S>) {
    let (curve, gain) = curve(simd, cutoff, tuner, frame);
    (curve, Shares::new::<POLES>(gain, Vector::of(simd, tuner.controls.slope.at(frame))))
}
