//! Ladder: the four-pole low-pass of the classic synthesizers, warm when driven, and in tune when it sings.
//!
//! Four one-poles in a loop whose junction, input minus feedback, saturates like a transistor pair. Trapezoidal
//! integrators, solved without delay in the loop, at twice the host's rate (Zavalishin, "The Art of VA Filter
//! Design", 2018, ch. 5 and 6). Cutoff is the frequency at which each pole takes 3.01 dB (12.04 dB at 24 dB
//! slope), and the pitch at which the filter oscillates: from a resonance of 80 % up, where the loop's gain
//! passes 4.

use std::ops::Range;

use crate::dsp::{Cutoff, Derived, Downsampler, Ratio, Upsampler, guard, math};
use crate::group::{Group, LaneMask};
use crate::io::Io;
use crate::module::{Module, Setup};
use crate::port::{In, Out, Param, Quantity};
use crate::spec::{Class, Spec};

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
    cutoff: Cutoff,
    up: Upsampler,
    core: Core,
    down: Downsampler,
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
            cutoff: Cutoff::new(setup.sample_rate),
            up: Upsampler::default(),
            core: Core::default(),
            down: Downsampler::default(),
        }
    }

    fn reset(&mut self, lanes: LaneMask) {
        self.up.reset(lanes);
        self.core.reset(lanes);
        self.down.reset(lanes);
    }

    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_>, frames: Range<usize>) {
        let (input, voct, hertz) = (io.input(IN), io.input(VOCT), io.param(CUTOFF));
        let (resonance, drive) = (io.param(RESONANCE), io.param(DRIVE));
        let (slope, bass) = (io.param(SLOPE), io.param(BASS));
        let mut levels = Derived::from([drive, bass, resonance]);
        let mut curves = Derived::from([hertz, voct, resonance, slope]);
        for frame in frames {
            let feedback = resonance.at(frame) * MOST_FEEDBACK;
            let level = match levels.kept() {
                Some(level) => level,
                None => levels.keep(level(drive.at(frame), bass.at(frame) * feedback)),
            };
            let curve = match curves.kept() {
                Some(curve) => curve,
                None => {
                    let gain = self.cutoff.gain(hertz.at(frame), voct.at(frame));
                    curves.keep(Curve::new(gain, feedback, slope.at(frame)))
                }
            };
            let [first, second] = self.up.tick(input.at(frame).map(guard::sane) * level);
            let filtered = [self.core.tick(first, &curve), self.core.tick(second, &curve)];
            io.set(OUT, frame, self.down.tick(filtered) * SATURATION_VOLTS);
        }
    }
}

/// Gain from a drive in dB, and the share of the lows that resonance takes, to units of the saturation voltage.
#[inline(always)]
fn level(decibels: Group, lost: Group) -> Group {
    let drive = (decibels * OCTAVES_PER_DECIBEL).map(math::exp2);
    (drive + drive * lost) * (1.0 / SATURATION_VOLTS)
}

/// What the core needs to know of its controls.
#[derive(Clone, Copy, Debug)]
struct Curve {
    /// Instant gain of one to four poles in a row.
    pole: [Group; 4],
    /// Instant share of a pole's state in its output: 1 − `pole[0]`.
    rest: Group,
    feedback: Group,
    /// Instant gain of the whole loop, and what divides by one more than it.
    instant: Group,
    solve: Group,
    /// Poles before the output, less one.
    slope: Group,
    /// Share of the last pole's difference that goes to the output, and the level that keeps the cutoff's.
    lift: Group,
    level: Group,
}

impl Curve {
    /// From the fraction of [`Cutoff::gain`].
    #[inline(always)]
    fn new(gain: Ratio, feedback: Group, slope: Group) -> Curve {
        let Ratio { above, below } = gain;
        let g = above / (above + below);
        let (g2, g3, g4) = (g * g, g * g * g, (g * g) * (g * g));
        let instant = feedback * g4;
        // Trapezoidal integrators bend n poles down by n w² / 12 on the way to Nyquist. A zero at 1 / lift, in
        // units of the cutoff, takes that back to second order if lift² = (2 n / 3) gain². High cutoffs have
        // less of it, so that the level, exact at the cutoff, stays within 0.07 dB at DC.
        let poles = slope.map(|slope| (slope + 1.0) * (2.0 / 3.0));
        let (wish, wish2) = ((poles.sqrt() * above) * below, (poles * above) * above);
        let lift = wish / (below * below + wish2 * 16.0);
        // 1 / √(1 + lift²) by its series: lift is at most 1/8.
        let level = (lift * lift).map(|x| 1.0 - x * (0.5 - x * (0.375 - x * 0.3125)));
        Curve {
            pole: [g, g2, g3, g4],
            rest: g.map(|g| 1.0 - g),
            feedback,
            instant,
            solve: instant.map(|instant| 1.0 / (1.0 + instant)),
            slope,
            lift,
            level,
        }
    }
}

/// Four poles and the junction, in units of the saturation voltage. However the controls jump, each state stays
/// within ±1, since every pole's output lies between its input and its state below a quarter of the frame rate.
#[derive(Clone, Debug)]
struct Core {
    state: [Group; 4],
}

impl Default for Core {
    fn default() -> Core {
        Core { state: [Group::ZERO; 4] }
    }
}

impl Core {
    #[inline(always)]
    fn tick(&mut self, input: Group, curve: &Curve) -> Group {
        let [g, g2, g3, g4] = curve.pole;
        let [s1, s2, s3, s4] = self.state;
        let [r1, r2, r3, r4] = [s1 * curve.rest, s2 * curve.rest, s3 * curve.rest, s4 * curve.rest];
        let r12 = r2 + r1 * g;
        let (r123, r1234) = (r3 + r12 * g, (r4 + r3 * g) + r12 * g2);
        let junction = saturate((input - curve.feedback * r1234) * curve.solve, curve.instant);
        let y1 = r1 + junction * g;
        let y2 = r12 + junction * g2;
        let y3 = r123 + junction * g3;
        let y4 = r1234 + junction * g4;
        self.state = [y1 + y1 - s1, y2 + y2 - s2, y3 + y3 - s3, y4 + y4 - s4];
        let last = choose(curve.slope, y1, y2, y3, y4);
        let before = choose(curve.slope, junction, y1, y2, y3);
        (last + (before - last) * curve.lift) * curve.level
    }

    fn reset(&mut self, lanes: LaneMask) {
        for state in &mut self.state {
            *state = Group::ZERO.select(*state, lanes);
        }
    }
}

/// Each lane of the group that its slope, 0 to 3, names.
#[inline(always)]
fn choose(slope: Group, one: Group, two: Group, three: Group, four: Group) -> Group {
    Group::from_fn(|lane| {
        let low = if slope[lane] > 0.5 { two[lane] } else { one[lane] };
        let high = if slope[lane] > 2.5 { four[lane] } else { three[lane] };
        if slope[lane] > 1.5 { high } else { low }
    })
}

/// Output u of the junction in u = tanh(x − instant · u), where `linear` solves u = x − instant · u.
///
/// tanh is p/q with p = z (27 + z²) and q = 27 + 9 z²: the fraction of Padé, which reaches ±1 at ±3 with two
/// derivatives of 0. One step of Newton with 1 − tanh² for the slope, written as one fraction, which is
/// a mean of p/q and z.
#[inline(always)]
fn saturate(linear: Group, instant: Group) -> Group {
    let z = linear.clamp(-3.0, 3.0);
    let z2 = z * z;
    let (p, q) = (z.zip(z2, |z, z2| z * (27.0 + z2)), z2.map(|z2| 27.0 + 9.0 * z2));
    let (p2, q2) = (p * p, q * q);
    let weight = (q2 - p2) * instant;
    (p * q + weight * z) / (q2 + weight)
}
