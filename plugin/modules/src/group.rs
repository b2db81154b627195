//! One frame of eight lanes: the unit of all sound in the rack.

use std::ops::{Add, AddAssign, Div, Index, IndexMut, Mul, MulAssign, Neg, Sub, SubAssign};

/// Lanes per group.
pub const LANES: usize = 8;

/// One value for each of eight lanes: a SIMD vector written as plain loops, so that every instruction set
/// computes the same bits. A mono signal has the same value on all lanes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C, align(32))]
pub struct Group(pub [f32; LANES]);

impl Group {
    /// All lanes 0.
    pub const ZERO: Group = Group([0.0; LANES]);

    /// The same value on every lane.
    #[inline(always)]
    pub const fn splat(value: f32) -> Group {
        Group([value; LANES])
    }

    /// One value per lane, from its number.
    #[inline(always)]
    pub fn from_fn(mut f: impl FnMut(usize) -> f32) -> Group {
        // A plain loop: what the standard library has for it is not always inlined, and is then compiled for every
        // machine's instruction set.
        let mut group = Group::ZERO;
        for lane in 0..LANES {
            group.0[lane] = f(lane);
        }
        group
    }

    /// `f` of each lane.
    #[inline(always)]
    pub fn map(self, mut f: impl FnMut(f32) -> f32) -> Group {
        Group::from_fn(|lane| f(self.0[lane]))
    }

    /// `f` of each pair of lanes.
    #[inline(always)]
    pub fn zip(self, other: Group, mut f: impl FnMut(f32, f32) -> f32) -> Group {
        Group::from_fn(|lane| f(self.0[lane], other.0[lane]))
    }

    /// The lesser of each pair of lanes; a NaN lane takes the other's value.
    #[inline(always)]
    pub fn min(self, other: Group) -> Group {
        self.zip(other, |a, b| if b < a { b } else { a })
    }

    /// The greater of each pair of lanes.
    #[inline(always)]
    pub fn max(self, other: Group) -> Group {
        self.zip(other, |a, b| if b > a { b } else { a })
    }

    /// Each lane held within `low..=high`; NaN becomes `low`.
    #[inline(always)]
    pub fn clamp(self, low: f32, high: f32) -> Group {
        self.map(|x| {
            let x = if x > low { x } else { low };
            if x < high { x } else { high }
        })
    }

    /// Magnitude of each lane.
    #[inline(always)]
    pub fn abs(self) -> Group {
        self.map(f32::abs)
    }

    /// Square root of each lane.
    #[inline(always)]
    pub fn sqrt(self) -> Group {
        self.map(f32::sqrt)
    }

    /// Sum of the lanes in the fixed order that every sum in Manycord has: neighbours first.
    #[inline(always)]
    pub fn sum(self) -> f32 {
        let [a, b, c, d, e, f, g, h] = self.0;
        ((a + b) + (c + d)) + ((e + f) + (g + h))
    }

    /// The sums of eight groups, each with the same bits as [`Group::sum`]: much faster than one by one.
    #[inline(always)]
    pub(crate) fn sums(groups: &[Group; LANES]) -> Group {
        let mut pairs = [[0.0; LANES / 2]; LANES];
        for (pairs, group) in pairs.iter_mut().zip(groups) {
            *pairs = std::array::from_fn(|pair| group.0[2 * pair] + group.0[2 * pair + 1]);
        }
        Group::from_fn(|lane| {
            let [a, b, c, d] = pairs[lane];
            (a + b) + (c + d)
        })
    }

    /// Greatest magnitude of any lane; NaN lanes are passed over.
    #[inline(always)]
    pub fn peak(self) -> f32 {
        self.0.iter().fold(0.0, |peak, x| if x.abs() > peak { x.abs() } else { peak })
    }

    /// Whether no lane is NaN or infinite.
    #[inline(always)]
    pub fn is_finite(self) -> bool {
        // An exponent of all ones marks NaN and infinity; integer work keeps this vectorised.
        let worst = self.0.iter().fold(0u32, |worst, x| worst.max(x.to_bits() & 0x7fff_ffff));
        worst < 0x7f80_0000
    }

    /// Lanes of `self` where `mask` has them, else lanes of `other`.
    #[inline(always)]
    pub fn select(self, other: Group, mask: LaneMask) -> Group {
        Group::from_fn(|lane| if mask.has(lane) { self.0[lane] } else { other.0[lane] })
    }
}

impl Index<usize> for Group {
    type Output = f32;
    #[inline(always)]
    fn index(&self, lane: usize) -> &f32 {
        &self.0[lane]
    }
}

impl IndexMut<usize> for Group {
    #[inline(always)]
    fn index_mut(&mut self, lane: usize) -> &mut f32 {
        &mut self.0[lane]
    }
}

impl Add for Group {
    type Output = Group;
    #[inline(always)]
    fn add(self, other: Group) -> Group {
        self.zip(other, |a, b| a + b)
    }
}

impl Sub for Group {
    type Output = Group;
    #[inline(always)]
    fn sub(self, other: Group) -> Group {
        self.zip(other, |a, b| a - b)
    }
}

impl Mul for Group {
    type Output = Group;
    #[inline(always)]
    fn mul(self, other: Group) -> Group {
        self.zip(other, |a, b| a * b)
    }
}

impl Mul<f32> for Group {
    type Output = Group;
    #[inline(always)]
    fn mul(self, factor: f32) -> Group {
        self.map(|a| a * factor)
    }
}

impl Div for Group {
    type Output = Group;
    #[inline(always)]
    fn div(self, other: Group) -> Group {
        self.zip(other, |a, b| a / b)
    }
}

impl Neg for Group {
    type Output = Group;
    #[inline(always)]
    fn neg(self) -> Group {
        self.map(|a| -a)
    }
}

impl AddAssign for Group {
    #[inline(always)]
    fn add_assign(&mut self, other: Group) {
        *self = *self + other;
    }
}

impl SubAssign for Group {
    #[inline(always)]
    fn sub_assign(&mut self, other: Group) {
        *self = *self - other;
    }
}

impl MulAssign for Group {
    #[inline(always)]
    fn mul_assign(&mut self, other: Group) {
        *self = *self * other;
    }
}

/// A set of lanes of one group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LaneMask(pub u8);

impl LaneMask {
    /// Every lane.
    pub const ALL: LaneMask = LaneMask(u8::MAX);

    /// The set of one lane, 0..8.
    pub const fn one(lane: usize) -> LaneMask {
        LaneMask(1 << lane)
    }

    /// Whether the set has `lane`.
    #[inline(always)]
    pub const fn has(self, lane: usize) -> bool {
        self.0 >> lane & 1 == 1
    }

    /// The lanes in the set, ascending.
    #[inline(always)]
    pub fn iter(self) -> impl Iterator<Item = usize> {
        let mut left = self.0;
        // Nothing at all where the set is empty, as it mostly is.
        std::iter::from_fn(move || {
            let lane = left.trailing_zeros() as usize;
            left &= left.wrapping_sub(1);
            (lane < LANES).then_some(lane)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finiteness_sees_every_lane() {
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            for lane in 0..LANES {
                let mut group = Group::splat(f32::MAX);
                assert!(group.is_finite());
                group[lane] = bad;
                assert!(!group.is_finite());
            }
        }
    }

    #[test]
    fn sums_of_eight_groups_are_those_of_each() {
        let groups = std::array::from_fn(|n| Group::from_fn(|lane| 1.0 / (n * LANES + lane + 3) as f32));
        assert_eq!(Group::sums(&groups), Group::from_fn(|n| groups[n].sum()));
    }

    #[test]
    fn clamp_turns_nan_into_the_lower_bound() {
        assert_eq!(Group::splat(f32::NAN).clamp(-1.0, 1.0), Group::splat(-1.0));
    }
}
