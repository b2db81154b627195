//! A slow sine for moving delays, in double precision: single precision would be heard as noise.

use std::f64::consts::TAU;

use super::RUN;

/// 1 / (n (n + 1)): steps of the sine's series.
const INVERSE: [f64; 17] = {
    let mut inverse = [0.0; 17];
    let mut n = 1;
    while n < 17 {
        inverse[n] = 1.0 / (n * (n + 1)) as f64;
        n += 1;
    }
    inverse
};

/// Where the sine stands.
#[derive(Clone, Copy, Debug, Default)]
pub struct Swing {
    /// Turns, 0…1.
    phase: f64,
}

impl Swing {
    /// Back to the start of the turn.
    pub fn reset(&mut self) {
        self.phase = 0.0;
    }

    /// Sines at the current frame, each `offsets` turns (0…1) ahead; then moves on by `turns` (below 1).
    #[inline(always)]
    pub fn next<const N: usize>(&mut self, turns: f64, offsets: [f64; N]) -> [f64; N] {
        let phase = self.phase;
        self.phase = ahead(phase, turns);
        offsets.map(|offset| sine(ahead(phase, offset)))
    }

    /// Phases at each of the next `count` frames, for [`sines`]; moves on by `turns` after each. What stands behind
    /// the count is anything.
    #[inline(always)]
    pub fn run(&mut self, turns: [f64; RUN], count: usize) -> [f64; RUN] {
        let (mut phases, mut now) = ([0.0; RUN], self.phase);
        for (phase, turns) in phases.iter_mut().zip(turns).take(count) {
            *phase = now;
            now = ahead(now, turns);
        }
        self.phase = now;
        phases
    }
}

/// Sines at a run of phases, each `offsets` turns (0…1) ahead.
#[inline(always)]
pub fn sines(phases: &[f64; RUN], offsets: &[f64; RUN]) -> [f64; RUN] {
    let mut sines = [0.0; RUN];
    for frame in 0..RUN {
        sines[frame] = sine(ahead(phases[frame], offsets[frame]));
    }
    sines
}

/// A phase `turns` (0…1) further.
#[inline(always)]
pub fn ahead(phase: f64, turns: f64) -> f64 {
    let moved = phase + turns;
    if moved < 1.0 { moved } else { moved - 1.0 }
}

/// sin 2πx for x in 0…1, absolute error below 1e-11: folded to a quarter turn, Taylor series there.
#[inline(always)]
fn sine(x: f64) -> f64 {
    let centred = x - 0.5;
    let magnitude = centred.abs();
    let folded = if magnitude < 0.25 { magnitude } else { 0.5 - magnitude };
    let y = folded * TAU;
    let y2 = y * y;
    let mut series = 1.0;
    for n in [16, 14, 12, 10, 8, 6, 4, 2] {
        series = 1.0 - y2 * INVERSE[n] * series;
    }
    if centred < 0.0 { y * series } else { -(y * series) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swings_as_the_sine_does() {
        let mut swing = Swing::default();
        for frame in 0..100_000 {
            let turn = f64::from(frame) * 0.000_37;
            for (got, offset) in swing.next(0.000_37, [0.0, 0.25, 0.9]).into_iter().zip([0.0, 0.25, 0.9]) {
                assert!((got - libm::sin((turn + offset) * TAU)).abs() < 1e-9);
            }
        }
    }
}
