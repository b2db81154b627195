//! When an audio signal rises through 0 V, to a small fraction of a frame: the sync input of oscillators.
//!
//! Between the frames, the signal is what a smooth, positive kernel makes of them. A kernel treats every
//! period alike wherever the frames fall, so that a periodic signal's crossings are periodic too, even those of
//! a saw whose ripple goes up to half the sample rate; a positive one cannot ring before a step. Crossings are
//! noticed half a kernel, eight frames, late.

use std::f64::consts::PI;
use std::sync::LazyLock;

use crate::group::{Group, LANES, LaneMask};

/// Frames that the kernel spans.
const TAPS: usize = 16;

/// Frames that are kept: those under the kernel wherever it lies between two frames, and a power of two.
const KEPT: usize = 2 * TAPS;

/// Places between two frames for which the kernel is kept; between these it is interpolated.
const PLACES: usize = 256;

/// cos⁶ over the span: what it lets through of a tone's image near the sample rate lies 140 dB down.
#[derive(Debug)]
struct Kernel {
    /// By place after the frame before, then by frame, the frame before first.
    rows: Vec<[f32; TAPS]>,
}

static SHARED: LazyLock<Kernel> = LazyLock::new(|| {
    let tap = |place: usize, frame: usize| {
        let x = (place as f64 / PLACES as f64 + frame as f64) / TAPS as f64 - 0.5;
        let cosine = libm::cos(PI * x);
        (libm::pow(cosine * cosine, 3.0) * 3.2 / TAPS as f64) as f32
    };
    Kernel { rows: (0..=PLACES).map(|place| std::array::from_fn(|frame| tap(place, frame))).collect() }
});

/// Watches one signal per lane.
#[derive(Debug)]
pub struct Crossing {
    kernel: &'static Kernel,
    /// A ring; the frame at `place` is the newest.
    frames: [Group; KEPT],
    place: usize,
    /// Frames since the signal was not 0, up to [`KEPT`].
    quiet: usize,
    /// The smooth signal at this frame.
    level: Group,
}

impl Crossing {
    /// After silence. Call it where allocating is allowed.
    pub fn after_silence() -> Crossing {
        Crossing { kernel: &SHARED, frames: [Group::ZERO; KEPT], place: 0, quiet: KEPT, level: Group::ZERO }
    }

    /// Whether there has been nothing but silence for so long that more of it changes nothing.
    #[inline(always)]
    pub fn is_quiet(&self) -> bool {
        self.quiet == KEPT
    }

    /// Takes a frame in. Top bits: the lanes that rose through 0 V since the frame before.
    #[inline(always)]
    pub fn rises(&mut self, volts: Group) -> [u32; LANES] {
        let silent = volts.0.iter().fold(0, |any, x| any | x.to_bits()) << 1 == 0;
        self.quiet = if silent { (self.quiet + 1).min(KEPT) } else { 0 };
        if self.quiet == KEPT {
            return [0; LANES];
        }
        let before = self.level;
        self.place = (self.place + 1) % KEPT;
        self.frames[self.place] = volts;
        let mut level = Group::ZERO;
        for (back, &tap) in self.kernel.rows[0].iter().enumerate() {
            level += self.frames[(self.place + KEPT - back) % KEPT] * tap;
        }
        self.level = level;
        std::array::from_fn(|lane| if level[lane] > 0.0 && before[lane] <= 0.0 { 1 << 31 } else { 0 })
    }

    /// When a lane that just rose did so: 0 at the frame before, 1 at this one.
    pub fn time(&self, lane: usize) -> f32 {
        // The signal is nearly straight here, so that one slope serves every step towards the crossing.
        let slope = self.level_at(lane, 1.0) - self.level_at(lane, 0.0);
        let mut time = 0.0;
        for _ in 0..6 {
            time -= self.level_at(lane, time) / slope;
            time = if time > 0.0 { time } else { 0.0 };
            time = if time < 1.0 { time } else { 1.0 };
        }
        time
    }

    /// Forgets the signal on some lanes.
    pub fn reset(&mut self, lanes: LaneMask) {
        for frame in self.frames.iter_mut().chain([&mut self.level]) {
            *frame = Group::ZERO.select(*frame, lanes);
        }
    }

    /// The smooth signal between the frame before (0) and this one (1).
    fn level_at(&self, lane: usize, time: f32) -> f32 {
        let place = time * PLACES as f32;
        let row = (place as usize).min(PLACES - 1);
        let upper = place - row as f32;
        let (low, high) = (&self.kernel.rows[row], &self.kernel.rows[row + 1]);
        (0..TAPS).fold(0.0, |sum, back| {
            let tap = low[back] + (high[back] - low[back]) * upper;
            sum + self.frames[(self.place + KEPT - 1 - back) % KEPT][lane] * tap
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Times of the crossings of a signal, in frames.
    fn crossings(frames: usize, signal: impl Fn(f64) -> f64) -> Vec<f64> {
        let mut crossing = Crossing::after_silence();
        let mut found = Vec::new();
        for frame in 0..frames {
            let hits = crossing.rises(Group::splat(signal(frame as f64) as f32));
            if hits[5] != 0 {
                found.push(frame as f64 - 1.0 + f64::from(crossing.time(5)));
            }
        }
        found
    }

    #[test]
    fn finds_a_sine_s_crossings_wherever_they_fall() {
        let period = 27.3;
        let found = crossings(1_000, |time| 5.0 * libm::sin(std::f64::consts::TAU * time / period));
        assert_eq!(found.len(), 37);
        for (number, found) in found.iter().enumerate().skip(1) {
            let ideal = number as f64 * period + (TAPS / 2) as f64;
            assert!((found - ideal).abs() < 5e-6, "{found} for {ideal}");
        }
    }

    #[test]
    fn a_gate_rises_once_and_at_once() {
        let found = crossings(200, |time| if (50.0..100.0).contains(&time) { 10.0 } else { 0.0 });
        assert_eq!(found.len(), 1);
        assert!((found[0] - 50.0).abs() <= 1.0, "{}", found[0]);
    }
}
