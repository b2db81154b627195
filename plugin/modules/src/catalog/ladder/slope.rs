//! What leaves the ladder: as many poles as the slope says, mended where trapezoidal integrators bend them down.

use super::core::Curve;
use crate::level::Simd;
use crate::vector::Vector;

/// In place of a number of poles: each lane has its own slope.
pub(super) const BY_LANE: usize = 0;

/// Shares of the added pole, of its input and of what is a pole before that in the output.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shares<S: Simd> {
    slope: Vector<S>,
    added: Vector<S>,
    last: Vector<S>,
    before: Vector<S>,
}

impl<S: Simd> Shares<S> {
    /// For a pole's prewarped gain. `slope` counts from 0 on and is only looked at where each lane has its own.
    ///
    /// Trapezoidal integrators bend n poles down by n w² / 12 on the way to Nyquist. To take that back, the output
    /// gets one more pole at the cutoff and the numerator 1 + a s + b s², s in units of the cutoff, with
    /// b² = (2 n / 3) gain² (its root by a cubic) and a² = 1 − b² + 2 b: it leaves DC and the level at the cutoff exact.
    #[inline(always)]
    pub(super) fn new<const POLES: usize>(gain: Vector<S>, slope: Vector<S>) -> Shares<S> {
        let one = gain.like(1.0);
        let slope = if POLES == BY_LANE { slope } else { gain.like((POLES - 1) as f32) };
        let root = slope * (slope * (slope * -0.0063 + slope.like(0.0583)) * -1.0 + slope.like(0.3902));
        let b = gain * (root + slope.like(0.8165));
        let a = (one + b + b - b * b).sqrt();
        Shares { slope, added: one - a + b, last: a - b - b, before: b }
    }

    /// The output from the junction and the poles behind it. `state` is that of the added pole.
    #[inline(always)]
    pub(super) fn output<const POLES: usize>(
        &self,
        state: &mut Vector<S>,
        poles: &[Vector<S>; 5],
        curve: &Curve<S>,
    ) -> Vector<S> {
        let [junction, one, two, three, four] = *poles;
        let last = pick::<S, POLES>([one, two, three, four], self.slope);
        let before = pick::<S, POLES>([junction, one, two, three], self.slope);
        let added = *state * curve.rest + last * curve.pole[0];
        *state = added + added - *state;
        added * self.added + last * self.last + before * self.before
    }
}

/// The last pole that counts.
#[inline(always)]
pub(super) fn pick<S: Simd, const POLES: usize>(poles: [Vector<S>; 4], slope: Vector<S>) -> Vector<S> {
    if POLES != BY_LANE {
        return poles[POLES - 1];
    }
    let [one, two, three, four] = poles;
    let low = slope.like(0.5).is_less(slope).choose(two, one);
    let high = slope.like(2.5).is_less(slope).choose(four, three);
    slope.like(1.5).is_less(slope).choose(high, low)
}
