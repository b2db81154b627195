//! Spectra of noise.

use std::f64::consts::TAU;

use rustfft::FftPlanner;
use rustfft::num_complex::Complex;

use super::spectrum::decibels;

/// Frames of one of the spectra that are averaged.
const SEGMENT: usize = 16_384;

/// Power per Hz, on an arbitrary scale, by Welch's method (half-overlapping Hann windows), per bin of
/// `sample_rate / 16384` Hz. Adds to `density`, so that a long sound can come in pieces.
pub fn welch(signal: &[f32], density: &mut Vec<f64>) {
    density.resize(SEGMENT / 2 + 1, 0.0);
    let fft = FftPlanner::new().plan_fft_forward(SEGMENT);
    let window: Vec<f64> =
        (0..SEGMENT).map(|n| 0.5 - 0.5 * (TAU * n as f64 / SEGMENT as f64).cos()).collect();
    for start in (0..=signal.len() - SEGMENT).step_by(SEGMENT / 2) {
        let mut buffer: Vec<Complex<f64>> = (signal[start..].iter().zip(&window))
            .map(|(&x, window)| Complex::new(f64::from(x) * window, 0.0))
            .collect();
        fft.process(&mut buffer);
        density.iter_mut().zip(&buffer).for_each(|(sum, bin)| *sum += bin.norm_sqr());
    }
}

/// Level per Hz in 30 bands of even width in octaves from `low` to `high` Hz, against an ideal power per Hz;
/// the mean error is taken out. In dB.
pub fn slope_errors(
    density: &[f64],
    sample_rate: f64,
    (low, high): (f64, f64),
    ideal: impl Fn(f64) -> f64,
) -> Vec<f64> {
    const BANDS: usize = 30;
    let hertz = |bin: usize| bin as f64 * sample_rate / SEGMENT as f64;
    let edge = |band: usize| low * (high / low).powf(band as f64 / BANDS as f64);
    let errors: Vec<f64> = (0..BANDS)
        .map(|band| {
            let bins =
                || (1..density.len()).filter(|&bin| (edge(band)..edge(band + 1)).contains(&hertz(bin)));
            let found: f64 = bins().map(|bin| density[bin]).sum();
            decibels(found / bins().map(|bin| ideal(hertz(bin))).sum::<f64>())
        })
        .collect();
    let mean = errors.iter().sum::<f64>() / BANDS as f64;
    errors.iter().map(|error| error - mean).collect()
}
