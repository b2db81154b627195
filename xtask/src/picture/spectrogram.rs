//! The spectrogram, 20 Hz to 20 kHz. Low notes need long windows to be told apart, and high ones short windows to
//! be placed in time: each pixel row takes the window that suits its frequency.

use realfft::RealFftPlanner;

use super::canvas::{Canvas, Rect, text_width};
use super::colours::heat;
use super::{GRID, INK};
use crate::wav::Sound;

const LOWEST: f64 = 20.0;
const HIGHEST: f64 = 20_000.0;
/// Level of black, in dB below a sine at full scale.
const RANGE: f32 = 100.0;
/// Window lengths in frames, and the frequency in hertz from which each is used.
const WINDOWS: [(usize, f64); 3] = [(16_384, 0.0), (8_192, 220.0), (2_048, 1_200.0)];

/// Draws the spectrum over time.
pub fn draw(canvas: &mut Canvas, place: Rect, sound: &Sound) {
    let mono = sound.mono();
    let bounds: Vec<f64> = (0..=place.height)
        .map(|row| HIGHEST * (LOWEST / HIGHEST).powf(row as f64 / place.height as f64))
        .collect();
    for (number, &(length, from)) in WINDOWS.iter().enumerate() {
        let to = WINDOWS.get(number + 1).map_or(f64::INFINITY, |next| next.1);
        let rows: Vec<usize> = (0..place.height).filter(|&row| (from..to).contains(&bounds[row])).collect();
        let mut spectrum = Spectrum::new(length);
        for x in 0..place.width {
            let levels = spectrum.at(&mono, mono.len() * x / place.width);
            for &row in &rows {
                let level = strongest(levels, bounds[row + 1], bounds[row], sound.rate / length as f64);
                let loudness = 1.0 + 20.0 * level.max(1e-9).log10() / RANGE;
                canvas.dot(place.left + x, place.top + row, heat(loudness));
            }
        }
    }
    axis(canvas, place);
}

/// The strongest level between two frequencies in hertz, or between the bins around them.
fn strongest(levels: &[f32], low: f64, high: f64, hertz_per_bin: f64) -> f32 {
    let (low, high) = (low / hertz_per_bin, high / hertz_per_bin);
    let at = |bin: usize| levels.get(bin).copied().unwrap_or(0.0);
    if high.floor() > low.floor() {
        return (low.ceil() as usize..=high.floor() as usize).map(at).fold(0.0, f32::max);
    }
    let (bin, share) = (low as usize, (low.fract() + high.fract()) as f32 * 0.5);
    at(bin) * (1.0 - share) + at(bin + 1) * share
}

/// Hertz beside the picture.
fn axis(canvas: &mut Canvas, place: Rect) {
    for (hertz, label) in [
        (50.0, "50"),
        (100.0, "100"),
        (200.0, "200"),
        (500.0, "500"),
        (1_000.0, "1 k"),
        (2_000.0, "2 k"),
        (5_000.0, "5 k"),
        (10_000.0, "10 k"),
        (20_000.0, "20 kHz"),
    ] {
        let share = (HIGHEST / hertz as f64).ln() / (HIGHEST / LOWEST).ln();
        let y = place.top + (share * place.height as f64) as usize;
        canvas.row(y, place.left - 6, place.left, INK);
        (place.left..place.right()).step_by(8).for_each(|x| canvas.dot(x, y, GRID));
        canvas.text(place.left - 10 - text_width(label, 2), y.saturating_sub(7), 2, label, INK);
    }
    for row in 0..place.height {
        let colour = heat(1.0 - row as f32 / place.height as f32);
        canvas.row(place.top + row, place.right() + 14, place.right() + 28, colour);
    }
    for (part, label) in [(0, "0 dB"), (1, "-50"), (2, "-100")] {
        let y = place.top + part * (place.height - 14) / 2;
        canvas.text(place.right() + 34, y, 2, label, INK);
    }
}

/// Levels of one window length.
struct Spectrum {
    transform: std::sync::Arc<dyn realfft::RealToComplex<f32>>,
    window: Vec<f32>,
    input: Vec<f32>,
    output: Vec<realfft::num_complex::Complex<f32>>,
    levels: Vec<f32>,
}

impl Spectrum {
    fn new(length: usize) -> Spectrum {
        let transform = RealFftPlanner::new().plan_fft_forward(length);
        let turn = |frame: usize| frame as f32 / length as f32 * std::f32::consts::TAU;
        // Hann; scaled so that a sine at full scale has level 1.
        let window = (0..length).map(|frame| (0.5 - 0.5 * turn(frame).cos()) * 4.0 / length as f32).collect();
        Spectrum {
            window,
            input: transform.make_input_vec(),
            output: transform.make_output_vec(),
            levels: vec![0.0; length / 2 + 1],
            transform,
        }
    }

    /// Levels around a frame; the sound is silent before and after itself.
    fn at(&mut self, sound: &[f32], centre: usize) -> &[f32] {
        let half = self.window.len() / 2;
        for (offset, (value, weight)) in self.input.iter_mut().zip(&self.window).enumerate() {
            let frame = (centre + offset).checked_sub(half);
            *value = frame.and_then(|frame| sound.get(frame)).copied().unwrap_or(0.0) * weight;
        }
        // The buffers came from the transform itself: their lengths fit.
        if self.transform.process(&mut self.input, &mut self.output).is_ok() {
            for (level, bin) in self.levels.iter_mut().zip(&self.output) {
                *level = bin.norm();
            }
        }
        &self.levels
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Level in the row around `wanted` hertz and a third of an octave above it, for a sine at `hertz`.
    fn levels(hertz: f64, wanted: f64) -> [f32; 2] {
        let (rate, length) = (48_000.0, 8_192);
        let sine = |frame: usize| (frame as f64 * hertz / rate * std::f64::consts::TAU).sin() as f32;
        let sound: Vec<f32> = (0..length * 2).map(sine).collect();
        let mut spectrum = Spectrum::new(length);
        let levels = spectrum.at(&sound, length);
        [1.0, 1.26].map(|ratio| {
            strongest(levels, wanted * ratio / 1.01, wanted * ratio * 1.01, rate / length as f64)
        })
    }

    #[test]
    fn a_sine_is_bright_at_its_own_row_only() {
        for hertz in [110.0, 1_000.0, 9_000.0] {
            let [own, above] = levels(hertz, hertz);
            assert!((0.7..1.05).contains(&own), "{hertz} Hz: level {own}");
            assert!(above < 0.02, "{hertz} Hz: level {above} a third of an octave above");
        }
    }
}
