//! The waveform: peaks, and brighter within them the power.

use super::canvas::{Canvas, Rect};
use super::{GRID, INK};
use crate::wav::Sound;

const PEAK: [u8; 3] = [74, 120, 168];
const POWER: [u8; 3] = [138, 200, 240];

/// Draws both sides, the left one above the right one.
pub fn draw(canvas: &mut Canvas, place: Rect, sound: &Sound) {
    let height = place.height / 2;
    for (number, side) in sound.sides.iter().enumerate() {
        let top = place.top + number * height;
        let middle = top + height / 2;
        canvas.row(middle, place.left, place.right(), GRID);
        for x in 0..place.width {
            let from = side.len() * x / place.width;
            let to = (side.len() * (x + 1) / place.width).max(from + 1).min(side.len());
            let Some(part) = side.get(from..to).filter(|part| !part.is_empty()) else { continue };
            let reach = (height / 2 - 3) as f32;
            let down = |value: f32| (middle as f32 - value.clamp(-1.0, 1.0) * reach).round() as usize;
            let highest = part.iter().copied().fold(0.0, f32::max);
            let lowest = part.iter().copied().fold(0.0, f32::min);
            canvas.column(place.left + x, down(highest), down(lowest) + 1, PEAK);
            let power = (part.iter().map(|value| value * value).sum::<f32>() / part.len() as f32).sqrt();
            canvas.column(place.left + x, down(power), down(-power) + 1, POWER);
        }
        canvas.text(place.left - 30, middle - 7, 2, ["L", "R"][number], INK);
    }
    for y in [place.top, place.top + height, place.bottom()] {
        canvas.row(y, place.left, place.right(), GRID);
    }
}
