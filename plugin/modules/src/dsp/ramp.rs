//! Straight ramps that land exactly: glides and smoothed controllers.

use crate::group::{Group, LANES, LaneMask};

/// One value per lane on its way to a target, in a given number of frames.
///
/// Computed from the frames that are left, not summed up: no drift, and the last frame is the target's bits.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ramp {
    target: Group,
    /// Distance from the target per frame that is left.
    slope: Group,
    /// Frames to go; whole numbers.
    left: Group,
}

impl Ramp {
    /// The value of this frame.
    #[inline(always)]
    pub fn value(&self) -> Group {
        self.target + self.left * self.slope
    }

    /// Whether every lane is at its target: moving on changes nothing.
    #[inline(always)]
    pub fn rests(&self) -> bool {
        self.left == Group::ZERO
    }

    /// Moves on by a frame.
    #[inline(always)]
    pub fn advance(&mut self) {
        self.left = self.left.map(|left| if left > 1.0 { left - 1.0 } else { 0.0 });
    }

    /// Sends a lane to `target`, to be there `frames` (a whole number) after this one; 0 jumps.
    pub fn aim(&mut self, lane: usize, target: f32, frames: f32) {
        if target.to_bits() == self.target[lane].to_bits() && frames > 0.0 {
            return;
        }
        let from = self.target[lane] + self.left[lane] * self.slope[lane];
        self.target[lane] = target;
        self.left[lane] = frames;
        self.slope[lane] = if frames > 0.0 { (from - target) / frames } else { 0.0 };
    }

    /// Puts a lane on its target at once.
    pub fn land(&mut self, lane: usize) {
        self.left[lane] = 0.0;
    }

    /// These lanes stand at 0.
    pub fn reset(&mut self, lanes: LaneMask) {
        for lane in (0..LANES).filter(|&lane| lanes.has(lane)) {
            (self.target[lane], self.slope[lane], self.left[lane]) = (0.0, 0.0, 0.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lands_on_the_frame() {
        let mut ramp = Ramp::default();
        ramp.aim(2, 0.3, 3.0);
        let seen: Vec<f32> = (0..5)
            .map(|_| {
                let value = ramp.value()[2];
                ramp.advance();
                value
            })
            .collect();
        assert!((seen[0]).abs() < 1e-7 && (seen[1] - 0.1).abs() < 1e-7 && (seen[2] - 0.2).abs() < 1e-7);
        assert_eq!((seen[3], seen[4], ramp.value()[1]), (0.3, 0.3, 0.0));
    }
}
