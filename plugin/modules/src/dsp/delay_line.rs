//! A delay line that can be read anywhere between its frames.

use super::RUN;
use super::guard::flushed;
use super::sinc::{self, BEFORE, Sinc, TAPS};
use super::sums::sums;
use crate::group::Group;
use crate::level::Simd;

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

/// Where a run of frames is read from a delay line, and how each is weighed; see [`sinc::place`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Places {
    /// Where each window begins in the ring.
    start: [u32; RUN],
    /// How many frames of it were pushed before the reset.
    stale: [u32; RUN],
    phase: [u32; RUN],
    beyond: [f32; RUN],
}

impl DelayLine {
    /// Least delay that can be read, in frames: the taps that follow the instant must have been pushed.
    pub const SHORTEST: f64 = BEFORE as f64 + 1.0;

    /// The same where a run of frames is read before it is pushed.
    pub const SHORTEST_OF_RUN: f64 = DelayLine::SHORTEST + (RUN - 1) as f64;

    /// A silent line for delays up to `longest` frames.
    pub fn new(longest: f64) -> DelayLine {
        let capacity = longest.max(DelayLine::SHORTEST_OF_RUN) as usize + TAPS;
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

    /// Takes the first `count` frames of a run in.
    #[inline(always)]
    pub fn push_run(&mut self, run: Group, count: usize) {
        let run = run.map(flushed);
        if count == RUN && self.next >= TAPS && self.next + RUN < self.capacity {
            self.ring[self.next..self.next + RUN].copy_from_slice(&run.0);
            self.next += RUN;
            self.filled = (self.filled + RUN).min(self.capacity);
            return;
        }
        run.0.into_iter().take(count).for_each(|value| self.push(value));
    }

    /// The signal `delays` frames before each of the next `count` frames, which are yet to be pushed; held within what
    /// the line can give then, whatever the count. What stands behind the count is anything.
    #[inline(always)]
    pub fn read_run<S: Simd>(&self, simd: S, delays: &[f64; RUN], count: usize) -> Group {
        self.read_from(simd, self.next, self.filled, DelayLine::SHORTEST_OF_RUN, delays, count)
    }

    /// Where [`DelayLine::read_run`] reads. Where several runs are read, it is faster to find all their places first.
    #[inline(always)]
    pub fn places(&self, delays: &[f64; RUN]) -> Places {
        self.places_from(self.next, self.filled, DelayLine::SHORTEST_OF_RUN, delays)
    }

    /// The signal at these places.
    #[inline(always)]
    pub fn read<S: Simd>(&self, simd: S, places: &Places, count: usize) -> Group {
        let (ring, sinc) = (&self.ring[..], self.sinc);
        let Places { start, stale, phase, beyond } = places;
        let mut products = [Group::ZERO; RUN];
        for ahead in 0..count.min(RUN) {
            let Some(window) = ring[start[ahead] as usize..].first_chunk::<TAPS>() else { continue };
            products[ahead] = sinc::weigh(window, &sinc.weights(simd, phase[ahead], beyond[ahead]));
        }
        if *stale != [0; RUN] {
            for ahead in 0..count.min(RUN) {
                let Some(window) = ring[start[ahead] as usize..].first_chunk::<TAPS>() else { continue };
                let window = young(window, stale[ahead] as usize);
                products[ahead] = sinc::weigh(&window, &sinc.weights(simd, phase[ahead], beyond[ahead]));
            }
        }
        sums(simd, &products)
    }

    /// The same for the `count` frames that were pushed last: the signal `delays` frames before the frame after each.
    #[inline(always)]
    pub fn read_pushed<S: Simd>(&self, simd: S, delays: &[f64; RUN], count: usize) -> Group {
        let next = self.next + self.capacity + 1 - count;
        let next = if next >= self.capacity { next - self.capacity } else { next };
        self.read_from(simd, next, self.filled + 1 - count, DelayLine::SHORTEST, delays, count)
    }

    /// The same where all delays are equal, so that one weighing serves all. Only where all windows are in one piece.
    #[inline(always)]
    fn read_at_rest<S: Simd>(
        &self,
        simd: S,
        next: usize,
        filled: usize,
        shortest: f64,
        delays: &[f64; RUN],
    ) -> Option<Group> {
        let mut moves = 0;
        for delay in delays {
            moves |= delay.to_bits() ^ delays[0].to_bits();
        }
        if moves != 0 {
            return None;
        }
        let (oldest, phase, beyond) = self.place(delays[0], shortest);
        let place = next + self.capacity - oldest as usize;
        let start = if place >= self.capacity { place - self.capacity } else { place };
        let window = self.ring[start..].first_chunk::<{ TAPS + RUN - 1 }>()?;
        if oldest as usize > filled {
            return None;
        }
        let weights = self.sinc.weights(simd, phase, beyond);
        let mut products = [Group::ZERO; RUN];
        for (ahead, products) in products.iter_mut().enumerate() {
            if let Some(taps) = window[ahead..].first_chunk() {
                *products = sinc::weigh(taps, &weights);
            }
        }
        Some(sums(simd, &products))
    }

    /// The oldest tap of a reading, in frames back, and how it is weighed.
    #[inline(always)]
    fn place(&self, delay: f64, shortest: f64) -> (u32, u32, f32) {
        let longest = (self.capacity - TAPS) as f64;
        let delay = if delay > shortest { delay } else { shortest };
        let delay = if delay < longest { delay } else { longest };
        let (behind, phase, beyond) = sinc::place(delay);
        (behind + (BEFORE as u32 - 1), phase, beyond)
    }

    /// Readings of a run whose first stands where `next` was to be pushed and `filled` frames were.
    #[inline(always)]
    fn read_from<S: Simd>(
        &self,
        simd: S,
        next: usize,
        filled: usize,
        shortest: f64,
        delays: &[f64; RUN],
        count: usize,
    ) -> Group {
        if let Some(frames) = self.read_at_rest(simd, next, filled, shortest, delays) {
            return frames;
        }
        self.read(simd, &self.places_from(next, filled, shortest, delays), count)
    }

    #[inline(always)]
    fn places_from(&self, next: usize, filled: usize, shortest: f64, delays: &[f64; RUN]) -> Places {
        let (next, filled, capacity) = (next as u32, filled as u32, self.capacity as u32);
        let mut places = Places::default();
        for (ahead, &delay) in delays.iter().enumerate() {
            let (oldest, phase, beyond) = self.place(delay, shortest);
            let place = next + ahead as u32 + capacity - oldest;
            places.start[ahead] = if place >= capacity { place - capacity } else { place };
            places.stale[ahead] = oldest.saturating_sub(filled + ahead as u32);
            places.phase[ahead] = phase;
            places.beyond[ahead] = beyond;
        }
        places
    }
}

/// A window whose first `stale` frames were pushed before the reset: silence.
#[inline(always)]
fn young(window: &[f32; TAPS], stale: usize) -> [f32; TAPS] {
    let mut young = *window;
    young[..stale.min(TAPS)].fill(0.0);
    young
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The signal `delay` frames before the end of its past.
    fn truth(past: &[f32], delay: f64, shortest: f64) -> f32 {
        let delay = delay.max(shortest);
        let oldest = delay.ceil() as usize + BEFORE - 1;
        let window = std::array::from_fn(|tap| {
            if oldest - tap <= past.len() { past[past.len() + tap - oldest] } else { 0.0 }
        });
        let (_, phase, beyond) = sinc::place(delay);
        sinc::weigh(&window, &Sinc::shared().weights(pulp::Scalar256b, phase, beyond)).sum()
    }

    /// Holds runs of all lengths to the truth.
    fn check(line: &mut DelayLine) {
        let (mut past, mut late): (Vec<f32>, _) = (Vec::new(), DelayLine::new(100.0));
        for count in (1..=RUN).cycle().take(400) {
            let delay = |ahead: usize| 15.0 + ((past.len() + ahead) % 85) as f64 * 0.97;
            let delays = std::array::from_fn(delay);
            let sound = Group::from_fn(|ahead| ((past.len() + ahead) as f32).sqrt());
            late.push_run(sound, count);
            let got = [
                line.read_run(pulp::Scalar256b, &delays, count),
                late.read_pushed(pulp::Scalar256b, &delays, count),
            ];
            line.push_run(sound, count);
            for ahead in 0..count {
                let before = truth(&past, delays[ahead], DelayLine::SHORTEST_OF_RUN);
                past.push(sound[ahead]);
                let after = truth(&past, delays[ahead], DelayLine::SHORTEST);
                assert_eq!(got.map(|got| got[ahead]), [before, after], "frame {}", past.len());
            }
        }
    }

    #[test]
    fn runs_are_read_as_frame_by_frame_all_around_the_ring() {
        check(&mut DelayLine::new(100.0));
    }

    #[test]
    fn a_reset_line_is_a_fresh_one() {
        let mut used = DelayLine::new(100.0);
        (0..777).for_each(|frame| used.push(frame as f32));
        used.reset();
        check(&mut used);
    }

    #[test]
    fn a_whole_delay_gives_the_frame_back() {
        let mut line = DelayLine::new(100.0);
        for frame in 0..1_000 {
            let delay = 24 + frame % 77;
            let truth = if frame >= delay { (frame - delay) as f32 } else { 0.0 };
            let got = line.read_run(pulp::Scalar256b, &[delay as f64; RUN], 1)[0];
            assert!((got - truth).abs() <= truth * 1e-6, "frame {frame} delay {delay}");
            line.push(frame as f32);
        }
    }
}
