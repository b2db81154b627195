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
        sines(&offsets.map(|offset| ahead(phase, offset)))
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

/// sin 2πx for some x in 0…1, absolute error below 1e-11: folded to a quarter turn, Taylor series there.
#[inline(always)]
pub fn sines<const N: usize>(turns: &[f64; N]) -> [f64; N] {
    let (mut folded, mut square, mut series) = ([0.0; N], [0.0; N], [1.0; N]);
    for n in 0..N {
        let magnitude = (turns[n] - 0.5).abs();
        folded[n] = if magnitude < 0.25 { magnitude } else { 0.5 - magnitude };
        folded[n] *= TAU;
        square[n] = folded[n] * folded[n];
    }
    // All at once, term by term: each step waits for the one before.
    for term in [16, 14, 12, 10, 8, 6, 4, 2] {
        for n in 0..N {
            series[n] = 1.0 - square[n] * INVERSE[term] * series[n];
        }
    }
    let mut sines = [0.0; N];
    for n in 0..N {
        let sine = folded[n] * series[n];
        sines[n] = if turns[n] - 0.5 < 0.0 { sine } else { -sine };
    }
    sines
}

/// A phase `turns` (0…1) further.
#[inline(always)]
pub fn ahead(phase: f64, turns: f64) -> f64 {
    let moved = phase + turns;
    if moved < 1.0 { moved } else { moved - 1.0 }
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
