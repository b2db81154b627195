//! The gate input of every module: a Schmitt trigger per lane.

use crate::group::{Group, LANES, LaneMask};

/// Turns a voltage into a gate: high from 1.0 V up, low from 0.1 V down, unchanged between.
#[derive(Clone, Copy, Debug, Default)]
pub struct Schmitt {
    high: LaneMask,
}

impl Schmitt {
    /// Takes one frame in. Returns the lanes whose gate rises now.
    #[inline(always)]
    pub fn rise(&mut self, volts: Group) -> LaneMask {
        let before = self.high.0;
        let (up, down) = (lanes(volts, |v| v >= 1.0), lanes(volts, |v| v <= 0.1));
        let high = (before | up) & !down;
        self.high.0 = high;
        LaneMask(high & !before)
    }

    /// The same for an input that may be unpatched and then reads 0 V: it costs nothing there.
    #[inline(always)]
    pub fn rise_if(&mut self, patched: bool, volts: Group) -> LaneMask {
        if patched {
            return self.rise(volts);
        }
        self.high = LaneMask(0);
        LaneMask(0)
    }

    /// The lanes whose gate is high.
    #[inline(always)]
    pub fn high(&self) -> LaneMask {
        self.high
    }

    /// Makes the gates of these lanes low.
    pub fn reset(&mut self, lanes: LaneMask) {
        self.high.0 &= !lanes.0;
    }
}

/// The lanes of which `test` holds, as bits. Sums of powers of two, so that it becomes vector code.
#[inline(always)]
fn lanes(volts: Group, test: impl Fn(f32) -> bool) -> u8 {
    let bits: [u32; LANES] = std::array::from_fn(|lane| if test(volts[lane]) { 1 << lane } else { 0 });
    bits.iter().fold(0, |sum, bit| sum | bit) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rises_once_and_ignores_the_dead_band() {
        let mut gate = Schmitt::default();
        let seen: Vec<bool> =
            [0.0, 0.5, 1.0, 0.5, 1.5, 0.1, 0.9, 1.0].map(|v| gate.rise(Group::splat(v)).has(3)).to_vec();
        assert_eq!(seen, [false, false, true, false, false, false, false, true]);
    }
}
