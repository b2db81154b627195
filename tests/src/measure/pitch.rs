//! The frequency of a steady tone, from the slope of its phase.

use std::f64::consts::TAU;

use super::spectrum::{FRAMES, power};

/// Frequency in Hz of the strongest line of [`FRAMES`] frames.
pub fn hertz(signal: &[f32], sample_rate: f64) -> f64 {
    assert_eq!(signal.len(), FRAMES, "the spectrum has {FRAMES} frames");
    let power = power(signal);
    let (bin, _) = power.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).expect("there are bins");
    // A tone on the bin moves by `bin` half turns from half to half. A peak's bin is so near that less than half
    // a turn remains.
    let half = FRAMES / 2;
    let moved = (phase(&signal[half..], bin) - phase(&signal[..half], bin)) / TAU - bin as f64 / 2.0;
    let moved = moved - moved.round();
    (bin as f64 + moved * 2.0) / FRAMES as f64 * sample_rate
}

/// Phase of a line against a tone at a bin of [`FRAMES`], under a Hann window, in radians.
fn phase(signal: &[f32], bin: usize) -> f64 {
    let (mut real, mut imaginary) = (0.0, 0.0);
    for (frame, &value) in signal.iter().enumerate() {
        let window = 1.0 - (TAU * frame as f64 / signal.len() as f64).cos();
        let (sin, cos) = (TAU * (bin * frame % FRAMES) as f64 / FRAMES as f64).sin_cos();
        real += f64::from(value) * window * cos;
        imaginary -= f64::from(value) * window * sin;
    }
    imaginary.atan2(real)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_a_hundredth_of_a_cent() {
        for frequency in [30.1, 441.3, 15_999.7] {
            let turns = |n: usize| (n as f64 * frequency / 48_000.0).fract();
            let signal: Vec<f32> = (0..FRAMES).map(|n| (TAU * turns(n)).sin() as f32).collect();
            let found = hertz(&signal, 48_000.0);
            assert!((found / frequency).log2().abs() * 1200.0 < 0.01, "{found} for {frequency}");
        }
    }
}
