//! What a band-limited step or ramp differs by from the plain one: residuals that take the aliases out of
//! waves with jumps and corners.
//!
//! A Kaiser-windowed sinc, integrated once for steps and twice for ramps. (Brandt, "Hard sync without
//! aliasing", ICMC 2001; Esqueda, Välimäki & Bilbao, "Rounding corners with BLAMP", DAFx 2016.)

use super::kaiser::kaiser;
use std::f64::consts::PI;
use std::sync::LazyLock;

/// Frames that one residual spans.
pub const TAPS: usize = 64;

/// Frames from a residual's start to the jump that it belongs to: the delay of waves that are mended so.
pub const DELAY: usize = TAPS / 2;

/// Places between two frames for which residuals are kept; between these they are interpolated.
const PLACES: usize = 512;

/// Where the band ends, in cycles per frame: 22.6 kHz at 48 kHz, 6 dB down.
const CUTOFF: f64 = 0.47;

/// Shape of the Kaiser window; what lies beyond the band is 100 dB down.
const BETA: f64 = 10.0;

/// Residuals of a jump by 1 and of a bend by 1 per frame.
#[derive(Debug)]
pub struct Residuals {
    /// By place between the frames, then by frame. Place 0 is at the frame before, the last at the frame.
    step: Vec<[f32; TAPS]>,
    ramp: Vec<[f32; TAPS]>,
}

static SHARED: LazyLock<Residuals> = LazyLock::new(Residuals::build);

impl Residuals {
    /// The one table, made at the first call: call it where allocating is allowed.
    pub fn shared() -> &'static Residuals {
        &SHARED
    }

    /// Residual of a jump by `jump` and a bend by `bend` per frame at time `at` (0…1) between the frame before
    /// and this one. Its tap [`DELAY`] belongs to this frame.
    #[inline]
    pub fn at(&self, at: f32, jump: f32, bend: f32) -> [f32; TAPS] {
        let place = at * PLACES as f32;
        let row = (place as usize).min(PLACES - 1);
        let upper = place - row as f32;
        let mut taps = [0.0; TAPS];
        for (table, size) in [(&self.step, jump), (&self.ramp, bend)] {
            if size == 0.0 {
                continue;
            }
            let (low, high) = (&table[row], &table[row + 1]);
            for (tap, (low, high)) in taps.iter_mut().zip(low.iter().zip(high)) {
                *tap += (low + (high - low) * upper) * size;
            }
        }
        taps
    }

    fn build() -> Residuals {
        let width = 1.0 / PLACES as f64;
        let x = |point: usize| point as f64 * width - DELAY as f64;
        let points = TAPS * PLACES;
        let kernel: Vec<f64> = (0..=points).map(|point| sinc(x(point))).collect();
        let (mut step, mut ramp) = (vec![0.0; points + 1], vec![0.0; points + 1]);
        for point in 0..points {
            let (left, right) = (kernel[point], kernel[point + 1]);
            step[point + 1] = step[point] + width / 6.0 * (left + 4.0 * sinc(x(point) + width / 2.0) + right);
            ramp[point + 1] = ramp[point]
                + width / 2.0 * (step[point] + step[point + 1])
                + width * width / 12.0 * (left - right);
        }
        let total = step[points];
        let rows = |integral: &[f64], plain: fn(f64) -> f64| {
            let tap = |place: usize, tap: usize| {
                let point = (tap + 1) * PLACES - place;
                let after = if tap >= DELAY { plain(x(point)) } else { 0.0 };
                (integral[point] / total - after) as f32
            };
            (0..=PLACES).map(|place| std::array::from_fn(|number| tap(place, number))).collect()
        };
        Residuals { step: rows(&step, |_| 1.0), ramp: rows(&ramp, |x| x) }
    }
}

/// The windowed sinc.
fn sinc(x: f64) -> f64 {
    let angle = 2.0 * PI * CUTOFF * x;
    let sinc = if angle == 0.0 { 1.0 } else { libm::sin(angle) / angle };
    let place = x / DELAY as f64;
    2.0 * CUTOFF * sinc * kaiser(place, BETA)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn residuals_fade_out_on_both_sides_and_sum_to_the_plain_wave_s_lag() {
        let residuals = Residuals::shared();
        for at in [0.0, 0.3, 0.999, 1.0] {
            let step = residuals.at(at, 1.0, 0.0);
            let ramp = residuals.at(at, 0.0, 1.0);
            for tap in [step[0], step[TAPS - 1], ramp[0], ramp[TAPS - 1]] {
                assert!(tap.abs() < 1e-4, "{at}: {tap}");
            }
            // The plain step is at a frame, the ideal one at `at`: their sums differ by the time between.
            let sum: f64 = step.iter().map(|&tap| f64::from(tap)).sum();
            assert!((sum - (0.5 - f64::from(at))).abs() < 1e-4, "{at}: {sum}");
        }
    }

    #[test]
    fn a_jump_on_a_frame_is_odd_about_it() {
        let step = Residuals::shared().at(1.0, 2.0, 0.0);
        assert!((step[DELAY] + 1.0).abs() < 1e-6, "half the jump is taken back at its middle");
        for n in 1..DELAY {
            assert!((step[DELAY - n] + step[DELAY + n]).abs() < 1e-6);
        }
    }
}
