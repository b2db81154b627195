//! A look over what a unit has put out: how loud it is, and whether all of it is finite.

use manycord_modules::{Group, LaneMask, Simd, Vector};

use super::body::masked;

/// Frames are looked at in turns by several, so that none waits for the one before.
const APART: usize = 4;

/// What was seen.
pub(crate) struct Scan<S: Simd> {
    peaks: [Vector<S>; APART],
    poison: [Vector<S>; APART],
}

impl<S: Simd> Scan<S> {
    #[inline(always)]
    pub(crate) fn new(simd: S) -> Scan<S> {
        let zero = Vector::splat(simd, 0.0);
        Scan { peaks: [zero; APART], poison: [zero; APART] }
    }

    /// Looks at some frames.
    #[inline(always)]
    pub(crate) fn see(&mut self, simd: S, frames: &[Group]) {
        let (quads, rest) = frames.as_chunks::<APART>();
        for quad in quads {
            for (apart, &group) in quad.iter().enumerate() {
                self.see_one(apart, Vector::of(simd, group));
            }
        }
        for &group in rest {
            self.see_one(0, Vector::of(simd, group));
        }
    }

    #[inline(always)]
    fn see_one(&mut self, apart: usize, volts: Vector<S>) {
        self.peaks[apart] = self.peaks[apart].max(volts.abs());
        // NaN stays, which is cheaper than a test per frame.
        self.poison[apart] = self.poison[apart].tainted(volts);
    }

    /// Whether all lanes of all frames are finite.
    #[inline(always)]
    pub(crate) fn is_finite(&self) -> bool {
        let [a, b, c, d] = self.poison;
        ((a + b) + (c + d)).group().is_finite()
    }

    /// Greatest magnitude on some lanes, if all is finite.
    #[inline(always)]
    pub(crate) fn peak(&self, lanes: LaneMask) -> f32 {
        let [a, b, c, d] = self.peaks;
        masked(a.max(b).max(c.max(d)).group(), lanes).peak()
    }
}
