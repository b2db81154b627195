//! The cutoff of a filter.

use std::f32::consts::PI;

use crate::level::Simd;
use crate::vector::Vector;

/// A gain above / below, both > 0.
#[derive(Clone, Copy, Debug)]
pub struct Ratio<S: Simd> {
    /// Numerator.
    pub above: Vector<S>,
    /// Denominator.
    pub below: Vector<S>,
}

impl<S: Simd> Ratio<S> {
    /// The gain.
    #[inline(always)]
    pub fn ratio(self) -> Vector<S> {
        self.above / self.below
    }
}

/// Turns a cutoff into the prewarped gain tan(π f / fs) of trapezoidal integrators
/// (Zavalishin, "The Art of VA Filter Design", 2018, § 3.8), as a fraction: filters divide anyway.
#[derive(Clone, Copy, Debug)]
pub struct Cutoff {
    /// Greatest cutoff in Hz.
    greatest: f32,
    /// Radians per Hz.
    angle: f32,
}

impl Cutoff {
    /// Least cutoff in Hz, whatever the V/oct input says.
    const LEAST: f32 = 8.0;

    /// Of a filter that runs at twice the host's rate, up to 0.49 of the latter, which is in frames per second.
    /// Relative error of the gain below 4e-7.
    pub fn at_twice(sample_rate: f32) -> Cutoff {
        Cutoff { greatest: 0.49 * sample_rate, angle: 0.5 * PI / sample_rate }
    }

    /// Of a filter that runs at the host's rate, up to 0.45 of it. Relative error of the gain below 2e-5.
    pub fn at_once(sample_rate: f32) -> Cutoff {
        Cutoff { greatest: 0.45 * sample_rate, angle: PI / sample_rate }
    }

    /// The gain for a cutoff in Hz times a factor, 2^octaves. Cutoffs are held within 8 Hz and the greatest, NaN
    /// counts as 8 Hz.
    #[inline(always)]
    pub fn gain<S: Simd>(&self, hertz: Vector<S>, factor: Vector<S>) -> Ratio<S> {
        let held = (hertz * factor).clamp(Cutoff::LEAST, self.greatest);
        let angle = held * self.angle;
        // Continued fraction of the tangent; the angle stays below 1.42.
        let square = angle * angle;
        let (few, many) = (angle.like(105.0), angle.like(945.0));
        let above = angle * (many - square * (few - square));
        Ratio { above, below: many - square * (angle.like(420.0) - square * 15.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsp::math;
    use crate::group::Group;

    #[test]
    fn is_the_tangent_and_stays_in_bounds() {
        let cutoff = Cutoff::at_twice(48_000.0);
        let gain = |hertz: f32, octaves: f32| {
            let vector = |value| Vector::of(pulp::Scalar256b, Group::splat(value));
            f64::from(cutoff.gain(vector(hertz), vector(math::exp2(octaves))).ratio().group()[0])
        };
        for hertz in (16..23_000).step_by(7) {
            let truth = libm::tan(f64::from(hertz) * std::f64::consts::PI / 96_000.0);
            assert!((gain(hertz as f32, 0.0) / truth - 1.0).abs() < 4e-7, "{hertz} Hz");
        }
        assert!((gain(500.0, 1.0) / gain(1_000.0, 0.0) - 1.0).abs() < 4e-7);
        assert_eq!(gain(20_000.0, 5.0), gain(23_520.0, 0.0));
        assert_eq!(gain(20.0, f32::NAN), gain(8.0, 0.0));
        assert_eq!(gain(f32::NAN, 0.0), gain(8.0, 0.0));
    }
}
