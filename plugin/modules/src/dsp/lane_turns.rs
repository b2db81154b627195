//! Eight drift-free phases side by side; see [`Turns`] for how they count.

use super::Turns;
use crate::group::{Group, LANES};

/// A running phase per lane.
#[derive(Clone, Debug, Default)]
pub struct LaneTurns {
    whole: [u64; LANES],
    part: [u64; LANES],
}

impl LaneTurns {
    /// Lays one lane's phase.
    #[inline(always)]
    pub fn set(&mut self, lane: usize, turns: Turns) {
        self.whole[lane] = turns.whole;
        self.part[lane] = turns.part;
    }

    /// One lane's phase.
    #[inline(always)]
    pub fn get(&self, lane: usize) -> Turns {
        Turns { whole: self.whole[lane], part: self.part[lane] }
    }

    /// Every lane goes on by its step.
    #[inline(always)]
    pub fn advance(&mut self, steps: &[u64; LANES]) {
        // All is worked out before anything is stored, so that it becomes vector code.
        let (mut part, mut whole) = (self.part, self.whole);
        for lane in 0..LANES {
            let (before, step) = (self.part[lane], steps[lane]);
            part[lane] = before.wrapping_add(step);
            // The carry out of the top bit, without a comparison, which vectors of u64 lack.
            let carry = ((before & step) | ((before | step) & !part[lane])) >> 63;
            whole[lane] = whole[lane].wrapping_add(carry);
        }
        (self.part, self.whole) = (part, whole);
    }

    /// The turns under way, 0 ≤ x < 1, in steps of 2⁻²⁴.
    #[inline(always)]
    pub fn phase(&self) -> Group {
        Group(self.part.map(|part| (part >> 40) as i32 as f32 * (1.0 / 16_777_216.0)))
    }

    /// Turns completed, per lane.
    #[inline(always)]
    pub fn whole(&self) -> &[u64; LANES] {
        &self.whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lane_counts_like_one_alone() {
        let steps: [u64; LANES] = std::array::from_fn(|lane| Turns::step(0.037 * lane as f64 + 0.001));
        let (mut lanes, mut alone) = (LaneTurns::default(), [Turns::default(); LANES]);
        lanes.set(3, Turns::at(0.75));
        alone[3] = Turns::at(0.75);
        for _ in 0..1_000 {
            lanes.advance(&steps);
            for (lane, turns) in alone.iter_mut().enumerate() {
                turns.advance(steps[lane]);
                assert_eq!((lanes.get(lane), lanes.phase()[lane]), (*turns, turns.phase()), "lane {lane}");
                assert_eq!(lanes.whole()[lane], turns.whole);
            }
        }
    }
}
