//! A wave on its way out: the plain wave, delayed, and the residuals that take its aliases out.

use super::blep::{DELAY, Residuals, TAPS};
use crate::group::{Group, LANES, LaneMask};

/// Sums of the frames to come. Per frame: [`bend`](Tail::bend) for what happened, then
/// [`pass`](Tail::pass).
#[derive(Clone, Debug)]
pub struct Tail {
    /// The frame at the caller's place leaves next; the others follow.
    frames: [Group; TAPS],
    /// Whether all frames are 0.
    empty: bool,
}

impl Tail {
    /// Nothing on its way.
    pub fn silent() -> Tail {
        Tail { frames: [Group::ZERO; TAPS], empty: true }
    }

    /// Forgets what is on its way.
    pub fn clear(&mut self) {
        if !self.empty {
            *self = Tail::silent();
        }
    }

    /// Forgets it on some lanes.
    pub fn reset(&mut self, lanes: LaneMask) {
        for frame in &mut self.frames {
            *frame = Group::ZERO.select(*frame, lanes);
        }
    }

    /// On one lane the wave jumps by `jump` and its slope changes by `bend` per frame, at time `at` (0…1)
    /// between the frame before and this one. `place` counts frames.
    #[inline(never)]
    pub fn bend(&mut self, residuals: &Residuals, place: usize, lane: usize, at: f32, jump: f32, bend: f32) {
        let taps = residuals.at(at, jump, bend);
        let lane = lane % LANES;
        for (ahead, tap) in taps.iter().enumerate() {
            self.frames[(place + ahead) % TAPS].0[lane] += tap;
        }
    }

    /// Takes the plain wave's frame in and lets the frame out that came in [`DELAY`] frames ago.
    #[inline(always)]
    pub fn pass(&mut self, place: usize, plain: Group) -> Group {
        self.empty = false;
        self.frames[(place + DELAY) % TAPS] += plain;
        std::mem::take(&mut self.frames[place % TAPS])
    }
}
