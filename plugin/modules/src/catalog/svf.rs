//! SVF: low-pass, band-pass, high-pass and notch of one cutoff at the same time, from mild to singing.
//!
//! State-variable filter of two trapezoidal integrators, solved without delay in the loop, at twice the host's
//! rate (Simper, "Linear trapezoidal integrated state variable filter", Cytomic, 2013; Zavalishin, "The Art of VA
//! Filter Design", 2018, ch. 4). From a resonance of 97 % up it oscillates: there its damping is negative, but
//! grows with the energy in the integrators, which bounds any sound and leaves the oscillation a pure sine in
//! tune. In economy quality it runs at the host's rate.

use std::ops::Range;

use crate::dsp::{AwakeHalfBand, Cutoff, HalfBand, guard, math, moves};
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
    bridge: Bridge,
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
            bridge: Bridge::default(),
        }
    }

    fn reset(&mut self, lanes: LaneMask) {
        self.bridge.reset(lanes);
        self.core.reset(lanes);
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
        let mut bridge = self.bridge.awake(simd, io.wanted);
        for frame in frames {
            if level_moves {
                level = level_of(drive.at(frame));
            }
            if factor_moves {
                factor = voct.at(frame).map(math::exp2);
            }
            let input = Vector::of(simd, input.at(frame).map(guard::sane) * level);
            let gain = self.cutoff.gain(Vector::of(simd, hertz.at(frame)), Vector::of(simd, factor)).ratio();
            let resonance = Vector::of(simd, resonance.at(frame));
            let damping = resonance * (LEAST_DAMPING - MOST_DAMPING) + resonance.like(MOST_DAMPING);
            let [low, band, high] = match self.quality {
                Quality::Full => bridge.tick(&mut core, input, gain, damping),
                Quality::Economy => core.tick(input, gain, damping),
            };
            io.set(LOW, frame, low.group());
            io.set(BAND, frame, band.group());
            io.set(HIGH, frame, high.group());
            io.set(NOTCH, frame, (low + high).group());
        }
        self.core = core.asleep();
        self.bridge = bridge.asleep();
    }
}

/// To twice the host's rate and back.
#[derive(Clone, Debug, Default)]
struct Bridge {
    up: HalfBand,
    /// Low, band and high.
    down: [HalfBand; 3],
}

impl Bridge {
    fn reset(&mut self, lanes: LaneMask) {
        self.up.reset(lanes);
        self.down.iter_mut().for_each(|down| down.reset(lanes));
    }

    #[inline(always)]
    fn awake<S: Simd>(&self, simd: S, wanted: u32) -> AwakeBridge<S> {
        let [low, band, high] = &self.down;
        let wants = |output: Out| wanted >> output.index() & 1 == 1;
        AwakeBridge {
            up: self.up.awake(simd),
            down: [low.awake(simd), band.awake(simd), high.awake(simd)],
            wanted: [wants(LOW) | wants(NOTCH), wants(BAND), wants(HIGH) | wants(NOTCH)],
        }
    }
}

/// The bridge while it runs.
struct AwakeBridge<S: Simd> {
    up: AwakeHalfBand<S>,
    down: [AwakeHalfBand<S>; 3],
    /// What nobody wants is not brought down again.
    wanted: [bool; 3],
}

impl<S: Simd> AwakeBridge<S> {
    /// Low, band and high of a frame, at twice the rate in between.
    #[inline(always)]
    fn tick(
        &mut self,
        core: &mut Awake<S>,
        input: Vector<S>,
        gain: Vector<S>,
        damping: Vector<S>,
    ) -> [Vector<S>; 3] {
        let [first, second] = self.up.up(input);
        let (first, second) = (core.tick(first, gain, damping), core.tick(second, gain, damping));
        let mut outputs = [input.like(0.0); 3];
        for output in 0..3 {
            if self.wanted[output] {
                outputs[output] = self.down[output].down([first[output], second[output]]);
            }
        }
        outputs
    }

    #[inline(always)]
    fn asleep(&self) -> Bridge {
        let mut bridge = Bridge { up: self.up.asleep(), down: Default::default() };
        for output in 0..3 {
            if self.wanted[output] {
                bridge.down[output] = self.down[output].asleep();
            }
        }
        bridge
    }
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
