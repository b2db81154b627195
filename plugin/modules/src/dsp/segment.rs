//! Segments of envelopes: curves that take an exact number of frames.
//!
//! Each lane runs through g(t) = (e^(−bt) − e^(−b)) / (1 − e^(−b)), t = 0…1, from 1 down to 0: a straight line
//! for bend b near 0, a capacitor's discharge for b > 0, the same curve from its other end for b < 0. As an
//! analog envelope it is one multiplication and one addition per frame; unlike one it is ended by counting.

use crate::group::{Group, LANES};

/// Bends less than this are straight for every purpose; below, nothing but rounding would be left.
const LEAST_BEND: f64 = 1e-4;

/// One segment per lane.
#[derive(Clone, Copy, Debug)]
pub struct Segments {
    /// g, as f64: a minute's worth of small steps must not drift.
    share: [f64; LANES],
    /// The next share is `share · factor + addend`.
    factor: [f64; LANES],
    addend: [f64; LANES],
    /// Frames to go; infinite on lanes that rest. A fraction only while the length moves.
    left: [f64; LANES],
    /// Frames of the whole segment.
    length: [f64; LANES],
    bend: [f64; LANES],
    /// The least of `left`.
    soonest: f64,
}

impl Default for Segments {
    /// All lanes rest.
    fn default() -> Segments {
        Segments {
            share: [0.0; LANES],
            factor: [1.0; LANES],
            addend: [0.0; LANES],
            left: [f64::INFINITY; LANES],
            length: [1.0; LANES],
            bend: [LEAST_BEND; LANES],
            soonest: f64::INFINITY,
        }
    }
}

impl Segments {
    /// The shares of this frame: 1 at a segment's start, 0 from its end on.
    #[inline(always)]
    pub fn share(&self) -> Group {
        Group::from_fn(|lane| self.share[lane] as f32)
    }

    /// Moves on by a frame.
    #[inline(always)]
    pub fn advance(&mut self) {
        for lane in 0..LANES {
            self.share[lane] = self.share[lane] * self.factor[lane] + self.addend[lane];
            self.left[lane] -= 1.0;
        }
        self.soonest -= 1.0;
    }

    /// Whether all lanes rest: moving on changes nothing.
    #[inline(always)]
    pub fn rests(&self) -> bool {
        self.soonest == f64::INFINITY
    }

    /// Whether any lane's segment ends on this frame.
    #[inline(always)]
    pub fn is_due(&self) -> bool {
        self.soonest < 0.5
    }

    /// Frames from this on, at least one and at most `most`, until a segment ends.
    #[inline(always)]
    pub fn still_frames(&self, most: usize) -> usize {
        // A frame count beyond the range of integers, or infinite, is cut to it.
        ((self.soonest + 0.5) as usize).clamp(1, most)
    }

    /// Whether this lane's segment ends on this frame.
    pub fn has_ended(&self, lane: usize) -> bool {
        self.left[lane] < 0.5
    }

    /// Begins a segment that ends `frames` (a whole number) after this frame.
    pub fn start(&mut self, lane: usize, frames: f32, bend: f32) {
        self.share[lane] = 1.0;
        self.length[lane] = f64::from(frames);
        self.left[lane] = self.length[lane];
        self.bend[lane] = sound(bend);
        let (factor, addend) = step(1.0, self.length[lane], self.length[lane], self.bend[lane]);
        (self.factor[lane], self.addend[lane]) = (factor, addend);
        self.find_soonest();
    }

    /// The lane stands at share 0.
    pub fn rest(&mut self, lane: usize) {
        self.share[lane] = 0.0;
        self.factor[lane] = 1.0;
        self.addend[lane] = 0.0;
        self.left[lane] = f64::INFINITY;
        self.find_soonest();
    }

    /// Follows knobs: what is left of a segment stretches with its length, and ends where it was to end.
    #[inline(always)]
    pub fn follow(&mut self, frames: Group, bend: Group) {
        let mut moved = false;
        for lane in 0..LANES {
            let runs = self.left[lane] < f64::INFINITY;
            let (frames, bend) = (f64::from(frames[lane]), sound(bend[lane]));
            moved |= runs & ((frames != self.length[lane]) | (bend != self.bend[lane]));
        }
        if moved {
            self.stretch(frames, bend);
        }
    }

    #[inline(always)]
    fn stretch(&mut self, frames: Group, bend: Group) {
        for lane in 0..LANES {
            let (frames, bend) = (f64::from(frames[lane]), sound(bend[lane]));
            let runs = self.left[lane] < f64::INFINITY;
            let moves = runs & ((frames != self.length[lane]) | (bend != self.bend[lane]));
            // A lane that rests must give numbers as well; they are not taken.
            let left = if runs { self.left[lane] } else { 1.0 };
            let left = left * frames / self.length[lane];
            let (factor, addend) = step(self.share[lane], left, frames, bend);
            self.factor[lane] = if moves { factor } else { self.factor[lane] };
            self.addend[lane] = if moves { addend } else { self.addend[lane] };
            self.left[lane] = if moves { left } else { self.left[lane] };
            self.length[lane] = if moves { frames } else { self.length[lane] };
            self.bend[lane] = if moves { bend } else { self.bend[lane] };
        }
        self.find_soonest();
    }

    #[inline(always)]
    fn find_soonest(&mut self) {
        self.soonest =
            self.left.iter().fold(f64::INFINITY, |least, &left| if left < least { left } else { least });
    }
}

#[inline(always)]
fn sound(bend: f32) -> f64 {
    let bend = f64::from(bend);
    if bend.abs() < LEAST_BEND { LEAST_BEND } else { bend }
}

/// Factor and addend that take `share` to 0 in `left` of a segment's `length` frames.
#[inline(always)]
fn step(share: f64, left: f64, length: f64, bend: f64) -> (f64, f64) {
    let left = if left > 0.5 { left } else { 0.5 };
    let (one, all) = (fallen(bend / length), fallen(bend * left / length));
    (1.0 - one, -share * one * (1.0 - all) / all)
}

/// 1 − e^(−x) for |x| < 500, relative error below 1e-14 (down to the least x): Taylor series about the nearest
/// power of two.
#[inline(always)]
fn fallen(x: f64) -> f64 {
    /// 1.5·2⁵²: adding it rounds to a whole number in the low bits of the sum.
    const ROUND: f64 = 6_755_399_441_055_744.0;
    let shifted = ROUND - x * std::f64::consts::LOG2_E;
    let whole = shifted - ROUND;
    let r = -x - whole * std::f64::consts::LN_2;
    let mut series = 1.0;
    for order in (2..=13).rev() {
        series = 1.0 + series * r * (1.0 / f64::from(order));
    }
    let scale = f64::from_bits(1.0f64.to_bits().wrapping_add(shifted.to_bits() << 52));
    (1.0 - scale) - scale * (series * r)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponential_is_near_the_truth() {
        for n in -4_000..=4_000 {
            let x = f64::from(n) * 0.0025 + 1e-7;
            let truth = -libm::expm1(-x);
            assert!((fallen(x) / truth - 1.0).abs() < 1e-13, "{x}: {} {truth}", fallen(x));
        }
    }

    #[test]
    fn lands_by_itself_and_follows_its_length() {
        for (frames, bend) in [(24.0, 5.0), (1_000_000.0, 5.0), (1_000_000.0, 0.0), (100_000.0, -5.0)] {
            let mut segments = Segments::default();
            segments.start(3, frames, bend);
            let mut count = 0;
            while !segments.is_due() {
                segments.advance();
                count += 1;
            }
            assert_eq!(count as f32, frames);
            assert!(segments.share[3].abs() < 1e-9, "{frames} {bend}: {}", segments.share[3]);
            assert!(segments.has_ended(3) && !segments.has_ended(2));
        }
        let mut segments = Segments::default();
        segments.start(0, 100.0, 3.0);
        (0..50).for_each(|_| segments.advance());
        let before = segments.share[0];
        segments.follow(Group::splat(1_000.0), Group::splat(3.0));
        (0..500).for_each(|_| segments.advance());
        assert!(segments.is_due() && segments.share[0].abs() < 1e-12 && before > 0.1);
    }
}
