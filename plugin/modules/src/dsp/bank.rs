//! Sixteen delay lines side by side: what reverberation is made of. They take and give up to eight frames at once, each
//! line's frames in the lanes of a group, since what lies in a row in memory is one step then.

use super::guard::flushed;
use crate::group::{Group, LANES};

/// Lines of a bank.
pub const LINES: usize = 2 * LANES;

/// Frames that are taken or given at once, at most.
pub const CHUNK: usize = LANES;

/// Frames around an instant that a reading between frames takes in.
const TAPS: usize = 4;

/// Frames that stand behind a ring again.
const BEHIND: usize = CHUNK + TAPS;

/// A few frames of all lines: per line, in order of time. What stands behind the frames that are meant is anything.
pub type Chunk = [Group; LINES];

/// The past of sixteen signals.
#[derive(Debug)]
pub struct Bank {
    /// A ring of `mask + 1` frames per line; its first [`BEHIND`] frames stand behind it again, so that every
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
        let length = (longest as usize + BEHIND).next_power_of_two();
        Bank { rings: vec![0.0; LINES * (length + BEHIND)].into(), mask: length - 1, next: 0, filled: 0 }
    }

    /// Forgets everything, at no cost.
    pub fn reset(&mut self) {
        self.next = 0;
        self.filled = 0;
    }

    fn stride(&self) -> usize {
        self.mask + 1 + BEHIND
    }

    /// Takes `count` frames in.
    #[inline(always)]
    pub fn push(&mut self, chunk: &Chunk, count: usize) {
        let (stride, next) = (self.stride(), self.next);
        let in_one_piece = count == CHUNK && next >= BEHIND && next + CHUNK <= self.mask + 1;
        for (ring, line) in self.rings.chunks_exact_mut(stride).zip(chunk) {
            let line = line.map(flushed);
            if in_one_piece {
                ring[next..next + CHUNK].copy_from_slice(&line.0);
                continue;
            }
            for (offset, &value) in line.0.iter().enumerate().take(count) {
                let place = (next + offset) & self.mask;
                ring[place] = value;
                if place < BEHIND {
                    ring[self.mask + 1 + place] = value;
                }
            }
        }
        self.next = (next + count) & self.mask;
        self.filled = (self.filled + count).min(self.mask + 1);
    }

    /// For each of the last `count` frames that were pushed what each line had been given `ages` frames before the
    /// frame after it: 1 is that frame itself.
    #[inline(always)]
    pub fn read(&self, ages: &[u32; LINES], count: usize) -> Chunk {
        let stride = self.stride();
        let first = self.next.wrapping_sub(count).wrapping_add(1);
        let mut chunk = [Group::ZERO; LINES];
        for (line, out) in chunk.iter_mut().enumerate() {
            let start = line * stride + (first.wrapping_sub(ages[line] as usize) & self.mask);
            out.0.copy_from_slice(&self.rings[start..start + CHUNK]);
        }
        if self.filled <= self.mask {
            for (line, out) in chunk.iter_mut().enumerate() {
                let stale = (ages[line] as usize + count).saturating_sub(self.filled + 1);
                out.0[..stale.min(CHUNK)].fill(0.0);
            }
        }
        chunk
    }

    /// For each of the next `count` frames what each line was given `ages` (frame by frame; above `count`) and a
    /// `fraction` 0…1 before it, through the cubic of four frames (Lagrange).
    #[inline(always)]
    pub fn read_between(&self, ages: &[[u32; LINES]; CHUNK], fraction: &Chunk, count: usize) -> Chunk {
        let stride = self.stride();
        let mut moves = [0; LINES];
        for frame in &ages[1..count] {
            for line in 0..LINES {
                moves[line] |= frame[line] ^ ages[0][line];
            }
        }
        let mut chunk = [Group::ZERO; LINES];
        for (line, out) in chunk.iter_mut().enumerate() {
            let ring = &self.rings[line * stride..(line + 1) * stride];
            let oldest = |frame: usize| ages[frame][line] as usize + 2;
            let start = |frame: usize| self.next.wrapping_add(frame).wrapping_sub(oldest(frame)) & self.mask;
            // From the oldest tap to the newest.
            let mut taps = [Group::ZERO; TAPS];
            if moves[line] == 0 {
                let window = &ring[start(0)..start(0) + BEHIND];
                for (tap, all) in taps.iter_mut().enumerate() {
                    all.0.copy_from_slice(&window[tap..tap + CHUNK]);
                }
            } else {
                for frame in 0..count {
                    let window = &ring[start(frame)..start(frame) + TAPS];
                    (0..TAPS).for_each(|tap| taps[tap][frame] = window[tap]);
                }
            }
            if self.filled <= self.mask {
                for frame in 0..count {
                    let stale = oldest(frame).saturating_sub(self.filled + frame).min(TAPS);
                    taps[..stale].iter_mut().for_each(|tap| tap[frame] = 0.0);
                }
            }
            *out = cubic(&taps, fraction[line]);
        }
        chunk
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

    /// A chunk of frames from `first` on.
    fn chunk(first: usize, value: impl Fn(usize, usize) -> f32) -> Chunk {
        std::array::from_fn(|line| Group::from_fn(|frame| value(line, first + frame)))
    }

    #[test]
    fn a_line_gives_back_what_a_cubic_is_made_of() {
        let mut bank = Bank::new(60.0);
        let curve = |line: usize, x: f64| {
            ((x - 100.0) * 0.01 * line as f64 + (x - 110.0) * (x - 90.0) * 0.001) as f32
        };
        let (mut first, mut length) = (0, 0);
        while first < 400 {
            // All lengths of chunks, and ages that move within them.
            let count = 1 + length % CHUNK;
            let age = |line: usize, frame: usize| 9 + line as u32 * 3 + (frame / 5 % 2) as u32;
            let ages = std::array::from_fn(|frame| std::array::from_fn(|line| age(line, first + frame)));
            let fraction = |line: usize| line as f32 / LINES as f32;
            let between = bank.read_between(&ages, &chunk(0, |line, _| fraction(line)), count);
            bank.push(&chunk(first, |line, frame| curve(line, frame as f64)), count);
            let fixed = std::array::from_fn(|line| 1 + line as u32 * 3);
            let whole = bank.read(&fixed, count);
            for line in 0..LINES {
                for frame in 0..count {
                    let now = (first + frame) as f64;
                    let at = now + 1.0 - f64::from(fixed[line]);
                    let truth = if at < 0.0 { 0.0 } else { curve(line, at) };
                    assert_eq!(whole[line][frame], truth, "frame {now} line {line}");
                    let at = now - f64::from(ages[frame][line]);
                    let truth = curve(line, at - f64::from(fraction(line)));
                    let got = between[line][frame];
                    assert!(
                        at < 2.0 || (got - truth).abs() < 1e-4,
                        "frame {now} line {line}: {got}, {truth}"
                    );
                }
            }
            first += count;
            length += 1;
        }
    }

    #[test]
    fn a_reset_bank_is_a_fresh_one() {
        let (mut used, mut fresh) = (Bank::new(60.0), Bank::new(60.0));
        (0..13).for_each(|n| used.push(&chunk(n * CHUNK, |line, frame| (frame * line + 1) as f32), CHUNK));
        used.reset();
        for n in 0..20 {
            let ages = std::array::from_fn(|line| 9 + line as u32 * 3);
            let fraction = chunk(0, |line, _| line as f32 / 16.0);
            let between = |bank: &Bank| bank.read_between(&[ages; CHUNK], &fraction, CHUNK);
            assert_eq!(between(&used), between(&fresh));
            let frames = chunk(n * CHUNK, |line, frame| (frame + line) as f32);
            used.push(&frames, CHUNK);
            fresh.push(&frames, CHUNK);
            assert_eq!(used.read(&ages, CHUNK), fresh.read(&ages, CHUNK));
        }
    }
}
