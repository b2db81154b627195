//! How long a room rings: reverberation time from an impulse response (ISO 3382-1).

use std::f64::consts::{PI, SQRT_2};

/// Seconds in which the octave around `centre` Hz loses 60 dB, from the slope between −5 and −35 dB (T30) of
/// Schroeder's backward integral, summed over several responses of one room and of one length.
pub fn rt60_seconds(responses: &[&[f32]], centre: f64, sample_rate: f64) -> f64 {
    let mut energy = vec![0.0; responses[0].len()];
    for response in responses {
        let band = octave(response, centre, sample_rate);
        energy.iter_mut().zip(band).for_each(|(energy, x)| *energy += x * x);
    }
    let mut left = 0.0;
    for energy in energy.iter_mut().rev() {
        left += *energy;
        *energy = left;
    }
    let level = |n: usize| 10.0 * (energy[n] / energy[0]).max(1e-30).log10();
    let below = |wanted: f64| (0..energy.len()).find(|&n| level(n) <= wanted).expect("the response decays");
    -60.0 / slope((below(-5.0)..below(-35.0)).map(|n| (n as f64 / sample_rate, level(n))))
}

/// Slope of the straight line that fits best.
fn slope(points: impl Iterator<Item = (f64, f64)> + Clone) -> f64 {
    let count = points.clone().count() as f64;
    let (x_mean, y_mean) = points.clone().fold((0.0, 0.0), |(x, y), p| (x + p.0 / count, y + p.1 / count));
    let (up, across) = points.fold((0.0, 0.0), |(up, across), (x, y)| {
        (up + (x - x_mean) * (y - y_mean), across + (x - x_mean) * (x - x_mean))
    });
    up / across
}

/// The octave around a frequency: Butterworth low and high pass of order four at its edges.
fn octave(signal: &[f32], centre: f64, sample_rate: f64) -> Vec<f64> {
    let mut band: Vec<f64> = signal.iter().map(|&x| f64::from(x)).collect();
    for quality in [0.541_196_1, 1.306_562_96] {
        biquad(&mut band, centre * SQRT_2 / sample_rate, quality, false);
        biquad(&mut band, centre / SQRT_2 / sample_rate, quality, true);
    }
    band
}

/// Low or high pass of order two (Bristow-Johnson, "Cookbook formulae for audio EQ biquad filter coefficients").
fn biquad(signal: &mut [f64], cycles_per_frame: f64, quality: f64, high: bool) {
    let (sine, cosine) = (2.0 * PI * cycles_per_frame).sin_cos();
    let alpha = sine / (2.0 * quality);
    let side = if high { -1.0 } else { 1.0 };
    let b0 = (1.0 - side * cosine) / 2.0 / (1.0 + alpha);
    let (b1, a1, a2) = (2.0 * side * b0, -2.0 * cosine / (1.0 + alpha), (1.0 - alpha) / (1.0 + alpha));
    let (mut s1, mut s2) = (0.0, 0.0);
    for x in signal {
        let y = b0 * *x + s1;
        s1 = b1 * *x - a1 * y + s2;
        s2 = b0 * *x - a2 * y;
        *x = y;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effect::noise;

    #[test]
    fn reads_the_decay_of_noise() {
        let mut noise = noise();
        for seconds in [0.3, 2.0] {
            let decay = |n: u32| 10f64.powf(-3.0 * f64::from(n) / 48_000.0 / seconds);
            let response: Vec<f32> = (0..144_000).map(|n| (noise() * decay(n)) as f32).collect();
            let read = rt60_seconds(&[&response], 1_000.0, 48_000.0);
            assert!((read / seconds - 1.0).abs() < 0.02, "{read} instead of {seconds}");
        }
    }
}
