//! A length that follows its target as a tape machine's speed does: soon, softly and never in a leap.

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
