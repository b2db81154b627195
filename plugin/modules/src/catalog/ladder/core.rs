//! Four one-poles in a loop whose junction bends.

use crate::dsp::Ratio;
use crate::group::{Group, LaneMask};
use crate::level::Simd;
use crate::vector::Vector;

/// What the core needs to know of its controls.
#[derive(Clone, Copy, Debug)]
pub(super) struct Curve<S: Simd> {
    /// Instant gain of one to four poles in a row.
    pub(super) pole: [Vector<S>; 4],
    /// Instant share of a pole's state in its output: 1 − `pole[0]`.
    pub(super) rest: Vector<S>,
    /// Instant gain of the whole loop, and 1 / (1 + `instant`).
    instant: Vector<S>,
    solve: Vector<S>,
    /// What each pole's state takes from the junction.
    back: [Vector<S>; 4],
}

impl<S: Simd> Curve<S> {
    /// For a pole's prewarped gain, and the gain of the feedback. Returns the first as a number as well.
    #[inline(always)]
    pub(super) fn new(gain: Ratio<S>, feedback: Vector<S>) -> (Curve<S>, Vector<S>) {
        let one = feedback.like(1.0);
        let Ratio { above, below } = gain;
        let sum = above + below;
        let inverse = one / (below * sum);
        let (gain, g) = ((above * sum) * inverse, (above * below) * inverse);
        let g2 = g * g;
        let (g3, g4) = (g2 * g, g2 * g2);
        let instant = feedback * g4;
        let (solve, rest) = (one / (one + instant), one - g);
        let back = feedback * rest * solve;
        let back = [back * g3, back * g2, back * g, back];
        (Curve { pole: [g, g2, g3, g4], rest, instant, solve, back }, gain)
    }
}

/// Four poles and the junction, in units of the saturation voltage. However the controls jump, below a quarter of the
/// frame rate each state stays within ±1, since it moves to a mean of its input and itself; above, within a few.
///
/// The state of each pole is kept in two, `still + 2 · junction · pole`. All but the junction's output is known before
/// that has settled, and what the next junction waits for is short: it is what the time goes to.
#[derive(Clone, Debug)]
pub(super) struct Core {
    still: [Group; 4],
    pole: [Group; 4],
    junction: Group,
}

impl Default for Core {
    fn default() -> Core {
        Core { still: [Group::ZERO; 4], pole: [Group::ZERO; 4], junction: Group::ZERO }
    }
}

impl Core {
    pub(super) fn reset(&mut self, lanes: LaneMask) {
        for group in self.still.iter_mut().chain([&mut self.junction]) {
            *group = Group::ZERO.select(*group, lanes);
        }
    }

    #[inline(always)]
    pub(super) fn awake<S: Simd>(&self, simd: S) -> Awake<S> {
        Awake {
            still: Vector::all(simd, &self.still),
            pole: Vector::all(simd, &self.pole),
            junction: Vector::of(simd, self.junction),
        }
    }
}

/// The core while it runs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Awake<S: Simd> {
    still: [Vector<S>; 4],
    pole: [Vector<S>; 4],
    junction: Vector<S>,
}

impl<S: Simd> Awake<S> {
    /// Takes a frame in; returns the junction and the output of each pole.
    #[inline(always)]
    pub(super) fn tick<B: Bend>(&mut self, input: Vector<S>, curve: &Curve<S>) -> [Vector<S>; 5] {
        let ([p1, p2, p3, p4], [q1, q2, q3, q4], before) = (self.still, self.pole, self.junction);
        let [b1, b2, b3, b4] = curve.back;
        let still = input * curve.solve - ((p1 * b1 + p2 * b2) + (p3 * b3 + p4 * b4));
        let moved = (q1 * b1 + q2 * b2) + (q3 * b3 + q4 * b4);
        let junction = B::bend(still - before * (moved + moved), curve.instant);

        let [g, g2, g3, g4] = curve.pole;
        let twice = before + before;
        let [s1, s2, s3, s4] = [p1 + twice * q1, p2 + twice * q2, p3 + twice * q3, p4 + twice * q4];
        let r1 = s1 * curve.rest;
        let r2 = s2 * curve.rest + r1 * g;
        let r3 = s3 * curve.rest + r2 * g;
        let r4 = s4 * curve.rest + r3 * g;
        self.still = [r1 + r1 - s1, r2 + r2 - s2, r3 + r3 - s3, r4 + r4 - s4];
        self.pole = curve.pole;
        self.junction = junction;
        [junction, r1 + junction * g, r2 + junction * g2, r3 + junction * g3, r4 + junction * g4]
    }

    #[inline(always)]
    pub(super) fn asleep(&self) -> Core {
        Core {
            still: self.still.map(Vector::group),
            pole: self.pole.map(Vector::group),
            junction: self.junction.group(),
        }
    }
}

/// How the junction bends.
pub(super) trait Bend {
    /// The output of a junction from what it would be if it did not bend, and the instant gain of the loop.
    fn bend<S: Simd>(linear: Vector<S>, instant: Vector<S>) -> Vector<S>;
}

/// Output u of the junction in u = tanh(x − instant · u), where `linear` solves u = x − instant · u.
///
/// tanh is the fraction of Padé, z (27 + z²) / (27 + 9 z²), which reaches ±1 at ±3 with two derivatives of 0. From the
/// linear solution one step of Newton follows, with 1 − tanh² for the slope. Written as one fraction, with
/// (27 + 9 z²)² − z² (27 + z²)² = (9 − z²)³, it is a mean of tanh z and z.
pub(super) struct Tanh;

impl Bend for Tanh {
    #[inline(always)]
    fn bend<S: Simd>(linear: Vector<S>, instant: Vector<S>) -> Vector<S> {
        let z = linear.clamp(-3.0, 3.0);
        let t = z * z;
        let (three, nine) = (z.like(3.0), z.like(9.0));
        let (fall, rise) = (nine - t, three + t);
        let weight = (fall * fall) * (fall * (instant * (1.0 / 81.0)));
        let tanh = rise * (t * (1.0 / 9.0) + three);
        (z * (tanh + weight)) / (rise * rise + weight)
    }
}

/// The linear solution, held within ±1 by a cubic that gets there at ±1.5 without a corner.
pub(super) struct Cubic;

impl Bend for Cubic {
    #[inline(always)]
    fn bend<S: Simd>(linear: Vector<S>, _instant: Vector<S>) -> Vector<S> {
        let z = linear.clamp(-1.5, 1.5);
        z - (z * z) * (z * (4.0 / 27.0))
    }
}
