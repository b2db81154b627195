//! Measures a clock: the time between its last two pulses.

/// One clock under measurement.
#[derive(Clone, Copy, Debug, Default)]
pub struct Period {
    /// Frames since the last pulse, if there was one.
    since: Option<u32>,
    frames: Option<u32>,
}

impl Period {
    /// Takes one frame in, with or without the rise of a pulse.
    #[inline(always)]
    pub fn take(&mut self, pulse: bool) {
        let since = self.since.map(|frames| frames.saturating_add(1));
        if pulse {
            self.frames = since.or(self.frames);
            self.since = Some(0);
        } else {
            self.since = since;
        }
    }

    /// Frames between the last two pulses, at least 1; `None` before the second.
    #[inline(always)]
    pub fn frames(&self) -> Option<u32> {
        self.frames
    }

    /// The clock starts anew: the pause before its next pulse is no measure.
    pub fn pause(&mut self) {
        self.since = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_pulses_but_not_pauses() {
        let mut period = Period::default();
        let mut seen = Vec::new();
        for frame in 0..100 {
            if frame == 50 {
                period.pause();
            }
            period.take([3, 13, 20, 90].contains(&frame));
            seen.push(period.frames());
        }
        assert_eq!([seen[12], seen[13], seen[20], seen[99]], [None, Some(10), Some(7), Some(7)]);
    }
}
