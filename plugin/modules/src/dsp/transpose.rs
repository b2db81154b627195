//! Turns eight groups about: what stood in the lanes of one stands in one lane of each.

use crate::group::{Group, LANES};
use crate::level::Simd;
#[cfg(target_arch = "x86_64")]
use crate::level::{Avx2, avx2};

/// Lane `i` of group `k` becomes lane `k` of group `i`.
#[inline(always)]
pub fn transpose<S: Simd>(simd: S, groups: &mut [Group; LANES]) {
    #[cfg(target_arch = "x86_64")]
    if let Some(avx2) = avx2(simd) {
        shuffle(avx2, groups);
        return;
    }
    *groups = exchange::<4>(exchange::<2>(exchange::<1>(*groups)));
}

/// One step of three: blocks of `STRIDE` lanes and groups change places across the diagonal.
#[inline(always)]
fn exchange<const STRIDE: usize>(rows: [Group; LANES]) -> [Group; LANES] {
    let mut turned = rows;
    for (row, turned) in turned.iter_mut().enumerate() {
        let (here, there) = (rows[row], rows[row ^ STRIDE]);
        for lane in 0..LANES {
            turned[lane] = if (lane ^ row) & STRIDE == 0 { here[lane] } else { there[lane ^ STRIDE] };
        }
    }
    turned
}

/// The same in 24 instructions, which the compiler does not find.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn shuffle(Avx2 { avx, .. }: Avx2, groups: &mut [Group; LANES]) {
    let mut columns = [avx._mm256_setzero_ps(); LANES];
    for half in 0..2 {
        let row = |row: usize| pulp::cast(groups[4 * half + row].0);
        let (a, b, c, d) = (row(0), row(1), row(2), row(3));
        let (e, f) = (avx._mm256_unpacklo_ps(a, b), avx._mm256_unpackhi_ps(a, b));
        let (g, h) = (avx._mm256_unpacklo_ps(c, d), avx._mm256_unpackhi_ps(c, d));
        columns[4 * half] = avx._mm256_shuffle_ps::<0b01_00_01_00>(e, g);
        columns[4 * half + 1] = avx._mm256_shuffle_ps::<0b11_10_11_10>(e, g);
        columns[4 * half + 2] = avx._mm256_shuffle_ps::<0b01_00_01_00>(f, h);
        columns[4 * half + 3] = avx._mm256_shuffle_ps::<0b11_10_11_10>(f, h);
    }
    for lane in 0..LANES / 2 {
        let (low, high) = (columns[lane], columns[lane + LANES / 2]);
        groups[lane].0 = pulp::cast(avx._mm256_permute2f128_ps::<0x20>(low, high));
        groups[lane + LANES / 2].0 = pulp::cast(avx._mm256_permute2f128_ps::<0x31>(low, high));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::level::{Level, Work};

    struct Transpose([Group; LANES]);

    impl Work for Transpose {
        type Output = [Group; LANES];
        #[inline(always)]
        fn run<S: Simd>(mut self, simd: S) -> [Group; LANES] {
            transpose(simd, &mut self.0);
            self.0
        }
    }

    #[test]
    fn rows_become_columns() {
        let rows = std::array::from_fn(|row| Group::from_fn(|lane| (10 * row + lane) as f32));
        let columns = std::array::from_fn(|row| Group::from_fn(|lane| (10 * lane + row) as f32));
        assert_eq!(Level::best().run(Transpose(rows)), columns);
        assert_eq!(Level::portable().run(Transpose(rows)), columns);
    }
}
