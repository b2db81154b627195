//! Spectra of steady sounds, and how much in them is not harmonic.

use std::f64::consts::PI;

use manycord_modules::dsp::kaiser;
use rustfft::FftPlanner;
use rustfft::num_complex::Complex;

/// Frames of a measurement: tones at whole bins of this length repeat in it exactly.
pub const FRAMES: usize = 65_536;

/// Shape of the Kaiser window; side lobes lie below −230 dB.
const BETA: f64 = 24.0;

/// Bins on either side of a line that its window's main lobe takes.
pub const LOBE: usize = 10;

/// Power per bin, 0 … half the length, under a Kaiser window. A sine of amplitude 1 at a whole bin sums to ½
/// over its main lobe.
pub fn power(signal: &[f32]) -> Vec<f64> {
    let length = signal.len();
    let window: Vec<f64> = (0..length).map(|n| kaiser(2.0 * n as f64 / length as f64 - 1.0, BETA)).collect();
    let energy: f64 = window.iter().map(|w| w * w).sum();
    let mut buffer: Vec<Complex<f64>> =
        signal.iter().zip(&window).map(|(&x, w)| Complex::new(f64::from(x) * w, 0.0)).collect();
    FftPlanner::new().plan_fft_forward(length).process(&mut buffer);
    let scale = 2.0 / (energy * length as f64);
    buffer[..=length / 2].iter().map(|bin| bin.norm_sqr() * scale).collect()
}

/// Non-harmonic ratio: energy between 20 Hz and 20 kHz outside the harmonics of `fundamental` (a bin) and DC,
/// over the energy of the harmonics, in dB. `signal` has [`FRAMES`] frames.
pub fn nhr_db(signal: &[f32], fundamental: usize, sample_rate: f64) -> f64 {
    assert_eq!(signal.len(), FRAMES, "tones are on the grid of {FRAMES} bins");
    let power = power(signal);
    let bin = |hertz: f64| (hertz / sample_rate * FRAMES as f64) as usize;
    let (mut rest, mut harmonic) = (0.0, 0.0);
    for (place, &power) in power.iter().enumerate() {
        let order = (place + fundamental / 2) / fundamental;
        let near = place.abs_diff(order * fundamental) <= LOBE;
        match (near, order) {
            (true, 0) => {}
            (true, _) => harmonic += power,
            (false, _) if (bin(20.0)..=bin(20_000.0)).contains(&place) => rest += power,
            (false, _) => {}
        }
    }
    decibels(rest / harmonic)
}

/// Level of the line at a bin, in dB below a sine of amplitude 1.
pub fn line_db(power: &[f64], bin: usize) -> f64 {
    let lobe = &power[bin.saturating_sub(LOBE)..=(bin + LOBE).min(power.len() - 1)];
    decibels(2.0 * lobe.iter().sum::<f64>())
}

/// A ratio of powers in dB.
pub fn decibels(power: f64) -> f64 {
    10.0 * power.max(1e-30).log10()
}

/// A sine of amplitude 1 at a bin of [`FRAMES`].
pub fn sine(bin: usize) -> Vec<f32> {
    let turn = |n: usize| (bin * n % FRAMES) as f64 / FRAMES as f64;
    (0..FRAMES).map(|n| (2.0 * PI * turn(n)).sin() as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clean_tone_is_clean_and_a_dirty_one_is_not() {
        let clean = sine(601);
        assert!(nhr_db(&clean, 601, 48_000.0) < -145.0, "{}", nhr_db(&clean, 601, 48_000.0));
        let spur = sine(10_007);
        let dirty: Vec<f32> = clean.iter().zip(&spur).map(|(a, b)| a + b * 1e-3).collect();
        assert!((nhr_db(&dirty, 601, 48_000.0) + 60.0).abs() < 0.1);
        assert!(line_db(&power(&clean), 601).abs() < 0.001);
    }
}
