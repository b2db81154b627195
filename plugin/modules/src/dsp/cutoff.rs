//! The cutoff of a filter that runs at twice the host's rate.

use std::f32::consts::PI;

use crate::group::Group;

/// A gain above / below, both > 0.
#[derive(Clone, Copy, Debug)]
pub struct Ratio {
    /// Numerator.
    pub above: Group,
    /// Denominator.
    pub below: Group,
}

impl Ratio {
    /// The gain.
    #[inline(always)]
    pub fn ratio(self) -> Group {
        self.above / self.below
    }
}

/// Turns a cutoff into the prewarped gain tan(π f / 2 fs) of trapezoidal integrators
/// (Zavalishin, "The Art of VA Filter Design", 2018, § 3.8), as a fraction: filters divide anyway.
#[derive(Clone, Copy, Debug)]
pub struct Cutoff {
    /// Frames per second of the host.
    sample_rate: f32,
}

impl Cutoff {
    /// Least cutoff in Hz, whatever the V/oct input says.
    const LEAST: f32 = 8.0;
    /// Greatest cutoff, as a share of the host's rate.
    const GREATEST: f32 = 0.49;

    /// For the host's rate, in frames per second.
    pub fn new(sample_rate: f32) -> Cutoff {
        Cutoff { sample_rate }
    }

    /// The gain for a cutoff in Hz times a factor, 2^octaves. Relative error below 4e-7; cutoffs are held within
    /// 8 Hz … 0.49 fs, NaN counts as 8 Hz.
    #[inline(always)]
    pub fn gain(&self, hertz: Group, factor: Group) -> Ratio {
        let moved = hertz * factor;
        let held = moved.clamp(Cutoff::LEAST, Cutoff::GREATEST * self.sample_rate);
        let angle = held * (0.5 * PI / self.sample_rate);
        // Continued fraction of the tangent; the angle stays below 0.77.
        let square = angle * angle;
        let above = angle.zip(square, |x, x2| x * (945.0 - x2 * (105.0 - x2)));
        Ratio { above, below: square.map(|x2| 945.0 - x2 * (420.0 - x2 * 15.0)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsp::math;

    #[test]
    fn is_the_tangent_and_stays_in_bounds() {
        let cutoff = Cutoff::new(48_000.0);
        let gain = |hertz: f32, octaves: f32| {
            f64::from(cutoff.gain(Group::splat(hertz), Group::splat(math::exp2(octaves))).ratio()[0])
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
