//! Reading between frames: a windowed sinc of 32 taps, good to 105 dB up to 15 kHz at 48 kHz.
//!
//! Kaiser & Schafer, "On the use of the I0-sinh window for spectrum analysis", 1980; Laakso et al., "Splitting
//! the unit delay", IEEE Signal Processing Magazine 1996. The weights stand in a table of phases, straight
//! lines between them.

use std::f64::consts::PI;
use std::sync::OnceLock;

use super::kaiser::kaiser;
use super::math::ceil;
use crate::group::{Group, LANES};
use crate::level::Simd;
use crate::vector::Vector;

/// Frames that a reading takes in.
pub const TAPS: usize = 32;

/// Frames before the instant that is read, among the taps; the rest follow it.
pub const BEFORE: usize = TAPS / 2;

const ROWS_OF_LANES: usize = TAPS / LANES;

/// Phases between two frames: the straight lines then stay below −120 dB.
const PHASES: usize = 512;

/// Shape of the window: stop band near −108 dB.
const BETA: f64 = 11.0;

/// What each tap of a window weighs.
pub type Weights<S> = [Vector<S>; ROWS_OF_LANES];

/// The weights of all phases, and of the one that is a whole frame further.
#[derive(Debug)]
pub struct Sinc {
    phases: Box<[Phase; PHASES + 1]>,
}

/// The weights at one phase. The way to those at the next would fit in here, but the caches are better used so.
type Phase = [Group; ROWS_OF_LANES];

impl Sinc {
    /// The table, made on the first call: keep the reference, do not ask on the audio path.
    pub fn shared() -> &'static Sinc {
        static TABLE: OnceLock<Sinc> = OnceLock::new();
        TABLE.get_or_init(|| {
            let mut phases = Box::new([[Group::ZERO; ROWS_OF_LANES]; PHASES + 1]);
            phases.iter_mut().enumerate().for_each(|(number, here)| *here = phase(number));
            Sinc { phases }
        })
    }

    /// What each tap weighs at a [`place`] after tap `BEFORE - 1`.
    #[inline(always)]
    pub fn weights<S: Simd>(&self, simd: S, phase: u32, beyond: f32) -> Weights<S> {
        let phase = phase as usize % PHASES;
        let (mut weights, next) =
            (Vector::all(simd, &self.phases[phase]), Vector::all(simd, &self.phases[phase + 1]));
        for row in 0..ROWS_OF_LANES {
            weights[row] = weights[row] + (next[row] - weights[row]) * beyond;
        }
        weights
    }
}

/// The frames of a window, in order of time, times their weights. The sum of the lanes is the reading.
#[inline(always)]
pub fn weigh<S: Simd>(window: &[f32; TAPS], weights: &Weights<S>) -> Group {
    let mut parts = *weights;
    for (part, taps) in parts.iter_mut().zip(window.as_chunks().0) {
        *part = Vector::of(part.simd(), Group(*taps)) * *part;
    }
    ((parts[0] + parts[1]) + (parts[2] + parts[3])).group()
}

/// Where a signal is read some frames ago (0 ≤ `delay` < 2²²): how many frames ago the first of them is that is not
/// later, the phase at or before the instant from there, and how far it is from that phase to the next, 0…1.
#[inline(always)]
pub fn place(delay: f64) -> (u32, u32, f32) {
    // All of this is exact but the last step.
    let phases = delay * PHASES as f64;
    let (whole, above) = ceil(phases);
    let frames = whole.div_ceil(PHASES as u32);
    (frames, frames * PHASES as u32 - whole, (above - phases) as f32)
}

/// The weights of one phase, scaled so that DC passes unchanged.
fn phase(number: usize) -> Phase {
    let at = (BEFORE - 1) as f64 + number as f64 / PHASES as f64;
    let weights: [f64; TAPS] = std::array::from_fn(|tap| {
        let x = tap as f64 - at;
        let sinc = if x == 0.0 { 1.0 } else { libm::sin(PI * x) / (PI * x) };
        sinc * kaiser(x / BEFORE as f64, BETA)
    });
    let sum: f64 = weights.iter().sum();
    std::array::from_fn(|row| Group::from_fn(|lane| (weights[row * LANES + lane] / sum) as f32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_sine_between_its_frames() {
        let sinc = Sinc::shared();
        for cycles_per_frame in [0.001, 0.1, 0.3] {
            let sine = |frame: f64| libm::sin(frame * cycles_per_frame * 2.0 * PI);
            let window: [f32; TAPS] = std::array::from_fn(|tap| sine(tap as f64) as f32);
            for step in 0..1_000 {
                let fraction = f64::from(step) / 1_000.0;
                let (_, phase, beyond) = place(1.0 - fraction);
                let error = f64::from(weigh(&window, &sinc.weights(pulp::Scalar256b, phase, beyond)).sum())
                    - sine(15.0 + fraction);
                assert!(error.abs() < 1e-5, "{cycles_per_frame} at {fraction}: {error}");
            }
        }
    }
}
