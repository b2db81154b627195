//! How diffuse a room is: the density of its echoes and the evenness of its resonances.

use rustfft::FftPlanner;
use rustfft::num_complex::Complex;

use super::spectrum::decibels;

/// Share of a Gaussian signal that lies beyond its standard deviation.
const GAUSSIAN: f64 = 0.317_310_5;

/// Length of the sliding window, in seconds.
const WINDOW: f64 = 0.02;

/// Normalized echo density around a frame: 0 sparse, 1 as dense as noise (Abel & Huang, "A simple, robust
/// measure of reverberation echo density", AES 2006).
pub fn echo_density(response: &[f32], frame: usize, sample_rate: f64) -> f64 {
    let half = (WINDOW * sample_rate / 2.0) as isize;
    let at = |offset: isize| {
        let place = frame as isize + offset;
        if place < 0 { 0.0 } else { f64::from(response.get(place as usize).copied().unwrap_or(0.0)) }
    };
    let weight = |offset: isize| 0.5 + 0.5 * (std::f64::consts::PI * offset as f64 / half as f64).cos();
    let total: f64 = (-half..=half).map(weight).sum();
    let deviation = ((-half..=half).map(|o| weight(o) * at(o) * at(o)).sum::<f64>() / total).sqrt();
    let beyond: f64 = (-half..=half).filter(|&o| at(o).abs() > deviation).map(weight).sum();
    beyond / total / GAUSSIAN
}

/// Seconds from the start until the echo density, as a mean over the responses of one room, is at 0.9 to stay
/// there for the rest of the first `until` seconds.
pub fn mixing_seconds(responses: &[&[f32]], until: f64, sample_rate: f64) -> f64 {
    let step = 0.001;
    let mean = |seconds: f64| {
        let frame = (seconds * sample_rate) as usize;
        responses.iter().map(|response| echo_density(response, frame, sample_rate)).sum::<f64>()
            / responses.len() as f64
    };
    let instants = (0..(until / step) as usize).map(|number| number as f64 * step);
    instants.filter(|&seconds| mean(seconds) < 0.9).last().map_or(0.0, |last| last + step)
}

/// Standard deviation of the magnitude of the frequency response, in dB, between two frequencies: 5.57 for a
/// diffuse room (Schroeder, "Die statistischen Parameter der Frequenzkurven von großen Räumen", 1954). Taken
/// against the mean of each of many narrow bands, so that the colour of the whole does not count.
pub fn modal_deviation_db(response: &[f32], low: f64, high: f64, sample_rate: f64) -> f64 {
    /// Width of a narrow band, in Hz: hundreds of resonances.
    const BAND: f64 = 500.0;
    let length = response.len();
    let mut buffer: Vec<Complex<f64>> = response.iter().map(|&x| Complex::new(f64::from(x), 0.0)).collect();
    FftPlanner::new().plan_fft_forward(length).process(&mut buffer);
    let bin = |hertz: f64| (hertz / sample_rate * length as f64) as usize;
    let levels: Vec<f64> = buffer[bin(low)..bin(high)].iter().map(|c| decibels(c.norm_sqr())).collect();
    let width = bin(BAND);
    let variances = levels.chunks_exact(width).map(|band| {
        let mean = band.iter().sum::<f64>() / width as f64;
        band.iter().map(|level| (level - mean) * (level - mean)).sum::<f64>() / (width - 1) as f64
    });
    let count = (levels.len() / width) as f64;
    (variances.sum::<f64>() / count).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effect::noise;

    /// Decaying noise of a kind, one frame in `every`.
    fn room(every: usize) -> Vec<f32> {
        let mut uniform = noise();
        let mut gaussian = move || (0..12).map(|_| uniform()).sum::<f64>();
        (0..262_144usize)
            .map(|n| {
                let decay = 10f64.powf(-3.0 * n as f64 / 96_000.0);
                if n % every == 0 { (gaussian() * decay) as f32 } else { 0.0 }
            })
            .collect()
    }

    #[test]
    fn noise_is_diffuse_and_rare_echoes_are_not() {
        let (dense, rare) = (room(1), room(200));
        assert!((echo_density(&dense, 20_000, 48_000.0) - 1.0).abs() < 0.1);
        assert!(echo_density(&rare, 20_000, 48_000.0) < 0.1);
        let deviation = modal_deviation_db(&dense, 500.0, 8_000.0, 48_000.0);
        assert!((deviation - 5.57).abs() < 0.06, "{deviation}");
    }
}
