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

    /// Faster by `turns` (within ±1) per frame, to 2⁻⁴⁴ turns.
    #[inline(always)]
    pub fn plus(self, turns: Group) -> Step {
        let more = turns.0.map(split);
        Step {
            exact: std::array::from_fn(|lane| {
                let (high, low) = more[lane];
                let more = (i64::from(high) << 42).wrapping_add(i64::from(low) << 20);
                self.exact[lane].wrapping_add(more as u64)
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

/// The phase of −1…1 turns; whole turns wrap.
#[inline(always)]
pub fn from_turns(turns: f32) -> u32 {
    let (high, low) = split(turns);
    ((high << 10).wrapping_add(low >> 12)) as u32
}

/// −1…1 turns as whole numbers of 2⁻²² and of 2⁻⁴⁴ turns. Done with additions that round, because Rust's own
/// conversion minds every special case and does not become vector code.
#[inline(always)]
fn split(turns: f32) -> (i32, i32) {
    /// 1.5·2²³.
    const ROUND: f32 = 12_582_912.0;
    const UNITS: f32 = (1u32 << 22) as f32;
    let whole = |x: f32| (x + ROUND).to_bits().wrapping_sub(ROUND.to_bits()) as i32;
    let units = turns * UNITS;
    let rest = units - ((units + ROUND) - ROUND);
    (whole(units), whole(rest * UNITS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_and_phases_convert_both_ways() {
        for turns in [0.0, 0.25, 0.01, 0.499, 0.75, 0.99, -0.3, -1e-6, 1e-7] {
            let phase = from_turns(turns);
            let ideal = (f64::from(turns) * 4_294_967_296.0) as i64;
            assert!((i64::from(phase as i32) - i64::from(ideal as i32)).abs() <= 1, "{turns}: {phase}");
            let step = Step::ZERO.plus(Group::splat(turns)).exact[0] as i64;
            let ideal = f64::from(turns) * 18_446_744_073_709_551_616.0;
            assert!((step.wrapping_sub(ideal as i128 as i64)).abs() <= 1 << 20, "{turns}: {step}");
        }
    }

    #[test]
    fn steps_of_a_pitch_are_exact_to_twelve_digits() {
        for volts in [-9.0, -0.3, 0.75, 2.5, 5.1] {
            let step = Step::of_pitch(Group::splat(volts), C4_HERTZ / 48_000.0);
            let ideal = C4_HERTZ / 48_000.0 * libm::exp2(f64::from(volts));
            let found = step.exact[7] as f64 / 18_446_744_073_709_551_616.0;
            assert!((found / ideal - 1.0).abs() < 1e-11, "{volts} V: {found} for {ideal}");
            assert!((f64::from(step.turns[0]) / ideal - 1.0).abs() < 1e-7);
        }
        assert_eq!(Step::of_pitch(Group::splat(12.0), 0.01).turns, Group::splat(FASTEST));
    }
}
