//! The simplest lowpass: one pole, 6 dB per octave.

use std::f32::consts::{LOG2_E, TAU};

use super::guard::flushed;
use super::math;

/// One signal's low part.
#[derive(Clone, Copy, Debug, Default)]
pub struct OnePole {
    low: f32,
    /// Share of the new in each frame's low part.
    share: f32,
}

impl OnePole {
    /// Silent, with its corner at some cycles per frame.
    pub fn new(corner: f32) -> OnePole {
        let mut pole = OnePole::default();
        pole.tune(corner);
        pole
    }

    /// Moves the corner, in cycles per frame.
    #[inline(always)]
    pub fn tune(&mut self, corner: f32) {
        self.share = OnePole::share(corner);
    }

    /// Share of the new in each frame's low part, for a corner in cycles per frame.
    #[inline(always)]
    pub fn share(corner: f32) -> f32 {
        1.0 - math::exp2(-TAU * LOG2_E * corner)
    }

    /// Forgets what it heard.
    pub fn reset(&mut self) {
        self.low = 0.0;
    }

    /// Takes a frame in; gives the low part.
    #[inline(always)]
    pub fn tick(&mut self, x: f32) -> f32 {
        self.low = flushed(self.low + (x - self.low) * self.share);
        self.low
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settles_by_one_neper_in_its_time_constant() {
        let mut pole = OnePole::new(0.001);
        let level = (0..159).fold(0.0, |_, _| pole.tick(1.0));
        assert!((level - (1.0 - 1.0 / std::f32::consts::E)).abs() < 2e-3, "{level}");
    }
}
