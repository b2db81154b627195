//! What a band-limited step or ramp differs by from the plain one: residuals that take the aliases out of
//! waves with jumps and corners.
//!
//! A Kaiser-windowed sinc, integrated once for steps and twice for ramps. (Brandt, "Hard sync without
//! aliasing", ICMC 2001; Esqueda, Välimäki & Bilbao, "Rounding corners with BLAMP", DAFx 2016.)

use super::kaiser::kaiser;
use crate::quality::Quality;
use std::f64::consts::PI;
use std::sync::LazyLock;

/// Frames that the longest residual spans.
pub const TAPS: usize = 64;

/// Frames from a residual's start to the jump that it belongs to: the delay of waves that are mended so, at any
/// quality.
pub const DELAY: usize = TAPS / 2;

/// Frames that an economical residual spans.
const SHORT_TAPS: usize = 16;

/// Places between two frames for which residuals are kept; between these they are interpolated.
const PLACES: usize = 512;

/// What the ideal step is smoothed by: a sinc under a window.
#[derive(Clone, Copy, Debug)]
struct Smoothing {
    /// Where the band ends, in cycles per frame: 6 dB down there.
    cutoff: f64,
    /// Shape of the Kaiser window.
    beta: f64,
}

/// Ends at 22.6 kHz at 48 kHz; what lies beyond the band is 100 dB down.
const LONG: Smoothing = Smoothing { cutoff: 0.47, beta: 10.0 };
/// Ends at 18.7 kHz, softly; what lies beyond the band is 60 dB down.
const SHORT: Smoothing = Smoothing { cutoff: 0.39, beta: 6.0 };

/// Residuals of a jump by 1 and of a bend by 1 per frame, over so many frames.
#[derive(Debug)]
struct Table<const SPAN: usize> {
    /// By place between the frames, then by frame. Place 0 is at the frame before, the last at the frame.
    step: Vec<[f32; SPAN]>,
    ramp: Vec<[f32; SPAN]>,
}

/// The residuals of one quality.
#[derive(Clone, Copy, Debug)]
pub struct Residuals(Length);

#[derive(Clone, Copy, Debug)]
enum Length {
    Full(&'static Table<TAPS>),
    Economy(&'static Table<SHORT_TAPS>),
}

static FULL: LazyLock<Table<TAPS>> = LazyLock::new(|| Table::build(LONG));
static ECONOMY: LazyLock<Table<SHORT_TAPS>> = LazyLock::new(|| Table::build(SHORT));

impl Residuals {
    /// Those of a quality; their table is made at the first call: call it where allocating is allowed.
    pub fn of(quality: Quality) -> Residuals {
        Residuals(match quality {
            Quality::Full => Length::Full(&FULL),
            Quality::Economy => Length::Economy(&ECONOMY),
        })
    }

    /// Adds to frames the residual of a jump by `jump` and a bend by `bend` per frame at time `at` (0…1) between the
    /// frame before the first of them and the first, which is [`DELAY`] frames before the one that it happens at.
    #[inline(always)]
    pub fn add(self, frames: &mut [f32; TAPS], at: f32, jump: f32, bend: f32) {
        match self.0 {
            Length::Full(table) => table.add(frames, at, jump, bend),
            Length::Economy(table) => table.add(frames, at, jump, bend),
        }
    }
}

impl<const SPAN: usize> Table<SPAN> {
    #[inline(always)]
    fn add(&self, frames: &mut [f32; TAPS], at: f32, jump: f32, bend: f32) {
        let Some(frames) = frames[DELAY - SPAN / 2..].first_chunk_mut::<SPAN>() else { return };
        let place = at * PLACES as f32;
        let row = (place as usize).min(PLACES - 1);
        let upper = place - row as f32;
        for (table, size) in [(&self.step, jump), (&self.ramp, bend)] {
            if size == 0.0 {
                continue;
            }
            let (low, high) = (&table[row], &table[row + 1]);
            for tap in 0..SPAN {
                frames[tap] += (low[tap] + (high[tap] - low[tap]) * upper) * size;
            }
        }
    }

    fn build(smoothing: Smoothing) -> Table<SPAN> {
        let half = SPAN / 2;
        let width = 1.0 / PLACES as f64;
        let x = |point: usize| point as f64 * width - half as f64;
        let sinc = |x: f64| smoothing.at(x, half as f64);
        let points = SPAN * PLACES;
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
                let after = if tap >= half { plain(x(point)) } else { 0.0 };
                (integral[point] / total - after) as f32
            };
            (0..=PLACES).map(|place| std::array::from_fn(|number| tap(place, number))).collect()
        };
        Table { step: rows(&step, |_| 1.0), ramp: rows(&ramp, |x| x) }
    }
}

impl Smoothing {
    /// Its value at a time in frames; its window reaches `half` frames to either side.
    fn at(self, x: f64, half: f64) -> f64 {
        let angle = 2.0 * PI * self.cutoff * x;
        let sinc = if angle == 0.0 { 1.0 } else { libm::sin(angle) / angle };
        2.0 * self.cutoff * sinc * kaiser(x / half, self.beta)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUALITIES: [Quality; 2] = [Quality::Full, Quality::Economy];

    fn residual(quality: Quality, at: f32, jump: f32, bend: f32) -> [f32; TAPS] {
        let mut taps = [0.0; TAPS];
        Residuals::of(quality).add(&mut taps, at, jump, bend);
        taps
    }

    #[test]
    fn residuals_fade_out_on_both_sides_and_sum_to_the_plain_wave_s_lag() {
        for (quality, edge) in [(Quality::Full, 0), (Quality::Economy, DELAY - 8)] {
            for at in [0.0, 0.3, 0.999, 1.0] {
                let [step, ramp] =
                    [(1.0, 0.0), (0.0, 1.0)].map(|(jump, bend)| residual(quality, at, jump, bend));
                let limit = if quality == Quality::Full { 1e-4 } else { 2e-3 };
                for tap in [step[edge], step[TAPS - 1 - edge], ramp[edge], ramp[TAPS - 1 - edge]] {
                    assert!(tap.abs() < limit, "{at}: {tap}");
                }
                // The plain step is at a frame, the ideal one at `at`: their sums differ by the time between.
                let sum: f64 = step.iter().map(|&tap| f64::from(tap)).sum();
                assert!((sum - (0.5 - f64::from(at))).abs() < limit.into(), "{quality:?} {at}: {sum}");
            }
        }
    }

    #[test]
    fn a_jump_on_a_frame_is_odd_about_it() {
        for quality in QUALITIES {
            let step = residual(quality, 1.0, 2.0, 0.0);
            assert!((step[DELAY] + 1.0).abs() < 1e-6, "half the jump is taken back at its middle");
            for n in 1..DELAY {
                assert!((step[DELAY - n] + step[DELAY + n]).abs() < 1e-6);
            }
        }
    }
}
