//! Ladder: the four-pole low-pass of the classic synthesizers, warm when driven, and in tune when it sings.
//!
//! Four one-poles in a loop whose junction, input minus feedback, saturates like a transistor pair. Trapezoidal
//! integrators, solved without delay in the loop, at twice the host's rate (Zavalishin, "The Art of VA Filter
//! Design", 2018, ch. 5 and 6). Cutoff is the frequency at which each pole takes 3.01 dB (12.04 dB at 24 dB
//! slope), and the pitch at which the filter oscillates: from a resonance of 80 % up, where the loop's gain
//! passes 4.

use std::ops::Range;

use crate::dsp::{Cutoff, Downsampler, RUN, Ratio, Upsampler, guard, math, moves, runs};
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
        let (level_moves, factor_moves) = (moves([drive, bass, resonance]), moves([voct]));
        let curve_moves = moves([hertz, voct, resonance, slope]);
        let (mut level, mut factor, mut curves) = (Group::ZERO, Group::ZERO, [Curve::default(); RUN]);
        let mut core = self.core.clone();
        for run in runs(frames.clone()) {
            for (place, frame) in run.clone().enumerate() {
                if frame == frames.start || factor_moves {
                    factor = voct.at(frame).map(math::exp2);
                }
                if frame == frames.start || curve_moves {
                    let gain = self.cutoff.gain(hertz.at(frame), factor);
                    let feedback = resonance.at(frame) * MOST_FEEDBACK;
                    curves[place % RUN] = Curve::new(gain, feedback, slope.at(frame));
                }
            }
            for (place, frame) in run.enumerate() {
                let curve = &curves[if curve_moves { place % RUN } else { 0 }];
                if frame == frames.start || level_moves {
                    let lost = bass.at(frame) * (resonance.at(frame) * MOST_FEEDBACK);
                    level = level_of(drive.at(frame), lost);
                }
                let [first, second] = self.up.tick(input.at(frame).map(guard::sane) * level);
                let filtered = [core.tick(first, curve), core.tick(second, curve)];
                io.set(OUT, frame, self.down.tick(filtered) * SATURATION_VOLTS);
            }
        }
        self.core = core;
    }
}

/// Gain from a drive in dB, and the share of the lows that resonance takes, to units of the saturation voltage.
#[inline(always)]
fn level_of(decibels: Group, lost: Group) -> Group {
    let drive = (decibels * OCTAVES_PER_DECIBEL).map(math::exp2);
    (drive + drive * lost) * (1.0 / SATURATION_VOLTS)
}

/// What the core needs to know of its controls.
#[derive(Clone, Copy, Debug, Default)]
struct Curve {
    /// Instant gain of one to four poles in a row.
    pole: [Group; 4],
    /// Instant share of a pole's state in its output: 1 − `pole[0]`.
    rest: Group,
    /// Instant gain of the whole loop, and 1 / (1 + `instant`).
    instant: Group,
    solve: Group,
    /// What each pole's state takes from the junction.
    back: [Group; 4],
    /// Poles before the output, less one.
    slope: Group,
    /// Shares of the added pole, of its input and of what is a pole before that in the output.
    shares: [Group; 3],
}

impl Curve {
    #[inline(always)]
    fn new(gain: Ratio, feedback: Group, slope: Group) -> Curve {
        let one = Group::splat(1.0);
        let Ratio { above, below } = gain;
        let sum = above + below;
        let inverse = one / (below * sum);
        let (gain, g) = ((above * sum) * inverse, (above * below) * inverse);
        let g2 = g * g;
        let (g3, g4) = (g2 * g, g2 * g2);
        let instant = feedback * g4;
        // Trapezoidal integrators bend n poles down by n w² / 12 on the way to Nyquist. To take that back, the output
        // gets one more pole at the cutoff and the numerator 1 + a s + b s², s in units of the cutoff, with
        // b² = (2 n / 3) gain² (its root by a cubic) and a² = 1 − b² + 2 b: it leaves DC and the level at the cutoff exact.
        let (solve, rest) = (one / (one + instant), one - g);
        let back = feedback * rest * solve;
        let b = gain * slope.map(|s| 0.8165 + s * (0.3902 - s * (0.0583 - s * 0.0063)));
        let a = (one + b + b - b * b).sqrt();
        Curve {
            pole: [g, g2, g3, g4],
            rest,
            instant,
            solve,
            back: [back * g3, back * g2, back * g, back],
            slope,
            shares: [one - a + b, a - b - b, b],
        }
    }
}

/// Four poles and the junction, and the pole of the output, in units of the saturation voltage. However the controls
/// jump, each state stays within ±1, since below a quarter of the frame rate it moves to a mean of its input and itself.
#[derive(Clone, Debug)]
struct Core {
    state: [Group; 5],
}

impl Default for Core {
    fn default() -> Core {
        Core { state: [Group::ZERO; 5] }
    }
}

impl Core {
    #[inline(always)]
    fn tick(&mut self, input: Group, curve: &Curve) -> Group {
        let [g, g2, g3, g4] = curve.pole;
        let [s1, s2, s3, s4, s5] = self.state;
        // The way from the states to the junction is what the next frame waits for: it is kept short.
        let [b1, b2, b3, b4] = curve.back;
        let linear = input * curve.solve - ((s1 * b1 + s2 * b2) + (s3 * b3 + s4 * b4));
        let junction = saturate(linear, curve.instant);
        let r1 = s1 * curve.rest;
        let r2 = s2 * curve.rest + r1 * g;
        let r3 = s3 * curve.rest + r2 * g;
        let r4 = s4 * curve.rest + r3 * g;
        let (y1, y2) = (r1 + junction * g, r2 + junction * g2);
        let (y3, y4) = (r3 + junction * g3, r4 + junction * g4);
        let last = choose(curve.slope, y1, y2, y3, y4);
        let before = choose(curve.slope, junction, y1, y2, y3);
        let y5 = s5 * curve.rest + last * g;
        self.state = [y1 + y1 - s1, y2 + y2 - s2, y3 + y3 - s3, y4 + y4 - s4, y5 + y5 - s5];
        let [share5, share_last, share_before] = curve.shares;
        y5 * share5 + last * share_last + before * share_before
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
/// tanh is the fraction of Padé, z (27 + z²) / (27 + 9 z²), which reaches ±1 at ±3 with two derivatives of 0. From the
/// linear solution one step of Newton follows, with 1 − tanh² for the slope. Written as one fraction, with
/// (27 + 9 z²)² − z² (27 + z²)² = (9 − z²)³, it is a mean of tanh z and z.
#[inline(always)]
fn saturate(linear: Group, instant: Group) -> Group {
    let z = linear.clamp(-3.0, 3.0);
    let t = z * z;
    let (fall, rise) = (Group::splat(9.0) - t, Group::splat(3.0) + t);
    let weight = (fall * fall) * (fall * (instant * (1.0 / 81.0)));
    let tanh = rise * (t * (1.0 / 9.0) + Group::splat(3.0));
    (z * (tanh + weight)) / (rise * rise + weight)
}
