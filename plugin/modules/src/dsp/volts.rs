//! What comes in from a cable, made fit to be kept.

use crate::group::Group;

/// Greatest voltage that is taken for a signal; all beyond is an accident elsewhere in the patch.
const LIMIT: f32 = 1_000.0;

/// The voltages, with 0 V for lanes that are NaN, infinite or beyond ±1000 V.
#[inline(always)]
pub fn tame(volts: Group) -> Group {
    volts.map(|x| if x.abs() <= LIMIT { x } else { 0.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passes_signals_and_nothing_else() {
        let hostile = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e30, 12.5, -1_000.0, -5.0, 0.0];
        assert_eq!(tame(Group(hostile)), Group([0.0, 0.0, 0.0, 0.0, 12.5, -1_000.0, -5.0, 0.0]));
    }
}
