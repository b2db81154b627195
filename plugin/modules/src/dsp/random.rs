//! Random numbers, independent on every lane.

use std::f32::consts::LN_2;

use super::math;
use crate::group::{Group, LANES, LaneMask};
use crate::module::Setup;

/// A generator per lane: xoshiro128++ (Blackman & Vigna, "Scrambled linear pseudorandom number generators",
/// 2018), seeded from [`Setup::lane_seed`], so that the lanes of a mono unit agree.
#[derive(Clone, Debug)]
pub struct Random {
    state: [[u32; LANES]; 4],
    fresh: [[u32; LANES]; 4],
}

impl Random {
    /// `stream` tells several generators of one unit apart.
    pub fn new(setup: &Setup, stream: u64) -> Random {
        let word = |lane: usize, half: usize| {
            let seed = setup.lane_seed(lane).wrapping_add(stream);
            Setup { seed, mono: false, ..*setup }.lane_seed(half)
        };
        let low = |half: usize| std::array::from_fn(|lane| word(lane, half) as u32);
        // Never 0: a state of zeros only would stay there.
        let high = |half: usize| std::array::from_fn(|lane| (word(lane, half) >> 32) as u32 | 1);
        let fresh = [low(0), high(0), low(1), high(1)];
        Random { state: fresh, fresh }
    }

    /// Starts again on some lanes.
    pub fn reset(&mut self, lanes: LaneMask) {
        for (words, fresh) in self.state.iter_mut().zip(&self.fresh) {
            lanes.iter().for_each(|lane| words[lane] = fresh[lane]);
        }
    }

    /// 32 random bits on every lane.
    #[inline(always)]
    pub fn bits(&mut self) -> [u32; LANES] {
        let [a, b, c, d] = &mut self.state;
        let mut result = [0; LANES];
        for lane in 0..LANES {
            result[lane] = a[lane].wrapping_add(d[lane]).rotate_left(7).wrapping_add(a[lane]);
            let shifted = b[lane] << 9;
            c[lane] ^= a[lane];
            d[lane] ^= b[lane];
            b[lane] ^= c[lane];
            a[lane] ^= d[lane];
            c[lane] ^= shifted;
            d[lane] = d[lane].rotate_left(11);
        }
        result
    }

    /// Evenly distributed in 0…1, without 1.
    #[inline(always)]
    pub fn unipolar(&mut self) -> Group {
        const UNIT: f32 = 1.0 / (1 << 24) as f32;
        let bits = self.bits();
        Group::from_fn(|lane| (bits[lane] >> 8) as i32 as f32 * UNIT)
    }

    /// Evenly distributed in −1…1.
    #[inline(always)]
    pub fn bipolar(&mut self) -> Group {
        const UNIT: f32 = 1.0 / (1u32 << 31) as f32;
        let bits = self.bits();
        Group::from_fn(|lane| bits[lane] as i32 as f32 * UNIT)
    }

    /// Normally distributed with variance 1, within ±5.8 (Box & Muller, "A note on the generation of random
    /// normal deviates", 1958).
    #[inline(always)]
    pub fn normal(&mut self) -> Group {
        // From 2⁻²⁴ up, so that the logarithm is finite.
        let radius = self.unipolar().map(|x| math::log2(1.0 - x) * (-2.0 * LN_2)).sqrt();
        radius * self.unipolar().map(math::cos_turns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setup() -> Setup {
        Setup { seed: 7, ..Setup::at(48_000.0) }
    }

    #[test]
    fn is_even_and_its_lanes_are_independent() {
        const FRAMES: usize = 100_000;
        let mut random = Random::new(&setup(), 0);
        let (mut sum, mut power, mut across) = (0.0, 0.0, 0.0);
        for _ in 0..FRAMES {
            let x = random.bipolar();
            assert!(x.peak() <= 1.0);
            sum += f64::from(x.sum());
            power += f64::from((x * x).sum());
            across += f64::from(x[0] * x[1] + x[2] * x[3] + x[4] * x[5] + x[6] * x[7]);
        }
        let count = (FRAMES * LANES) as f64;
        assert!((sum / count).abs() < 2.5e-3, "mean {}", sum / count);
        assert!((power / count - 1.0 / 3.0).abs() < 2e-3, "power {}", power / count);
        assert!((across / count).abs() < 2e-3, "correlation {}", across / count);
    }

    #[test]
    fn normal_numbers_have_the_bell_s_moments() {
        const FRAMES: usize = 100_000;
        let mut random = Random::new(&setup(), 0);
        let (mut power, mut fourth) = (0.0, 0.0);
        for _ in 0..FRAMES {
            let square = random.normal().map(|x| x * x);
            assert!(square.peak() < 5.8 * 5.8);
            power += f64::from(square.sum());
            fourth += f64::from((square * square).sum());
        }
        let count = (FRAMES * LANES) as f64;
        assert!((power / count - 1.0).abs() < 0.01, "variance {}", power / count);
        assert!((fourth / count - 3.0).abs() < 0.05, "kurtosis {}", fourth / count);
    }

    #[test]
    fn lanes_start_again_one_by_one_and_agree_in_mono() {
        let mut random = Random::new(&setup(), 0);
        let first = random.unipolar();
        let second = random.unipolar();
        assert!(first != second && Random::new(&setup(), 1).unipolar() != first);
        random.reset(LaneMask::one(3));
        let third = random.unipolar();
        assert_eq!(third[3], first[3]);
        assert!((0..LANES).all(|lane| lane == 3 || third[lane] != first[lane]));
        let mono = Random::new(&Setup { mono: true, ..setup() }, 0).unipolar();
        assert_eq!(mono, Group::splat(mono[0]));
    }
}
