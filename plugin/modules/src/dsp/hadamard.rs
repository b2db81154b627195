//! Mixes sixteen signals so that each goes into all and no energy is lost (Hadamard matrix over 4).

use super::bank::Frame;
use crate::group::Group;

/// The mix; twice the same is the signal again.
#[inline(always)]
pub fn hadamard([a, b]: Frame) -> Frame {
    [within(a + b), within(a - b)]
}

/// Butterflies over the lanes of a group, with the norm of the whole.
#[inline(always)]
fn within(x: Group) -> Group {
    butterfly::<1>(butterfly::<2>(butterfly::<4>(x))) * 0.25
}

#[inline(always)]
fn butterfly<const STRIDE: usize>(x: Group) -> Group {
    let sign = Group::from_fn(|lane| if lane & STRIDE == 0 { 1.0 } else { -1.0 });
    Group::from_fn(|lane| x[lane ^ STRIDE]) + x * sign
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_goes_into_all_and_no_energy_is_lost() {
        for line in 0..16 {
            let unit = [0, 1].map(|half| Group::from_fn(|lane| f32::from(u8::from(half * 8 + lane == line))));
            let mixed = hadamard(unit);
            assert!(mixed.iter().all(|group| group.0.iter().all(|x| x.abs() == 0.25)));
            assert_eq!(hadamard(mixed), unit);
        }
    }
}
