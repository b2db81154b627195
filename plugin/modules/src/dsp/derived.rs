//! What a module computes from its controls: once while they are steady, else at every frame.

use crate::io::Signal;

/// A value that depends on some controls within one call of `process`. The bits are the same whether it is kept or
/// computed anew, because the same code computes it:
///
/// ```ignore
/// let gain = match gains.kept() {
///     Some(gain) => gain,
///     None => gains.keep(gain(level.at(frame))),
/// };
/// ```
///
/// This takes no closure, because a large one is not inlined, and would miss the loop's instruction set.
#[derive(Debug)]
pub struct Derived<T> {
    steady: bool,
    kept: Option<T>,
}

impl<T: Copy> Derived<T> {
    /// Depends on these signals and nothing else that changes.
    #[inline(always)]
    pub fn from<const N: usize>(signals: [&Signal; N]) -> Derived<T> {
        let mut steady = true;
        for signal in signals {
            steady &= signal.steady().is_some();
        }
        Derived { steady, kept: None }
    }

    /// The value, if it is known and still right.
    #[inline(always)]
    pub fn kept(&self) -> Option<T> {
        self.kept
    }

    /// Takes a value in, and gives it back.
    #[inline(always)]
    pub fn keep(&mut self, value: T) -> T {
        if self.steady {
            self.kept = Some(value);
        }
        value
    }
}
