//! Whether what a module computes from its controls must be computed anew at every frame.

use crate::signal::Signal;

/// Whether any of these signals moves. While none does, what is derived from them is derived once, at the first frame
/// of the range, by the same code, so that the bits are the same either way.
#[inline(always)]
pub fn moves<const N: usize>(signals: [Signal<'_>; N]) -> bool {
    let mut moves = false;
    for signal in signals {
        moves |= signal.steady().is_none();
    }
    moves
}
