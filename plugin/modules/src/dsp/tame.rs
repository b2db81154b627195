//! The gate before any state: what no cable should carry must not stay in a filter for good.

use crate::group::Group;

/// Greatest voltage that a feedback path lets in.
const LIMIT_VOLTS: f32 = 100.0;

/// Each lane within ±100 V; NaN becomes 0. Put it where a signal enters state that would keep it.
#[inline(always)]
pub fn tame(volts: Group) -> Group {
    volts.map(|x| if x.is_nan() { 0.0 } else { x }).clamp(-LIMIT_VOLTS, LIMIT_VOLTS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passes_sound_and_stops_the_rest() {
        let wild = Group([f32::NAN, -f32::NAN, f32::INFINITY, -1e30, 5.0, -0.25, 0.0, f32::MAX]);
        assert_eq!(tame(wild), Group([0.0, 0.0, 100.0, -100.0, 5.0, -0.25, 0.0, 100.0]));
    }
}
