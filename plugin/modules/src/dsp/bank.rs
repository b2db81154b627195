//! Sixteen delay lines side by side: what reverberation is made of. They take and give up to eight frames at once, each
//! line's frames in the lanes of a group, since what lies in a row in memory is one step then.

use super::guard::flushed;
use crate::group::{Group, LANES};
use crate::level::Simd;
use crate::vector::Vector;

/// Lines of a bank.
pub const LINES: usize = 2 * LANES;

/// Frames that are taken or given at once, at most.
pub const CHUNK: usize = LANES;

/// Frames around an instant that a reading between frames takes in.
const TAPS: usize = 4;

/// Frames from an instant back to the oldest of these.
const OLDEST: u32 = 2;

/// Frames that stand behind a ring again.
const BEHIND: usize = CHUNK + TAPS;

/// A few frames of all lines: per line, in order of time. What stands behind the frames that are meant is anything.
pub type Chunk = [Group; LINES];

/// How many frames ago all lines are read, in each of a few frames.
#[derive(Debug)]
pub struct Ages {
    /// Whole frames, above the number of frames that are read at once.
    pub whole: [[u32; LINES]; CHUNK],
    /// Whether a line's whole frames move: 0 where they are the same in all frames. Line `n` is lane `n % 8` of group
    /// `n / 8`.
    pub moves: [Group; 2],
    /// The rest of a frame, 0…1.
    pub fraction: Chunk,
}

/// The past of sixteen signals, or of fewer that are read by several lines each: line `n` reads ring `n % RINGS`.
#[derive(Debug)]
pub struct Bank<const RINGS: usize = LINES> {
    /// Rings of a mask and 1 frames; the first [`BEHIND`] frames of each stand behind it again, so that every reading
    /// is in one piece.
    rings: Box<[f32]>,
    /// Where each line's ring begins.
    firsts: [u32; LINES],
    /// The mask of each line's ring. A short line's ring is half as long as the longest: what need not be kept would only
    /// push other things out of the cache.
    masks: [u32; LINES],
    /// Of the longest and of the shortest ring.
    mask: u32,
    least_mask: u32,
    /// Place of the frame to be pushed next, in the longest ring; within `mask`.
    next: u32,
    /// Frames pushed since the reset, at most `mask + 1`; what is older reads as silence.
    filled: u32,
}

impl<const RINGS: usize> Bank<RINGS> {
    /// Silent lines for ages up to so many frames each; lines that share a ring need the same.
    pub fn new(longest: [f64; LINES]) -> Bank<RINGS> {
        let lengths = longest.map(|frames| (frames as usize + BEHIND).next_power_of_two());
        let most = lengths.into_iter().fold(0, usize::max);
        let lengths = lengths.map(|length| length.max(most / 2));
        let first = |ring: usize| lengths[..ring].iter().map(|length| length + BEHIND).sum::<usize>();
        Bank {
            rings: vec![0.0; first(RINGS)].into(),
            firsts: std::array::from_fn(|line| first(line % RINGS) as u32),
            masks: lengths.map(|length| length as u32 - 1),
            mask: most as u32 - 1,
            least_mask: lengths.into_iter().fold(most, usize::min) as u32 - 1,
            next: 0,
            filled: 0,
        }
    }

    /// Forgets everything, at no cost.
    pub fn reset(&mut self) {
        self.next = 0;
        self.filled = 0;
    }

    /// Takes `count` frames in.
    #[inline(always)]
    pub fn push(&mut self, frames: &[Group; RINGS], count: usize) {
        // Where the shortest ring has room, so have the longer ones.
        let next = self.next & self.least_mask;
        if count == CHUNK && next as usize >= BEHIND && next + CHUNK as u32 <= self.least_mask + 1 {
            let (rings, firsts, masks) = (&mut self.rings[..], &self.firsts, &self.masks);
            for ring in 0..RINGS {
                let start = (firsts[ring % LINES] + (self.next & masks[ring % LINES])) as usize;
                let frames = frames[ring].map(flushed);
                rings[start..start + CHUNK].copy_from_slice(&frames.0);
            }
        } else {
            self.push_around(frames, count);
        }
        self.next = (self.next + count as u32) & self.mask;
        self.filled = (self.filled + count as u32).min(self.mask + 1);
    }

    /// The same where the rings may end among the frames or stand again behind themselves.
    fn push_around(&mut self, frames: &[Group; RINGS], count: usize) {
        for (frames, (&first, &mask)) in frames.iter().zip(self.firsts.iter().zip(&self.masks)) {
            for (offset, &value) in frames.0.iter().enumerate().take(count) {
                let place = (self.next as usize + offset) & mask as usize;
                let value = flushed(value);
                self.rings[first as usize + place] = value;
                if place < BEHIND {
                    self.rings[first as usize + mask as usize + 1 + place] = value;
                }
            }
        }
    }

    /// Where a line's frames begin that were given `age` before the one at `place`.
    #[inline(always)]
    fn start(&self, line: usize, place: u32, age: u32) -> usize {
        (self.firsts[line] + (place.wrapping_sub(age) & self.masks[line])) as usize
    }

    /// For each of the last `count` frames that were pushed what each line had been given `ages` frames before the
    /// frame after it: 1 is that frame itself.
    #[inline(always)]
    pub fn read(&self, ages: &[u32; LINES], count: usize, chunk: &mut Chunk) {
        let place = self.next.wrapping_sub(count as u32).wrapping_add(1);
        for (line, frames) in chunk.iter_mut().enumerate() {
            let start = self.start(line, place, ages[line]);
            frames.0.copy_from_slice(&self.rings[start..start + CHUNK]);
        }
        if self.filled <= self.mask {
            self.silence(chunk, ages, count);
        }
    }

    /// Takes out of a reading what was pushed before the reset.
    fn silence(&self, chunk: &mut Chunk, ages: &[u32; LINES], count: usize) {
        for (line, out) in chunk.iter_mut().enumerate() {
            let stale = (ages[line] + count as u32).saturating_sub(self.filled + 1) as usize;
            out.0[..stale.min(CHUNK)].fill(0.0);
        }
    }

    /// For each of the next `count` frames what each line was given so long before it, through the cubic of four frames
    /// (Lagrange).
    #[inline(always)]
    pub fn read_between<S: Simd>(&self, simd: S, ages: &Ages, count: usize) -> Chunk {
        let mut chunk = [Group::ZERO; LINES];
        for (line, between) in chunk.iter_mut().enumerate() {
            let start = self.start(line, self.next, ages.whole[0][line] + OLDEST);
            let window = &self.rings[start..start + BEHIND];
            let mut taps = [Group::ZERO; TAPS];
            for (tap, frames) in taps.iter_mut().enumerate() {
                frames.0.copy_from_slice(&window[tap..tap + CHUNK]);
            }
            *between = cubic(simd, &taps, ages.fraction[line]);
        }
        // A line's windows do not follow one another where its age moves, and are not all there soon after a reset.
        if ages.moves != [Group::ZERO; 2] || self.filled <= self.mask {
            for (line, between) in chunk.iter_mut().enumerate() {
                let moves = ages.moves[line / LANES][line % LANES] != 0.0;
                if moves || ages.whole[0][line] + OLDEST > self.filled {
                    *between = cubic(simd, &self.taps(line, &ages.whole, count), ages.fraction[line]);
                }
            }
        }
        chunk
    }

    /// The four frames of one line around each of the next `count` instants, from the oldest to the newest.
    #[inline(always)]
    fn taps(&self, line: usize, ages: &[[u32; LINES]; CHUNK], count: usize) -> [Group; TAPS] {
        let mut taps = [Group::ZERO; TAPS];
        for frame in 0..count {
            let (oldest, now) = (ages[frame][line] + OLDEST, frame as u32);
            let start = self.start(line, self.next + now, oldest);
            let window = &self.rings[start..start + TAPS];
            let stale = oldest.saturating_sub(self.filled + now) as usize;
            for tap in 0..TAPS {
                taps[tap][frame] = if tap < stale { 0.0 } else { window[tap] };
            }
        }
        taps
    }
}

/// The cubic through `taps` at `t` of the way from the third to the second.
#[inline(always)]
fn cubic<S: Simd>(simd: S, taps: &[Group; TAPS], t: Group) -> Group {
    let taps = Vector::all(simd, taps);
    let (t, one) = (Vector::of(simd, t), Vector::splat(simd, 1.0));
    let (above, below) = (t + one, t - one);
    let beyond = below - one;
    let outer = t * below * (1.0 / 6.0);
    let inner = above * beyond * 0.5;
    let sum = taps[0] * (outer * above) - taps[1] * (inner * t) + taps[2] * (inner * below)
        - taps[3] * (outer * beyond);
    sum.group()
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
        // Ages reach 55, whole ones 46: the rings are of both lengths.
        let mut bank =
            Bank::<LINES>::new(std::array::from_fn(|line| 12.0 + 3.0 * line as f64 + CHUNK as f64));
        let curve = |line: usize, x: f64| {
            ((x - 100.0) * 0.01 * line as f64 + (x - 110.0) * (x - 90.0) * 0.001) as f32
        };
        let (mut first, mut length) = (0, 0);
        while first < 400 {
            // All lengths of chunks, and ages that move within them.
            let count = 1 + length % CHUNK;
            let age = |line: usize, frame: usize| 9 + line as u32 * 3 + (frame / 5 % 2) as u32;
            let whole = std::array::from_fn(|frame| std::array::from_fn(|line| age(line, first + frame)));
            let fraction = |line: usize| line as f32 / LINES as f32;
            let ages =
                Ages { whole, moves: [Group::splat(1.0); 2], fraction: chunk(0, |line, _| fraction(line)) };
            let between = bank.read_between(pulp::Scalar256b, &ages, count);
            bank.push(&chunk(first, |line, frame| curve(line, frame as f64)), count);
            let fixed = std::array::from_fn(|line| 1 + line as u32 * 3);
            let mut whole = [Group::ZERO; LINES];
            bank.read(&fixed, count, &mut whole);
            for line in 0..LINES {
                for frame in 0..count {
                    let now = (first + frame) as f64;
                    let at = now + 1.0 - f64::from(fixed[line]);
                    let truth = if at < 0.0 { 0.0 } else { curve(line, at) };
                    assert_eq!(whole[line][frame], truth, "frame {now} line {line}");
                    let at = now - f64::from(ages.whole[frame][line]);
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
        let (mut used, mut fresh) = (Bank::<LINES>::new([60.0; LINES]), Bank::new([60.0; LINES]));
        (0..13).for_each(|n| used.push(&chunk(n * CHUNK, |line, frame| (frame * line + 1) as f32), CHUNK));
        used.reset();
        for n in 0..20 {
            let ages = std::array::from_fn(|line| 9 + line as u32 * 3);
            let fraction = chunk(0, |line, _| line as f32 / 16.0);
            let still = Ages { whole: [ages; CHUNK], moves: [Group::ZERO; 2], fraction };
            let between = |bank: &Bank| bank.read_between(pulp::Scalar256b, &still, CHUNK);
            assert_eq!(between(&used), between(&fresh));
            let frames = chunk(n * CHUNK, |line, frame| (frame + line) as f32);
            used.push(&frames, CHUNK);
            fresh.push(&frames, CHUNK);
            let mut read = [[Group::ZERO; LINES]; 2];
            used.read(&ages, CHUNK, &mut read[0]);
            fresh.read(&ages, CHUNK, &mut read[1]);
            assert_eq!(read[0], read[1]);
        }
    }
}
