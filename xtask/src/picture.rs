//! A sound as a picture: its waveform, and below it a spectrogram with a logarithmic frequency axis.

mod canvas;
mod colours;
mod font;
mod spectrogram;
mod waveform;

use std::path::Path;

use anyhow::{Context, Result};

use crate::wav::Sound;
use canvas::{Canvas, Rect};

const SIZE: [usize; 2] = [1_600, 960];
const WAVE: Rect = Rect { left: 96, top: 72, width: 1_400, height: 220 };
const SPECTRUM: Rect = Rect { left: 96, top: 332, width: 1_400, height: 560 };
const BACK: [u8; 3] = [16, 17, 22];
const INK: [u8; 3] = [198, 202, 214];
const GRID: [u8; 3] = [58, 61, 74];

/// Draws the sound into a PNG file.
pub fn draw(sound: &Sound, title: &str, path: &Path) -> Result<()> {
    let mut canvas = Canvas::new(SIZE, BACK);
    canvas.text(WAVE.left, 26, 3, title, INK);
    let facts = format!("{:.1} s  {:.1} kHz  stereo  24 bit", sound.length(), sound.rate / 1_000.0);
    canvas.text(WAVE.right() - canvas::text_width(&facts, 2), 30, 2, &facts, INK);
    waveform::draw(&mut canvas, WAVE, sound);
    spectrogram::draw(&mut canvas, SPECTRUM, sound);
    time_axis(&mut canvas, sound.length());
    write(&canvas, path).with_context(|| format!("{} cannot be written", path.display()))
}

/// Seconds below both pictures, in round steps.
fn time_axis(canvas: &mut Canvas, length: f64) {
    let steps = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0];
    let step = steps.into_iter().find(|step| length / step <= 16.0).unwrap_or(1_200.0);
    for number in 0..=(length / step) as usize {
        let seconds = number as f64 * step;
        let x = WAVE.left + (seconds / length * (WAVE.width - 1) as f64) as usize;
        canvas.column(x, WAVE.bottom(), WAVE.bottom() + 6, INK);
        canvas.column(x, SPECTRUM.bottom(), SPECTRUM.bottom() + 6, INK);
        let label = if step < 1.0 { format!("{seconds:.1} s") } else { format!("{seconds:.0} s") };
        let left = x.saturating_sub(canvas::text_width(&label, 2) / 2);
        canvas.text(left, SPECTRUM.bottom() + 14, 2, &label, INK);
    }
}

fn write(canvas: &Canvas, path: &Path) -> Result<()> {
    let file = std::io::BufWriter::new(std::fs::File::create(path)?);
    let mut encoder = png::Encoder::new(file, SIZE[0] as u32, SIZE[1] as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    Ok(encoder.write_header()?.write_image_data(canvas.bytes())?)
}
