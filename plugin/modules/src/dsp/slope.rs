//! Spectra that rise or fall by a constant number of dB per octave.

use crate::group::{Group, LaneMask};

/// Poles of [`HalfIntegrator`].
const POLES: usize = 10;

/// Ratio of neighbouring corner frequencies, as a power of e: two octaves, for a ripple below 0.02 dB.
const SPACING: f64 = 2.0 * std::f64::consts::LN_2;

/// Place of the lowest corner on the same scale: 0.5 Hz at 48 kHz.
const LOWEST: f64 = -7.0 * SPACING;

/// (1 − z⁻¹)^−½: half an integration, 3 dB per octave down.
///
/// One-poles in parallel: the trapezoidal rule for the integral (1/π) ∫ √(u(1 − u)) / (1 − (1 − u) z⁻¹) dy
/// over u = 1/(1 + e^−y), which is that function. Its error falls as e^(−π²/spacing).
#[derive(Clone, Debug)]
pub struct HalfIntegrator {
    poles: [f32; POLES],
    gains: [f32; POLES],
    /// All poles too near 0 to matter.
    direct: f32,
    state: [Group; POLES],
}

impl HalfIntegrator {
    /// At rest.
    pub fn at_rest() -> HalfIntegrator {
        let corner = |place: i32| 1.0 / (1.0 + libm::exp(-(LOWEST + f64::from(place) * SPACING)));
        let gain = |place: i32| {
            let u = corner(place);
            SPACING / std::f64::consts::PI * (u * (1.0 - u)).sqrt()
        };
        let mut gains: [f32; POLES] = std::array::from_fn(|place| gain(place as i32) as f32);
        // All corners below the lowest look alike from above.
        gains[0] += (-30..0).map(gain).sum::<f64>() as f32;
        HalfIntegrator {
            poles: std::array::from_fn(|place| (1.0 - corner(place as i32)) as f32),
            gains,
            direct: (POLES as i32..30).map(gain).sum::<f64>() as f32,
            state: [Group::ZERO; POLES],
        }
    }

    /// Mean power of what it makes of white noise of power 1.
    pub fn power(&self) -> f64 {
        let terms =
            || self.poles.iter().zip(&self.gains).map(|(&pole, &gain)| (f64::from(pole), f64::from(gain)));
        let direct = f64::from(self.direct);
        let tails: f64 = terms().map(|(p, g)| terms().map(|(q, h)| g * h / (1.0 - p * q)).sum::<f64>()).sum();
        direct * direct + 2.0 * direct * terms().map(|(_, gain)| gain).sum::<f64>() + tails
    }

    /// One frame.
    #[inline(always)]
    pub fn tick(&mut self, input: Group) -> Group {
        let mut sum = input * self.direct;
        for place in 0..POLES {
            self.state[place] = self.state[place] * self.poles[place] + input * self.gains[place];
            sum += self.state[place];
        }
        sum
    }

    /// Comes to rest on some lanes.
    pub fn reset(&mut self, lanes: LaneMask) {
        self.state.iter_mut().for_each(|state| *state = Group::ZERO.select(*state, lanes));
    }
}

/// Turns powers of |1 − z⁻¹| = 2 sin ω/2 into the same powers of ω, up to 0.455 cycles per frame: a symmetric
/// FIR filter, four frames late. Fitted with equal ripple, relative to the aim (ω / (2 sin ω/2))^power.
#[derive(Clone, Debug)]
pub struct Straighten {
    /// The middle tap and those beside it.
    taps: [f32; 5],
    past: [Group; 8],
}

impl Straighten {
    /// For a spectrum of power −½; ripple 0.02 dB.
    pub const HALF_DOWN: Straighten =
        Straighten::new([0.933_234_6, 0.040_062_1, -0.009_115_2, 0.003_504_1, -0.002_258_8]);
    /// Power ½; ripple 0.03 dB.
    pub const HALF_UP: Straighten =
        Straighten::new([1.075_812_6, -0.047_236_7, 0.012_921_7, -0.005_261_3, 0.003_099_2]);
    /// Power −1; ripple 0.04 dB.
    pub const DOWN: Straighten =
        Straighten::new([0.874_279_3, 0.074_019_3, -0.015_138, 0.005_651_2, -0.003_838]);
    /// Power 1; ripple 0.05 dB.
    pub const UP: Straighten =
        Straighten::new([1.162_118, -0.102_906_4, 0.030_504_2, -0.012_761_8, 0.007_226]);

    const fn new(taps: [f32; 5]) -> Straighten {
        Straighten { taps, past: [Group::ZERO; 8] }
    }

    /// One frame.
    #[inline(always)]
    pub fn tick(&mut self, input: Group) -> Group {
        let [a, b, c, d, e, f, g, h] = self.past;
        self.past = [input, a, b, c, d, e, f, g];
        let [t0, t1, t2, t3, t4] = self.taps;
        d * t0 + (c + e) * t1 + (b + f) * t2 + (a + g) * t3 + (input + h) * t4
    }

    /// Comes to rest on some lanes.
    pub fn reset(&mut self, lanes: LaneMask) {
        self.past.iter_mut().for_each(|past| *past = Group::ZERO.select(*past, lanes));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Level of an impulse response at a frequency in cycles per frame, in dB.
    fn level(response: &[f32], frequency: f64) -> f64 {
        let (mut re, mut im) = (0.0, 0.0);
        for (n, &x) in response.iter().enumerate() {
            let angle = std::f64::consts::TAU * frequency * n as f64;
            re += f64::from(x) * libm::cos(angle);
            im -= f64::from(x) * libm::sin(angle);
        }
        10.0 * libm::log10(re * re + im * im)
    }

    #[test]
    fn half_an_integration_is_straight_in_the_audible_band() {
        let (mut filter, mut straighten) = (HalfIntegrator::at_rest(), Straighten::HALF_DOWN);
        let response: Vec<f32> = (0..60_000)
            .map(|n| straighten.tick(filter.tick(Group::splat(if n == 0 { 1.0 } else { 0.0 })))[0])
            .collect();
        for step in 0..40 {
            let hertz = 20.0 * libm::pow(1_000.0, f64::from(step) / 39.0);
            let error = level(&response, hertz / 48_000.0)
                + 10.0 * libm::log10(std::f64::consts::TAU * hertz / 48_000.0);
            assert!(error.abs() < 0.08, "{hertz} Hz: {error} dB");
        }
        let power: f64 = response.iter().map(|&x| f64::from(x) * f64::from(x)).sum();
        assert!((power / filter.power() - 1.0).abs() < 0.03);
    }
}
