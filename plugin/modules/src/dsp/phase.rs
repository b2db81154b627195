//! Phases that never drift: fixed point, 2⁻⁶⁴ turns, wrapping by themselves.

use super::math;
use crate::group::{Group, LANES};

/// C4 in Hz: nine semitones below 440.
pub const C4_HERTZ: f64 = 261.625_565_300_598_6;

/// Fastest motion in turns per frame: whoever looks for what happened between two frames must be able to tell
/// forwards from backwards.
pub const FASTEST: f32 = 0.45;

/// 2⁵²: adding it to a number of 0…2⁵² leaves the rounded number in the low bits of the sum.
const ROUND: f64 = 4_503_599_627_370_496.0;

/// Motion per frame of eight lanes.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// In 2⁻⁶⁴ turns; negative motion wraps.
    pub exact: [u64; LANES],
    /// In turns, rounded.
    pub turns: Group,
}

impl Step {
    /// Standing still.
    pub const ZERO: Step = Step { exact: [0; LANES], turns: Group::ZERO };

    /// The motion of a pitch in V/oct, each within ±30 V; `c4` is that of 0 V, in turns per frame.
    #[inline(always)]
    pub fn of_pitch(pitch: Group, c4: f64) -> Step {
        let turns: [f64; LANES] = std::array::from_fn(|lane| {
            let turns = math::exp2_fine(pitch[lane]) * c4;
            if turns < FASTEST as f64 { turns } else { FASTEST as f64 }
        });
        Step {
            exact: turns.map(|turns| (turns * ROUND + ROUND).to_bits() << 12),
            turns: Group::from_fn(|lane| turns[lane] as f32),
        }
    }

    /// Faster by `turns` (within ±1) per frame.
    #[inline(always)]
    pub fn plus(self, turns: Group) -> Step {
        const UNIT: f32 = (1u32 << 31) as f32;
        Step {
            exact: std::array::from_fn(|lane| {
                let more = (turns[lane] * UNIT) as i32;
                self.exact[lane].wrapping_add((i64::from(more) as u64) << 33)
            }),
            turns: self.turns + turns,
        }
    }
}

/// The upper halves of phases: 2⁻³² turns.
#[inline(always)]
pub fn coarse(phases: &[u64; LANES]) -> [u32; LANES] {
    phases.map(|phase| (phase >> 32) as u32)
}

/// Turns of a phase as −½…½.
#[inline(always)]
pub fn signed_turns(phase: u32) -> f32 {
    const UNIT: f32 = 1.0 / (1u64 << 32) as f32;
    phase as i32 as f32 * UNIT
}

/// The phase of −½…1 turns; whole turns wrap.
#[inline(always)]
pub fn from_turns(turns: f32) -> u32 {
    const UNIT: f32 = (1u32 << 31) as f32;
    ((turns * UNIT) as i32 as u32) << 1
}
