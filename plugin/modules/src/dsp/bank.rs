//! Sixteen delay lines side by side, two groups of lanes: what reverberation is made of.

use super::guard::flushed;
use super::whole;
use crate::group::{Group, LANES};

/// Lines of a bank.
pub const LINES: usize = 2 * LANES;

/// Frames around an instant that a reading between frames takes in.
const TAPS: usize = 4;

/// One frame of all lines.
pub type Frame = [Group; 2];

/// The past of sixteen signals.
#[derive(Debug)]
pub struct Bank {
    /// A ring of `mask + 1` frames per line; its first `TAPS` frames stand behind it again, so that every
    /// reading is in one piece.
    rings: Box<[f32]>,
    mask: usize,
    /// Place of the frame to be pushed next; within `mask`.
    next: usize,
    /// Frames pushed since the reset, at most `mask + 1`; what is older reads as silence.
    filled: usize,
}

impl Bank {
    /// Silent lines for ages up to `longest` frames.
    pub fn new(longest: f64) -> Bank {
        let length = (longest as usize + TAPS).next_power_of_two();
        Bank { rings: vec![0.0; LINES * (length + TAPS)].into(), mask: length - 1, next: 0, filled: 0 }
    }

    /// Forgets everything, at no cost.
    pub fn reset(&mut self) {
        self.next = 0;
        self.filled = 0;
    }

    /// Takes the current frame in.
    #[inline(always)]
    pub fn push(&mut self, frame: Frame) {
        let frame = [whole(frame[0].map(flushed)), whole(frame[1].map(flushed))];
        self.put(self.next, &frame);
        if self.next < TAPS {
            self.put(self.mask + 1 + self.next, &frame);
        }
        self.next = (self.next + 1) & self.mask;
        self.filled = (self.filled + 1).min(self.mask + 1);
    }

    #[inline(always)]
    fn put(&mut self, place: usize, frame: &Frame) {
        let stride = self.mask + 1 + TAPS;
        for line in 0..LINES {
            self.rings[line * stride + place] = frame[line / LANES][line % LANES];
        }
    }

    /// What each line was given `ages` frames before the frame to be pushed next: 1 is the last one pushed.
    #[inline(always)]
    pub fn read(&self, ages: &[u32; LINES]) -> Frame {
        let stride = self.mask + 1 + TAPS;
        let mut frame = [Group::ZERO; 2];
        for line in 0..LINES {
            let place = self.next.wrapping_sub(ages[line] as usize) & self.mask;
            frame[line / LANES][line % LANES] = self.rings[line * stride + place];
        }
        if self.filled <= self.mask {
            for line in 0..LINES {
                if ages[line] as usize > self.filled {
                    frame[line / LANES][line % LANES] = 0.0;
                }
            }
        }
        frame
    }

    /// The same between frames: `ages` (2 or more) and a `fraction` 0…1 on top, through the cubic of four
    /// frames (Lagrange).
    #[inline(always)]
    pub fn read_between(&self, ages: &[u32; LINES], fraction: Frame) -> Frame {
        let stride = self.mask + 1 + TAPS;
        // From the oldest tap to the newest.
        let mut taps = [[Group::ZERO; TAPS]; 2];
        for line in 0..LINES {
            let oldest = ages[line] as usize + 2;
            let start = line * stride + (self.next.wrapping_sub(oldest) & self.mask);
            let window = &self.rings[start..start + TAPS];
            for tap in 0..TAPS {
                taps[line / LANES][tap][line % LANES] = window[tap];
            }
        }
        if self.filled <= self.mask {
            for line in 0..LINES {
                let stale = (ages[line] as usize + 2).saturating_sub(self.filled).min(TAPS);
                for tap in &mut taps[line / LANES][..stale] {
                    tap[line % LANES] = 0.0;
                }
            }
        }
        [cubic(&taps[0], fraction[0]), cubic(&taps[1], fraction[1])]
    }
}

/// The cubic through `taps` at `t` of the way from the third to the second.
#[inline(always)]
fn cubic(taps: &[Group; TAPS], t: Group) -> Group {
    let one = Group::splat(1.0);
    let (above, below, beyond) = (t + one, t - one, t - one - one);
    let outer = t * below * (1.0 / 6.0);
    let inner = above * beyond * 0.5;
    taps[0] * (outer * above) - taps[1] * (inner * t) + taps[2] * (inner * below) - taps[3] * (outer * beyond)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(value: impl Fn(usize) -> f32) -> Frame {
        [0, 1].map(|half| Group::from_fn(|lane| value(half * LANES + lane)))
    }

    #[test]
    fn a_line_gives_back_what_a_cubic_is_made_of() {
        let mut bank = Bank::new(60.0);
        let curve = |line: usize, x: f64| {
            ((x - 100.0) * 0.01 * line as f64 + (x - 110.0) * (x - 90.0) * 0.001) as f32
        };
        for n in 0..200 {
            let age = |line: usize| 2 + line as u32 * 3;
            let ages = std::array::from_fn(age);
            let fraction = |line: usize| line as f32 / LINES as f32;
            let (whole, between) = (bank.read(&ages), bank.read_between(&ages, frame(fraction)));
            for line in 0..LINES {
                let at = f64::from(n) - f64::from(age(line));
                let (half, lane) = (line / LANES, line % LANES);
                let truth = if at < 0.0 { 0.0 } else { curve(line, at) };
                assert_eq!(whole[half][lane], truth);
                let truth = curve(line, at - f64::from(fraction(line)));
                assert!(at < 2.0 || (between[half][lane] - truth).abs() < 1e-4, "frame {n} line {line}");
            }
            bank.push(frame(|line| curve(line, f64::from(n))));
        }
    }

    #[test]
    fn a_reset_bank_is_a_fresh_one() {
        let (mut used, mut fresh) = (Bank::new(60.0), Bank::new(60.0));
        (0..99).for_each(|n| used.push(frame(|line| (n * line + 1) as f32)));
        used.reset();
        for n in 0..150 {
            let ages = std::array::from_fn(|line| 2 + line as u32 * 3);
            let fraction = frame(|line| line as f32 / 16.0);
            assert_eq!(used.read(&ages), fresh.read(&ages));
            assert_eq!(used.read_between(&ages, fraction), fresh.read_between(&ages, fraction));
            used.push(frame(|line| (n + line) as f32));
            fresh.push(frame(|line| (n + line) as f32));
        }
    }
}
