//! A phase that cannot drift: whole turns and 2⁻⁶⁴ parts of one, added as whole numbers.

/// 2⁶⁴, the parts of one turn.
const PARTS: f64 = 18_446_744_073_709_551_616.0;

/// A running phase.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turns {
    /// Turns completed; counts on past the end of its range, and below 0 as two's complement.
    pub whole: u64,
    /// The turn under way, in 2⁻⁶⁴.
    pub part: u64,
}

impl Turns {
    /// The phase at a position in turns.
    #[inline(always)]
    pub fn at(position: f64) -> Turns {
        let floor = position.floor();
        Turns { whole: floor as i64 as u64, part: ((position - floor) * PARTS) as u64 }
    }

    /// What to add per frame for a speed in turns per frame, 0 ≤ speed < 1; exact to 2⁻⁵³ of the speed.
    #[inline(always)]
    pub fn step(turns_per_frame: f64) -> u64 {
        (turns_per_frame * PARTS) as u64
    }

    /// Goes on by a step.
    #[inline(always)]
    pub fn advance(&mut self, step: u64) {
        let (part, wraps) = self.part.overflowing_add(step);
        self.part = part;
        self.whole = self.whole.wrapping_add(u64::from(wraps));
    }

    /// The turn under way, 0 ≤ x < 1, in steps of 2⁻²⁴.
    #[inline(always)]
    pub fn phase(&self) -> f32 {
        (self.part >> 40) as i32 as f32 * (1.0 / 16_777_216.0)
    }

    /// Position in turns, to the precision of f64.
    #[inline(always)]
    pub fn position(&self) -> f64 {
        self.whole as i64 as f64 + self.part as f64 * (1.0 / PARTS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_turns_without_loss() {
        let (mut turns, step) = (Turns::default(), Turns::step(440.0 / 48_000.0));
        for _ in 0..4_800_000 {
            turns.advance(step);
        }
        assert!((turns.position() - 44_000.0).abs() < 1e-9, "{}", turns.position());
    }

    #[test]
    fn takes_positions_before_the_beginning() {
        let turns = Turns::at(-1.25);
        assert_eq!((turns.phase(), turns.position()), (0.75, -1.25));
    }
}
