//! A length that follows its target as a tape machine's speed does: soon, softly and never in a leap.

use super::RUN;

/// Seconds in which most of a small move is done.
const SOON: f64 = 0.05;

/// Seconds in which the speed changes: far below `SOON`, so that the length does not swing past its target.
const SUPPLE: f64 = 0.005;

/// Greatest speed in frames per frame: what is read through a gliding delay is at most an octave too low or
/// a fifth too high.
const SPEED: f64 = 0.5;

/// Frames of distance that count as arrived; the last leap is far below hearing.
const ARRIVED: f64 = 1e-6;

/// A length in frames on its way.
#[derive(Clone, Copy, Debug)]
pub struct Glide {
    /// `None` until the first target, which is taken at once.
    at: Option<f64>,
    /// Frames per frame.
    speed: f64,
    /// Share of the distance that is done per frame.
    share: f64,
    /// Share of a change of speed that is done per frame.
    supple: f64,
}

impl Glide {
    /// Nowhere yet.
    pub fn new(sample_rate: f32) -> Glide {
        let per_frame = |seconds: f64| 1.0 / (seconds * f64::from(sample_rate));
        Glide { at: None, speed: 0.0, share: per_frame(SOON), supple: per_frame(SUPPLE) }
    }

    /// The next target will be taken at once.
    pub fn reset(&mut self) {
        self.at = None;
        self.speed = 0.0;
    }

    /// Moves by `count` frames, towards a finite target in each. What stands behind the count is anything.
    #[inline(always)]
    pub fn run(&mut self, targets: [f64; RUN], count: usize) -> [f64; RUN] {
        let mut moves = 0;
        for target in targets {
            moves |= target.to_bits() ^ targets[0].to_bits();
        }
        if moves == 0 && self.rests_at(targets[0]) {
            return targets;
        }
        self.move_along(targets, count)
    }

    /// The same while it moves: plain steps, of which one waits for the other on every instruction set.
    #[inline(never)]
    fn move_along(&mut self, targets: [f64; RUN], count: usize) -> [f64; RUN] {
        let mut run = [0.0; RUN];
        for (at, target) in run.iter_mut().zip(targets).take(count) {
            *at = self.next(target);
        }
        run
    }

    /// Whether it has arrived at a target and would stay there.
    #[inline(always)]
    pub fn rests_at(&self, target: f64) -> bool {
        self.at == Some(target) && self.speed == 0.0
    }

    /// Moves by one frame towards a finite target.
    #[inline(always)]
    pub fn next(&mut self, target: f64) -> f64 {
        let at = self.at.unwrap_or(target);
        if at == target && self.speed == 0.0 {
            // What follows would change nothing, but takes long.
            self.at = Some(at);
            return at;
        }
        let distance = target - at;
        let wish = (distance * self.share).clamp(-SPEED, SPEED);
        self.speed += (wish - self.speed) * self.supple;
        let arrived = distance.abs() < ARRIVED && self.speed.abs() < ARRIVED;
        self.speed = if arrived { 0.0 } else { self.speed };
        let at = if arrived { target } else { at + self.speed };
        self.at = Some(at);
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_move_as_frames_do() {
        let (mut runs, mut frames) = (Glide::new(1_000.0), Glide::new(1_000.0));
        for run in 0..1_000 {
            let (count, target) = (1 + run % RUN, if run % 500 < 100 { 30.0 } else { 50.0 });
            let got = runs.run([target; RUN], count);
            assert!((0..count).all(|frame| got[frame].to_bits() == frames.next(target).to_bits()));
        }
    }

    #[test]
    fn arrives_without_ever_leaping() {
        let mut glide = Glide::new(48_000.0);
        assert_eq!(glide.next(100.0), 100.0);
        let mut before = 100.0;
        for _ in 0..96_000 {
            let at = glide.next(10_000.0);
            assert!(at >= before && at - before <= SPEED);
            before = at;
        }
        assert_eq!(before, 10_000.0);
    }
}
