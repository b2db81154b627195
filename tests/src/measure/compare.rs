//! One signal against another.

use super::spectrum::decibels;

/// Energy of `truth` over the energy of what `signal` differs by, in dB.
pub fn snr_db(signal: &[f32], truth: &[f64]) -> f64 {
    assert_eq!(signal.len(), truth.len());
    let energy: f64 = truth.iter().map(|y| y * y).sum();
    let error: f64 = signal.iter().zip(truth).map(|(&x, y)| (f64::from(x) - y) * (f64::from(x) - y)).sum();
    decibels(energy / error.max(1e-30))
}

/// Greatest magnitude.
pub fn peak(signal: &[f32]) -> f32 {
    signal.iter().fold(0.0, |peak, x| x.abs().max(peak))
}

/// Root of the mean square.
pub fn rms(signal: &[f32]) -> f64 {
    (signal.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>() / signal.len() as f64).sqrt()
}
