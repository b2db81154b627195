//! Work of a known length that is arithmetic, not waiting: a thread that loses its CPU in the middle has to make
//! up for it, as with real sound.

use std::hint::black_box;
use std::time::Instant;

use crate::quantile::Quantiles;

/// How fast this machine counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Speed {
    /// Steps of [`compute`] in a microsecond.
    pub steps_per_us: f64,
}

impl Speed {
    /// Measures it, in some 50 ms.
    pub fn calibrate() -> Speed {
        const STEPS: u32 = 200_000;
        let times = (0..100).map(|_| {
            let begun = Instant::now();
            black_box(compute(black_box(STEPS)));
            begun.elapsed().as_secs_f64() * 1e6
        });
        // What disturbs makes it slower only; the very fastest may be a clock's luck.
        Speed { steps_per_us: f64::from(STEPS) / Quantiles::of(times.collect()).at(0.1) }
    }

    /// Steps that take this long.
    pub fn steps(self, us: f64) -> u32 {
        (self.steps_per_us * us).round() as u32
    }
}

/// A chain of multiplications and additions in which each step waits for the one before.
#[inline(never)]
pub fn compute(steps: u32) -> f32 {
    let mut value = 0.1f32;
    for _ in 0..steps {
        value = value * 0.999_9 + 0.000_05;
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twice_the_steps_take_twice_as_long() {
        let time = |steps: u32| {
            let times = (0..50).map(|_| {
                let begun = Instant::now();
                black_box(compute(black_box(steps)));
                begun.elapsed().as_secs_f64()
            });
            Quantiles::of(times.collect()).at(0.0)
        };
        let ratio = time(200_000) / time(100_000);
        assert!((1.5..3.0).contains(&ratio), "{ratio}: the loop is optimised away");
        assert!(Speed::calibrate().steps(10.0) > 100);
    }
}
