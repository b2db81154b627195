//! Adds up the lanes of eight groups at once, in the fixed order that every sum in Manycord has.

use crate::group::{Group, LANES};
use crate::level::Simd;
#[cfg(target_arch = "x86_64")]
use crate::level::{Avx2, avx2};

/// The sums of eight groups, each with the same bits as [`Group::sum`].
#[inline(always)]
pub fn sums<S: Simd>(simd: S, groups: &[Group; LANES]) -> Group {
    #[cfg(target_arch = "x86_64")]
    if let Some(avx2) = avx2(simd) {
        return added(avx2, groups);
    }
    Group::sums(groups)
}

/// The same in nine instructions, which the compiler does not find.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn added(Avx2 { avx, .. }: Avx2, groups: &[Group; LANES]) -> Group {
    let mut fours = [avx._mm256_setzero_ps(); 2];
    for half in 0..2 {
        let row = |row: usize| pulp::cast(groups[4 * half + row].0);
        let (first, second) = (avx._mm256_hadd_ps(row(0), row(1)), avx._mm256_hadd_ps(row(2), row(3)));
        fours[half] = avx._mm256_hadd_ps(first, second);
    }
    // The sums of four groups' lower lanes lie side by side now, and those of their upper lanes.
    let lower = avx._mm256_permute2f128_ps::<0x20>(fours[0], fours[1]);
    let upper = avx._mm256_permute2f128_ps::<0x31>(fours[0], fours[1]);
    Group(pulp::cast(avx._mm256_add_ps(lower, upper)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::level::{Level, Work};

    struct Sums([Group; LANES]);

    impl Work for Sums {
        type Output = Group;
        #[inline(always)]
        fn run<S: Simd>(self, simd: S) -> Group {
            sums(simd, &self.0)
        }
    }

    #[test]
    fn every_instruction_set_adds_in_the_same_order() {
        for seed in 0..100 {
            let lane = |n: usize, lane: usize| libm::sinf((seed * 64 + n * 8 + lane) as f32) * 1e3;
            let groups = std::array::from_fn(|n| Group::from_fn(|number| lane(n, number)));
            let truth = Group::from_fn(|n| groups[n].sum());
            assert_eq!(Level::best().run(Sums(groups)), truth);
            assert_eq!(Level::portable().run(Sums(groups)), truth);
        }
    }
}
