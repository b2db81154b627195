//! The gate input of every module: a Schmitt trigger per lane.

use crate::group::{Group, LANES, LaneMask};

/// Turns a voltage into a gate: high from 1.0 V up, low from 0.1 V down, unchanged between.
#[derive(Clone, Copy, Debug)]
pub struct Schmitt {
    high: LaneMask,
    /// What it saw last, as bits: the same once more changes nothing, and gates are the same for most of the time.
    seen: [u32; LANES],
}

impl Default for Schmitt {
    fn default() -> Schmitt {
        Schmitt { high: LaneMask(0), seen: NOTHING }
    }
}

/// Bits that no voltage comes as.
const NOTHING: [u32; LANES] = [u32::MAX; LANES];

impl Schmitt {
    /// Takes one frame in. Returns the lanes whose gate rises now.
    #[inline(always)]
    pub fn rise(&mut self, volts: Group) -> LaneMask {
        let mut differ = 0;
        for lane in 0..LANES {
            differ |= self.seen[lane] ^ volts[lane].to_bits();
        }
        if differ == 0 {
            return LaneMask(0);
        }
        let (mut up, mut down) = (0, 0);
        for lane in 0..LANES {
            self.seen[lane] = volts[lane].to_bits();
            up |= u32::from(volts[lane] >= 1.0) << lane;
            down |= u32::from(volts[lane] <= 0.1) << lane;
        }
        let before = self.high.0;
        let high = (before | up as u8) & !(down as u8);
        self.high.0 = high;
        LaneMask(high & !before)
    }

    /// The same for an input that may be unpatched and then reads 0 V: it costs nothing there.
    #[inline(always)]
    pub fn rise_if(&mut self, patched: bool, volts: Group) -> LaneMask {
        if patched {
            return self.rise(volts);
        }
        *self = Schmitt::default();
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
        self.seen = NOTHING;
    }
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
