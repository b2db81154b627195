//! Triggers: short pulses that a gate input sees as one edge each.

use crate::group::{Group, LANES, LaneMask};

/// Seconds of a pulse, the field's habit.
const PULSE_SECONDS: f32 = 0.001;

/// A pulse of 10 V for 1 ms per lane. One that begins while the lane's last still stands shows a frame of
/// 0 V first, so that each has its edge.
#[derive(Clone, Copy, Debug)]
pub struct Pulse {
    length: f32,
    /// Frames to go; whole numbers.
    left: Group,
    /// 0 on lanes that show a frame of 0 V now, else 10.
    height: Group,
    /// What was put out last, V.
    last: Group,
}

impl Pulse {
    /// No pulse.
    pub fn new(sample_rate: f32) -> Pulse {
        Pulse {
            length: (PULSE_SECONDS * sample_rate + 0.5).floor().max(1.0),
            left: Group::ZERO,
            height: Group::splat(10.0),
            last: Group::ZERO,
        }
    }

    /// Begins a pulse on the frame to come.
    pub fn start(&mut self, lane: usize) {
        let stands = self.last[lane] > 0.0;
        self.height[lane] = if stands { 0.0 } else { 10.0 };
        self.left[lane] = if stands { self.length + 1.0 } else { self.length };
    }

    /// Whether there is no pulse: moving on changes nothing.
    #[inline(always)]
    pub fn rests(&self) -> bool {
        self.left == Group::ZERO && self.last == Group::ZERO && self.height == Group::splat(10.0)
    }

    /// The voltage of this frame; moves on by a frame.
    #[inline(always)]
    pub fn tick(&mut self) -> Group {
        self.last = self.left.zip(self.height, |left, height| if left > 0.0 { height } else { 0.0 });
        self.left = (self.left - Group::splat(1.0)).max(Group::ZERO);
        self.height = Group::splat(10.0);
        self.last
    }

    /// Ends the pulses of these lanes.
    pub fn reset(&mut self, lanes: LaneMask) {
        for lane in (0..LANES).filter(|&lane| lanes.has(lane)) {
            (self.left[lane], self.height[lane], self.last[lane]) = (0.0, 10.0, 0.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pulse_has_its_edge() {
        let mut pulse = Pulse::new(4_000.0);
        let seen: Vec<f32> = (0..14)
            .map(|frame| {
                if [1, 3, 8].contains(&frame) {
                    pulse.start(5);
                }
                pulse.tick()[5] / 10.0
            })
            .collect();
        assert_eq!(seen, [0., 1., 1., 0., 1., 1., 1., 1., 0., 1., 1., 1., 1., 0.]);
    }
}
