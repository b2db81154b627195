//! SVF: low-pass, band-pass, high-pass and notch of one cutoff at the same time, from mild to singing.
//!
//! State-variable filter of two trapezoidal integrators, solved without delay in the loop, at twice the host's
//! rate (Simper, "Linear trapezoidal integrated state variable filter", Cytomic, 2013; Zavalishin, "The Art of VA
//! Filter Design", 2018, ch. 4). From a resonance of 97 % up it oscillates: there its damping is negative, but
//! grows with the energy in the integrators, which bounds any sound and leaves the oscillation a pure sine in
//! tune. In economy quality it runs at the host's rate.

use std::ops::Range;

use crate::dsp::{Cutoff, Downsampler, RUN, Run, Upsampler, guard, math, moves, runs};
use crate::group::{Group, LaneMask};
use crate::io::Io;
use crate::level::{Level, Simd, Vectorized};
use crate::module::{Module, Setup};
use crate::port::{In, Out, Param, Quantity};
use crate::quality::Quality;
use crate::spec::{Class, Spec};
use crate::vector::Vector;

const IN: In = In::audio(0, "in").help("Signal to filter");
const VOCT: In = In::pitch(1, "voct").help("Moves the cutoff: 1 V is one octave");
const CUTOFF: Param =
    Param::hertz(0, "cutoff", 16.0, 20_000.0).default(1_000.0).help("Corner of all outputs");
const RESONANCE: Param = Param::percent(1, "resonance").help("Peak at the cutoff; sings from 97 % up");
const DRIVE: Param =
    Param::linear(2, "drive", 0.0, 24.0, Quantity::Decibels).help("Level into the input's saturation");
const LOW: Out = Out::audio(0, "low").help("Below the cutoff");
const BAND: Out = Out::audio(1, "band").help("Around the cutoff");
const HIGH: Out = Out::audio(2, "high").help("Above the cutoff");
const NOTCH: Out = Out::audio(3, "notch").help("All but the cutoff");

/// Damping 1/Q at no resonance: two poles at the same place.
const MOST_DAMPING: f32 = 2.0;
/// Damping at full resonance: an oscillation grows by 0.03 e-folds per radian.
const LEAST_DAMPING: f32 = -0.06;
/// Damping per V⁴ of the integrators' energy squared, as long as it is small: full resonance settles at 5 V.
const LOSS: f32 = -LEAST_DAMPING / 625.0;
/// Volts beyond which no integrator goes: twice what a driven, resonant one reaches. Only a cutoff that leaps
/// over octaves from frame to frame gets there.
const MOST_STATE_VOLTS: f32 = 40.0;
/// Greatest voltage of the driven input.
const SATURATION_VOLTS: f32 = 20.0;
/// Octaves of gain per dB.
const OCTAVES_PER_DECIBEL: f32 = 0.166_096_4;

/// The module.
#[derive(Debug)]
pub struct Svf {
    quality: Quality,
    level: Level,
    cutoff: Cutoff,
    core: Core,
    /// What full quality has besides: twice the rate.
    up: Upsampler,
    low: Downsampler,
    band: Downsampler,
    high: Downsampler,
}

impl Module for Svf {
    const SPEC: Spec = Spec::new("svf", "State-variable filter", Class::Filter)
        .help("Low-pass, band-pass, high-pass and notch at once. Oscillates in tune from 97 % resonance up.")
        .inputs(&[IN, VOCT])
        .params(&[CUTOFF, RESONANCE, DRIVE])
        .outputs(&[LOW, BAND, HIGH, NOTCH])
        .bypass(&[(IN, LOW)]);

    fn new(setup: &Setup) -> Svf {
        Svf {
            quality: setup.quality,
            level: setup.level,
            cutoff: match setup.quality {
                Quality::Full => Cutoff::at_twice(setup.sample_rate),
                Quality::Economy => Cutoff::at_once(setup.sample_rate),
            },
            core: Core::default(),
            up: Upsampler::default(),
            low: Downsampler::default(),
            band: Downsampler::default(),
            high: Downsampler::default(),
        }
    }

    fn reset(&mut self, lanes: LaneMask) {
        self.up.reset(lanes);
        self.core.reset(lanes);
        for down in [&mut self.low, &mut self.band, &mut self.high] {
            down.reset(lanes);
        }
    }

    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_>, frames: Range<usize>) {
        if !frames.is_empty() {
            self.level.render(self, io, frames);
        }
    }
}

impl Vectorized for Svf {
    #[inline(always)]
    fn render<S: Simd>(&mut self, simd: S, io: &mut Io<'_>, frames: Range<usize>) {
        let (input, voct, hertz) = (io.input(IN), io.input(VOCT), io.param(CUTOFF));
        let (resonance, drive) = (io.param(RESONANCE), io.param(DRIVE));
        let (factor_moves, level_moves) = (moves([voct]), moves([drive]));
        let mut factor = voct.at(frames.start).map(math::exp2);
        let mut level = level_of(drive.at(frames.start));
        let mut core = self.core.awake(simd);
        for run in runs(frames) {
            let count = run.len();
            let mut driven = [Group::ZERO; RUN];
            let mut made = [[Vector::splat(simd, 0.0); 2]; RUN];
            for (ahead, frame) in run.clone().enumerate() {
                if level_moves {
                    level = level_of(drive.at(frame));
                }
                if factor_moves {
                    factor = voct.at(frame).map(math::exp2);
                }
                driven[ahead % RUN] = input.at(frame).map(guard::sane) * level;
                let (hertz, factor) = (Vector::of(simd, hertz.at(frame)), Vector::of(simd, factor));
                let resonance = Vector::of(simd, resonance.at(frame));
                let damping = resonance * (LEAST_DAMPING - MOST_DAMPING) + resonance.like(MOST_DAMPING);
                made[ahead % RUN] = [self.cutoff.gain(hertz, factor).ratio(), damping];
            }
            let outputs = match self.quality {
                Quality::Full => self.at_twice(simd, &mut core, &driven, (&made, count), io.wanted),
                Quality::Economy => pass(simd, &mut core, &driven, &made, count),
            };
            for (ahead, frame) in run.enumerate() {
                let [low, band, high] = &outputs;
                let (low, band, high) = (low[ahead % RUN], band[ahead % RUN], high[ahead % RUN]);
                io.set(LOW, frame, low);
                io.set(BAND, frame, band);
                io.set(HIGH, frame, high);
                io.set(NOTCH, frame, low + high);
            }
        }
        self.core = core.asleep();
    }
}

/// Gain and damping of a run of frames.
type Made<S> = [[Vector<S>; 2]; RUN];

/// Low, band and high of a run of frames.
#[inline(always)]
fn pass<S: Simd>(simd: S, core: &mut Awake<S>, input: &Run, made: &Made<S>, count: usize) -> [Run; 3] {
    let mut outputs = [[Group::ZERO; RUN]; 3];
    for ahead in 0..count.min(RUN) {
        let [gain, damping] = made[ahead];
        let [low, band, high] = core.tick(Vector::of(simd, input[ahead]), gain, damping);
        (outputs[0][ahead], outputs[1][ahead], outputs[2][ahead]) = (low.group(), band.group(), high.group());
    }
    outputs
}

impl Svf {
    /// The same at twice the rate. What nobody wants is not brought down again.
    #[inline(always)]
    fn at_twice<S: Simd>(
        &mut self,
        simd: S,
        core: &mut Awake<S>,
        input: &Run,
        (made, count): (&Made<S>, usize),
        wanted: u32,
    ) -> [Run; 3] {
        let [first, second] = self.up.run(simd, input, count);
        let mut outputs = [[[Group::ZERO; RUN]; 2]; 3];
        for ahead in 0..count.min(RUN) {
            let [gain, damping] = made[ahead];
            for (half, input) in [&first, &second].into_iter().enumerate() {
                let [low, band, high] = core.tick(Vector::of(simd, input[ahead]), gain, damping);
                outputs[0][half][ahead] = low.group();
                outputs[1][half][ahead] = band.group();
                outputs[2][half][ahead] = high.group();
            }
        }
        let wants = |output: Out| wanted >> output.index() & 1 == 1;
        let [low, band, high] = &outputs;
        [
            down(simd, &mut self.low, wants(LOW) | wants(NOTCH), low, count),
            down(simd, &mut self.band, wants(BAND), band, count),
            down(simd, &mut self.high, wants(HIGH) | wants(NOTCH), high, count),
        ]
    }
}

/// Down to the host's rate, if anybody wants it.
#[inline(always)]
fn down<S: Simd>(simd: S, sampler: &mut Downsampler, wanted: bool, halves: &[Run; 2], count: usize) -> Run {
    if wanted {
        return sampler.run(simd, halves, count);
    }
    sampler.reset(LaneMask::ALL);
    [Group::ZERO; RUN]
}

/// Gain from a drive in dB to units of the saturation voltage.
#[inline(always)]
fn level_of(decibels: Group) -> Group {
    (decibels * OCTAVES_PER_DECIBEL).map(math::exp2) * (1.0 / SATURATION_VOLTS)
}

/// Two integrators in a loop, in volts. However the gain jumps, the energy s₁² + s₂² grows in a frame by
/// 4 gain · band · (input − damping · band): it falls as soon as the damping that it brings outweighs the input.
#[derive(Clone, Debug, Default)]
struct Core {
    state: [Group; 2],
    /// Damping that the energy brings, within 0 … `MOST_DAMPING`; a frame late, so that nothing waits for it.
    loss: Group,
}

impl Core {
    fn reset(&mut self, lanes: LaneMask) {
        for state in self.state.iter_mut().chain([&mut self.loss]) {
            *state = Group::ZERO.select(*state, lanes);
        }
    }

    #[inline(always)]
    fn awake<S: Simd>(&self, simd: S) -> Awake<S> {
        Awake { state: Vector::all(simd, &self.state), loss: Vector::of(simd, self.loss) }
    }
}

/// The core while it runs.
struct Awake<S: Simd> {
    state: [Vector<S>; 2],
    loss: Vector<S>,
}

impl<S: Simd> Awake<S> {
    /// Low, band and high of a frame that has not been saturated yet.
    #[inline(always)]
    fn tick(&mut self, input: Vector<S>, gain: Vector<S>, damping: Vector<S>) -> [Vector<S>; 3] {
        let input = saturate(input);
        let ([s1, s2], one) = (self.state, gain.like(1.0));
        let damping = damping + self.loss;
        let energy = s1 * s1 + s2 * s2;
        let bend = (energy * energy) * LOSS;
        self.loss = bend / (bend * (1.0 / MOST_DAMPING) + one);
        let solve = one / (gain * (gain + damping) + one);
        let band = (s1 + gain * (input - s2)) * solve;
        let low = s2 + gain * band;
        self.state = [held(band + band - s1), held(low + low - s2)];
        [low, band, input - damping * band - low]
    }

    #[inline(always)]
    fn asleep(&self) -> Core {
        Core { state: self.state.map(Vector::group), loss: self.loss.group() }
    }
}

#[inline(always)]
fn held<S: Simd>(state: Vector<S>) -> Vector<S> {
    state.clamp(-MOST_STATE_VOLTS, MOST_STATE_VOLTS)
}

/// Saturation of the driven input, in volts for an input in units of [`SATURATION_VOLTS`]: clean to a third of
/// it, flat from 1.4 times. Its slope is (1 − (x/c)⁴)², whose end is smooth to the second derivative.
#[inline(always)]
fn saturate<S: Simd>(x: Vector<S>) -> Vector<S> {
    const EDGE: f32 = 1.406_25;
    const EDGE4: f32 = EDGE * EDGE * EDGE * EDGE;
    let x = x.clamp(-EDGE, EDGE);
    let x4 = (x * x) * (x * x);
    let bend = x.like(1.0) - x4 * (x.like(2.0 / (5.0 * EDGE4)) - x4 * (1.0 / (9.0 * EDGE4 * EDGE4)));
    (x * SATURATION_VOLTS) * bend
}
