//! Spectra of noise.

use super::spectrum::{decibels, power};

/// Frames of one of the spectra that are averaged.
const SEGMENT: usize = 16_384;

/// Power per Hz, on an arbitrary scale, by Welch's method (half-overlapping windows), per bin of
/// `sample_rate / 16384` Hz.
pub fn welch(signal: &[f32]) -> Vec<f64> {
    let mut mean = vec![0.0; SEGMENT / 2 + 1];
    for start in (0..=signal.len() - SEGMENT).step_by(SEGMENT / 2) {
        for (mean, power) in mean.iter_mut().zip(power(&signal[start..start + SEGMENT])) {
            *mean += power;
        }
    }
    mean
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
            let bins = || (1..density.len()).filter(|&bin| (edge(band)..edge(band + 1)).contains(&hertz(bin)));
            let found: f64 = bins().map(|bin| density[bin]).sum();
            decibels(found / bins().map(|bin| ideal(hertz(bin))).sum::<f64>())
        })
        .collect();
    let mean = errors.iter().sum::<f64>() / BANDS as f64;
    errors.iter().map(|error| error - mean).collect()
}
