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
    /// What the junction takes of the last pole's output without it, in shares of the halved states.
    back: Vector<S>,
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
        let back = feedback * (rest + rest) * solve;
        (Curve { pole: [g, g2, g3, g4], rest, instant, solve, back }, gain)
    }
}

/// Four poles and the junction, in units of the saturation voltage. However the controls jump, below a quarter of the
/// frame rate each state stays within ±1, since it moves to a mean of its input and itself; above, within a few.
///
/// Half the state of each pole is kept in two, `still + moved`, of which only the latter waits for the junction.
#[derive(Clone, Debug)]
pub(super) struct Core {
    still: [Group; 4],
    moved: [Group; 4],
}

impl Default for Core {
    fn default() -> Core {
        Core { still: [Group::ZERO; 4], moved: [Group::ZERO; 4] }
    }
}

impl Core {
    pub(super) fn reset(&mut self, lanes: LaneMask) {
        for group in self.still.iter_mut().chain(&mut self.moved) {
            *group = Group::ZERO.select(*group, lanes);
        }
    }

    #[inline(always)]
    pub(super) fn awake<S: Simd>(&self, simd: S) -> Awake<S> {
        Awake { still: Vector::all(simd, &self.still), moved: Vector::all(simd, &self.moved) }
    }
}

/// The core while it runs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Awake<S: Simd> {
    still: [Vector<S>; 4],
    moved: [Vector<S>; 4],
}

impl<S: Simd> Awake<S> {
    /// Takes a frame in; returns the junction and the output of each pole.
    #[inline(always)]
    pub(super) fn tick<B: Bend>(&mut self, input: Vector<S>, curve: &Curve<S>) -> [Vector<S>; 5] {
        let ([p1, p2, p3, p4], [m1, m2, m3, m4]) = (self.still, self.moved);
        let [h1, h2, h3, h4] = [p1 + m1, p2 + m2, p3 + m3, p4 + m4];
        let [g, g2, g3, g4] = curve.pole;
        // The sum that the last pole puts out without the junction, as a tree: the next junction waits for it.
        let sum = (h4 + h3 * g) + (h2 + h1 * g) * g2;
        let junction = B::bend(input * curve.solve - sum * curve.back, curve.instant);

        let twice = curve.rest + curve.rest;
        let r1 = h1 * twice;
        let r2 = h2 * twice + r1 * g;
        let r3 = h3 * twice + r2 * g;
        let r4 = sum * twice;
        self.still = [r1 - h1, r2 - h2, r3 - h3, r4 - h4];
        let [m1, m2, m3, m4] = [junction * g, junction * g2, junction * g3, junction * g4];
        self.moved = [m1, m2, m3, m4];
        [junction, r1 + m1, r2 + m2, r3 + m3, r4 + m4]
    }

    #[inline(always)]
    pub(super) fn asleep(&self) -> Core {
        // Closures would be compiled for another instruction set.
        let mut core = Core::default();
        for pole in 0..4 {
            core.still[pole] = self.still[pole].group();
            core.moved[pole] = self.moved[pole].group();
        }
        core
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
