//! Random numbers by place: the n-th number of a seed is known without the ones before it, so that a draw
//! never depends on how often others drew.

/// The `n`-th random word of a seed. (SplitMix64: Steele, Lea & Flood, "Fast splittable pseudorandom number
/// generators", OOPSLA 2014.)
#[inline(always)]
pub fn word(seed: u64, n: u64) -> u64 {
    let mut x = seed.wrapping_add(n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    x = (x ^ x >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ x >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ x >> 31
}

/// The `n`-th number of a seed, even in 0 ≤ x < 1, in steps of 2⁻²⁴.
#[inline(always)]
pub fn unit(seed: u64, n: u64) -> f32 {
    (word(seed, n) >> 40) as f32 * (1.0 / 16_777_216.0)
}

/// The `n`-th number of a seed, even in −1 ≤ x < 1.
#[inline(always)]
pub fn bipolar(seed: u64, n: u64) -> f32 {
    unit(seed, n) * 2.0 - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_even_and_without_memory() {
        let draws = 20_000u16;
        let of = |n: u16| f64::from(bipolar(7, u64::from(n)));
        let mean = (0..draws).map(of).sum::<f64>() / f64::from(draws);
        let power = (0..draws).map(|n| of(n) * of(n)).sum::<f64>() / f64::from(draws);
        let lag = (1..draws).map(|n| of(n) * of(n - 1)).sum::<f64>() / f64::from(draws);
        assert!(mean.abs() < 0.02, "mean {mean}");
        assert!((power - 1.0 / 3.0).abs() < 0.01, "power {power}");
        assert!(lag.abs() < 0.01, "neighbours {lag}");
    }
}
