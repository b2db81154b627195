//! What a module computes from its controls: once while they are steady, else at every frame.

use crate::io::Signal;

/// A value that depends on some controls within one call of `process`. The bits are the same whether it is kept or
/// computed anew, because the same code computes it.
#[derive(Debug)]
pub struct Derived<T> {
    steady: bool,
    kept: Option<T>,
}

impl<T: Copy> Derived<T> {
    /// Depends on these signals and nothing else that changes.
    #[inline(always)]
    pub fn from<const N: usize>(signals: [&Signal; N]) -> Derived<T> {
        Derived { steady: signals.iter().all(|signal| signal.steady().is_some()), kept: None }
    }

    /// The value at the frame for which `compute` is written. It has one call here, so that it is compiled into
    /// the module's loop with the loop's instruction set.
    #[inline(always)]
    pub fn get(&mut self, compute: impl FnOnce() -> T) -> T {
        if let Some(kept) = self.kept {
            return kept;
        }
        let value = compute();
        if self.steady {
            self.kept = Some(value);
        }
        value
    }
}
