//! Gates and triggers going out: 10 V for a number of frames.

/// Frames of a trigger, 1 ms.
pub fn trigger_frames(sample_rate: f32) -> u32 {
    ((sample_rate * 0.001 + 0.5) as u32).max(1)
}

/// One gate output.
#[derive(Clone, Copy, Debug, Default)]
pub struct Trigger {
    /// High frames to come.
    left: u32,
    /// Whether the last frame was high.
    high: bool,
    /// Whether a low frame must come first.
    gap: bool,
}

impl Trigger {
    /// Goes high for this many frames, at least one. While still high it falls for one frame first, so that
    /// whoever listens sees every pulse.
    #[inline(always)]
    pub fn fire(&mut self, frames: u32) {
        self.left = frames.max(1);
        self.gap = self.high;
    }

    /// Falls at once.
    #[inline(always)]
    pub fn cut(&mut self) {
        self.left = 0;
        self.gap = false;
    }

    /// The next frame, 0 or 10 V.
    #[inline(always)]
    pub fn next_volts(&mut self) -> f32 {
        self.high = self.left > 0 && !self.gap;
        self.gap = false;
        if !self.high {
            return 0.0;
        }
        self.left -= 1;
        10.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_trigger_has_an_edge() {
        let mut pulse = Trigger::default();
        let volts: Vec<f32> = (0..9)
            .map(|frame| {
                if [1, 3, 6].contains(&frame) {
                    pulse.fire(2);
                }
                pulse.next_volts()
            })
            .collect();
        assert_eq!(volts, [0.0, 10.0, 10.0, 0.0, 10.0, 10.0, 0.0, 10.0, 10.0]);
    }
}
