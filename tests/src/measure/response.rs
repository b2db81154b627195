//! Frequency responses of filters, from impulse responses that have died away.

use std::f64::consts::TAU;

use super::spectrum::decibels;

/// Level at a frequency, in dB: the Fourier sum at just this frequency, which is what an endlessly zero-padded
/// spectrum has there.
pub fn level_db(response: &[f32], hertz: f64, sample_rate: f64) -> f64 {
    let (mut real, mut imaginary) = (0.0, 0.0);
    for (frame, &value) in response.iter().enumerate() {
        let turns = (frame as f64 * hertz / sample_rate).fract();
        let (sin, cos) = (TAU * turns).sin_cos();
        real += f64::from(value) * cos;
        imaginary -= f64::from(value) * sin;
    }
    decibels(real * real + imaginary * imaginary)
}

/// The frequency within `low..high` at which a response that falls there passes `level` dB, by bisection to
/// 0.001 cents.
pub fn crossing(response: &[f32], level: f64, (mut low, mut high): (f64, f64), sample_rate: f64) -> f64 {
    let above = |hertz: f64| level_db(response, hertz, sample_rate) > level;
    assert!(above(low) && !above(high), "the level is not between {low} and {high} Hz");
    while cents(high, low) > 0.001 {
        let middle = (low * high).sqrt();
        *(if above(middle) { &mut low } else { &mut high }) = middle;
    }
    low
}

/// An interval in cents.
pub fn cents(hertz: f64, reference: f64) -> f64 {
    1200.0 * (hertz / reference).log2()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_corner_of_a_known_pole() {
        // y += a (x − y): |H|² = a² / (1 + b² − 2 b cos w) with b = 1 − a, which gives w at −3 dB of DC.
        let a = 0.1;
        let response: Vec<f32> = (0..2_000).map(|n| (a * (1.0_f64 - a).powi(n)) as f32).collect();
        let b: f64 = 1.0 - a;
        let corner = ((1.0 + b * b - 2.0 * a * a) / (2.0 * b)).acos() / TAU * 48_000.0;
        let found = crossing(&response, decibels(0.5), (100.0, 20_000.0), 48_000.0);
        assert!(cents(found, corner).abs() < 0.01, "{found} for {corner}");
    }
}
