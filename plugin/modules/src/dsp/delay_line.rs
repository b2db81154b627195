//! A delay line that can be read anywhere between its frames.

use super::guard::flushed;
use super::sinc::{BEFORE, Sinc, TAPS};

/// The past of one signal.
#[derive(Debug)]
pub struct DelayLine {
    /// `capacity` frames in a ring; its first `TAPS` frames stand behind it again, so that every window is in
    /// one piece.
    ring: Box<[f32]>,
    capacity: usize,
    /// Place of the frame to be pushed next; below `capacity`.
    next: usize,
    /// Frames pushed since the reset, at most `capacity`; what is older reads as silence.
    filled: usize,
    sinc: &'static Sinc,
}

impl DelayLine {
    /// Least delay that can be read, in frames: the taps that follow the instant must have been pushed.
    pub const SHORTEST: f64 = BEFORE as f64 + 1.0;

    /// A silent line for delays up to `longest` frames.
    pub fn new(longest: f64) -> DelayLine {
        let capacity = longest.max(DelayLine::SHORTEST) as usize + TAPS;
        let ring = vec![0.0; capacity + TAPS].into();
        DelayLine { ring, capacity, next: 0, filled: 0, sinc: Sinc::shared() }
    }

    /// Forgets everything, at no cost.
    pub fn reset(&mut self) {
        self.next = 0;
        self.filled = 0;
    }

    /// Takes the current frame in.
    #[inline(always)]
    pub fn push(&mut self, value: f32) {
        let value = flushed(value);
        self.ring[self.next] = value;
        if self.next < TAPS {
            self.ring[self.capacity + self.next] = value;
        }
        self.next = if self.next + 1 < self.capacity { self.next + 1 } else { 0 };
        self.filled = (self.filled + 1).min(self.capacity);
    }

    /// The signal `delay` frames before the frame to be pushed next; held within what the line can give.
    #[inline(always)]
    pub fn read(&self, delay: f64) -> f32 {
        let longest = (self.capacity - TAPS) as f64;
        let delay = if delay > DelayLine::SHORTEST { delay } else { DelayLine::SHORTEST };
        let delay = if delay < longest { delay } else { longest };
        let floor = delay as usize;
        let behind = floor + usize::from(floor as f64 != delay);
        let fraction = behind as f64 - delay;
        let oldest = behind + BEFORE - 1;
        let start = self.next + self.capacity - oldest;
        let start = if start >= self.capacity { start - self.capacity } else { start };
        let Some(window) = self.ring[start..].first_chunk::<TAPS>() else { return 0.0 };
        if oldest <= self.filled {
            return self.sinc.read(window, fraction);
        }
        let mut young = *window;
        young[..(oldest - self.filled).min(TAPS)].fill(0.0);
        self.sinc.read(&young, fraction)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_delay_gives_the_frame_back_all_around_the_ring() {
        let mut line = DelayLine::new(100.0);
        for frame in 0..1_000 {
            let delay = 17 + frame % 84;
            let truth = if frame >= delay { (frame - delay) as f32 } else { 0.0 };
            assert!((line.read(delay as f64) - truth).abs() <= truth * 1e-6, "frame {frame} delay {delay}");
            line.push(frame as f32);
        }
    }

    #[test]
    fn a_reset_line_is_a_fresh_one() {
        let (mut used, mut fresh) = (DelayLine::new(300.0), DelayLine::new(300.0));
        (0..777).for_each(|frame| used.push(frame as f32));
        used.reset();
        for frame in 0..700 {
            let delay = 17.0 + f64::from(frame % 300) * 0.97;
            assert_eq!(used.read(delay).to_bits(), fresh.read(delay).to_bits());
            used.push(frame as f32);
            fresh.push(frame as f32);
        }
    }
}
