//! Pixels.

use super::font;

/// A picture in red, green and blue.
pub struct Canvas {
    width: usize,
    bytes: Vec<u8>,
}

/// A part of the picture, in pixels.
#[derive(Clone, Copy, Debug)]
pub struct Rect {
    pub left: usize,
    pub top: usize,
    pub width: usize,
    pub height: usize,
}

impl Rect {
    pub fn right(self) -> usize {
        self.left + self.width
    }

    pub fn bottom(self) -> usize {
        self.top + self.height
    }
}

/// Pixels that a text takes.
pub fn text_width(text: &str, scale: usize) -> usize {
    text.chars().count() * font::ADVANCE * scale
}

impl Canvas {
    pub fn new(size: [usize; 2], colour: [u8; 3]) -> Canvas {
        Canvas { width: size[0], bytes: colour.repeat(size[0] * size[1]) }
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Colours a pixel; one outside is left out.
    pub fn dot(&mut self, x: usize, y: usize, colour: [u8; 3]) {
        let place = (y * self.width + x) * 3;
        if x < self.width && place + 3 <= self.bytes.len() {
            self.bytes[place..place + 3].copy_from_slice(&colour);
        }
    }

    /// A line down from `top` to before `bottom`.
    pub fn column(&mut self, x: usize, top: usize, bottom: usize, colour: [u8; 3]) {
        (top..bottom).for_each(|y| self.dot(x, y, colour));
    }

    /// A line from `left` to before `right`.
    pub fn row(&mut self, y: usize, left: usize, right: usize, colour: [u8; 3]) {
        (left..right).for_each(|x| self.dot(x, y, colour));
    }

    /// Text with its upper left corner at `left`, `top`.
    pub fn text(&mut self, left: usize, top: usize, scale: usize, text: &str, colour: [u8; 3]) {
        for (place, letter) in text.chars().enumerate() {
            for (row, bits) in font::glyph(letter).into_iter().enumerate() {
                for column in (0..font::WIDTH).filter(|column| bits >> (font::WIDTH - 1 - column) & 1 == 1) {
                    let x = left + (place * font::ADVANCE + column) * scale;
                    let y = top + row * scale;
                    for step in 0..scale {
                        self.row(y + step, x, x + scale, colour);
                    }
                }
            }
        }
    }
}
