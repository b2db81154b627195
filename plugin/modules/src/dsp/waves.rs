//! The classic waves of a phase, without aliases: sine, triangle, saw and square in step.
//!
//! Whoever moves the phase tells what happened between two frames; jumps and corners are mended at their own
//! time with the residuals of [`super::blep`].

use std::f32::consts::TAU;

use super::blep::{Residuals, TAPS};
use super::phase::signed_turns;
use super::{Curve, Tail, math};
use crate::group::{Group, LANES, LaneMask};
use crate::quality::Quality;

/// Half a turn, where the saw falls; as a mask, the bit that says "yes" in [`Waves::hits`].
pub const HALF: u32 = 1 << 31;

/// A quarter turn, where the triangle turns round.
const QUARTER: u32 = 1 << 30;

/// Peak of every wave in V.
const PEAK: f32 = 5.0;

/// Which waves are wanted, in the order sine, triangle, saw, square.
pub type Wanted = [bool; 4];

/// One lane's way from one moment to another within the frame that ends now. Phases and the square's widths
/// count 2⁻³² turns.
#[derive(Clone, Copy, Debug)]
pub struct Stretch {
    /// Moments, 0…1.
    pub time: [f32; 2],
    /// Phases at both.
    pub phase: [u32; 2],
    /// Widths at both.
    pub width: [u32; 2],
    /// Course of the phase over the frame, in turns.
    pub course: Curve,
    /// Course of the phase less the width.
    pub edge: Curve,
}

/// A moment at which the phase jumps from one value to another, or turns round.
#[derive(Clone, Copy, Debug)]
pub struct Jump {
    /// Between the frame before (0) and this one (1).
    pub time: f32,
    /// Phases before and after, 2⁻³² turns.
    pub phase: [u32; 2],
    /// Speeds before and after, turns per frame.
    pub speed: [f32; 2],
    /// The square's width.
    pub width: u32,
}

/// The waves on their way out. A wave that nobody wants has no tail and costs nothing; when it is wanted again
/// it is silent for the first frames, during which its new cable is faded in. What one wave does never depends
/// on whether another is wanted.
///
/// Per run of up to [`super::RUN`] frames: [`begin`](Waves::begin); [`travel`](Waves::travel) and
/// [`jump`](Waves::jump) for what happens at its frames, [`enter`](Waves::enter) for each; [`leave`](Waves::leave).
#[derive(Debug)]
pub struct Waves {
    residuals: Residuals,
    tails: [Tail; 4],
    /// Of the next run's first frame.
    place: usize,
}

impl Waves {
    /// Silence.
    pub fn silent(quality: Quality) -> Waves {
        Waves { residuals: Residuals::of(quality), tails: std::array::from_fn(|_| Tail::silent()), place: 0 }
    }

    /// Forgets what is on its way on some lanes.
    pub fn reset(&mut self, lanes: LaneMask) {
        self.tails.iter_mut().for_each(|tail| tail.reset(lanes));
    }

    /// Forgets the waves that nobody wants.
    pub fn want(&mut self, wanted: Wanted) {
        for (tail, wanted) in self.tails.iter_mut().zip(wanted) {
            if !wanted {
                tail.clear();
            }
        }
    }

    /// Begins a run of frames; returns the place of its first one.
    #[inline(always)]
    pub fn begin(&mut self) -> usize {
        if self.place >= TAPS {
            self.place -= TAPS;
            self.tails.iter_mut().for_each(Tail::turn_back);
        }
        self.place
    }

    /// Whether a wanted wave jumps or turns round between two frames: the top bit of each lane. Phases and
    /// widths of the frame before and of this one.
    #[inline(always)]
    pub fn hits(
        phase: [&[u32; LANES]; 2],
        width: [&[u32; LANES]; 2],
        [_, triangle, saw, square]: Wanted,
    ) -> [u32; LANES] {
        // Masks instead of branches, so that this becomes vector code.
        let [triangle, saw, square] = [triangle, saw, square].map(|wanted| if wanted { HALF } else { 0 });
        let mut hits = [0; LANES];
        for lane in 0..LANES {
            let (old, new) = (phase[0][lane], phase[1][lane]);
            // The sign changes at 0 and at ½, at ½ against the direction.
            let (flip, against) = (old ^ new, new ^ new.wrapping_sub(old));
            let corner = old.wrapping_add(QUARTER) ^ new.wrapping_add(QUARTER);
            let was_up = if old < width[0][lane] { HALF } else { 0 };
            let is_up = if new < width[1][lane] { HALF } else { 0 };
            let edge = (flip & !against) | (was_up ^ is_up);
            hits[lane] = (flip & against & saw) | (corner & triangle) | (edge & square);
        }
        hits
    }

    /// Mends what the waves of a lane do on a stretch, at the frame of a place.
    #[inline(always)]
    pub fn travel(&mut self, place: usize, lane: usize, stretch: &Stretch, wanted: Wanted) {
        let [_, triangle, saw, square] = wanted;
        if saw && let Some((time, sign)) = stretch.passes(HALF) {
            self.mend(2, place, lane, time, -2.0 * PEAK * sign, 0.0);
        }
        if triangle {
            for (mark, bend) in [(QUARTER, -8.0 * PEAK), (QUARTER + HALF, 8.0 * PEAK)] {
                if let Some((time, _)) = stretch.passes(mark) {
                    self.mend(1, place, lane, time, 0.0, bend * stretch.course.slope(time).abs());
                }
            }
        }
        if square {
            let [before, after] = [0, 1].map(|end| up(stretch.phase[end], stretch.width[end]));
            let mut left = after - before;
            if let Some((time, sign)) = stretch.passes(0) {
                self.mend(3, place, lane, time, 2.0 * PEAK * sign, 0.0);
                left -= 2.0 * PEAK * sign;
            }
            // What the start of the period does not explain is the moving edge.
            if left != 0.0 {
                self.mend(3, place, lane, stretch.time_of_edge(), left, 0.0);
            }
        }
    }

    /// Mends what the waves of a lane do when the phase jumps or turns round.
    pub fn jump(&mut self, place: usize, lane: usize, jump: &Jump, wanted: Wanted) {
        let [before, after] = [0, 1].map(|side| {
            let (phase, speed) = (jump.phase[side], jump.speed[side]);
            let turns = signed_turns(phase);
            let rising = phase.wrapping_add(QUARTER) < HALF;
            [
                (PEAK * math::sin_turns(turns), PEAK * TAU * math::cos_turns(turns) * speed),
                (triangle(phase), if rising { 4.0 } else { -4.0 } * PEAK * speed),
                (2.0 * PEAK * turns, 2.0 * PEAK * speed),
                (up(phase, jump.width), 0.0),
            ]
        });
        for wave in (0..4).filter(|&wave| wanted[wave]) {
            let (rise, bend) = (after[wave].0 - before[wave].0, after[wave].1 - before[wave].1);
            self.mend(wave, place, lane, jump.time, rise, bend);
        }
    }

    /// Takes the phases and widths of a frame in.
    #[inline(always)]
    pub fn enter(&mut self, place: usize, phase: &[u32; LANES], width: &[u32; LANES], wanted: Wanted) {
        let turns = Group(phase.map(signed_turns));
        let [sine, corners, saw, square] = &mut self.tails;
        if wanted[0] {
            sine.enter(place, turns.map(math::sin_turns) * PEAK);
        }
        if wanted[1] {
            corners.enter(place, Group(phase.map(triangle)));
        }
        if wanted[2] {
            saw.enter(place, turns * (2.0 * PEAK));
        }
        if wanted[3] {
            let mut levels = Group::ZERO;
            for lane in 0..LANES {
                levels[lane] = up(phase[lane], width[lane]);
            }
            square.enter(place, levels);
        }
    }

    /// Ends a run of so many frames: puts each wanted wave out for each of them.
    #[inline(always)]
    pub fn leave(&mut self, count: usize, wanted: Wanted, mut put: impl FnMut(usize, usize, Group)) {
        for (wave, tail) in self.tails.iter_mut().enumerate() {
            if wanted[wave] {
                tail.leave(self.place, count, |ahead, group| put(wave, ahead, group));
            }
        }
        self.place += count;
    }

    #[inline(always)]
    fn mend(&mut self, wave: usize, place: usize, lane: usize, time: f32, jump: f32, bend: f32) {
        self.tails[wave].bend(self.residuals, place, lane, time, jump, bend);
    }
}

impl Stretch {
    /// Whether the phase passes a mark: when, and in which direction (±1).
    #[inline(always)]
    fn passes(&self, mark: u32) -> Option<(f32, f32)> {
        let [from, to] = self.phase.map(|phase| phase.wrapping_sub(mark) as i32);
        let forward = to.wrapping_sub(from) >= 0;
        let passed = if forward { from < 0 && to >= 0 } else { from >= 0 && to < 0 };
        passed.then(|| {
            let distance = signed_turns(mark.wrapping_sub(self.phase[0]));
            (self.reach(&self.course, distance), if forward { 1.0 } else { -1.0 })
        })
    }

    /// When the phase meets the width.
    #[inline(always)]
    fn time_of_edge(&self) -> f32 {
        self.reach(&self.edge, signed_turns(self.width[0].wrapping_sub(self.phase[0])))
    }

    #[inline(always)]
    fn reach(&self, curve: &Curve, distance: f32) -> f32 {
        let [from, to] = self.time;
        let time = curve.reach(curve.at(from) + distance, from);
        if time < to { time } else { to }
    }
}

#[inline(always)]
fn triangle(phase: u32) -> f32 {
    signed_turns(phase.wrapping_add(QUARTER)).abs() * (4.0 * PEAK) - PEAK
}

/// The square.
#[inline(always)]
fn up(phase: u32, width: u32) -> f32 {
    if phase < width { PEAK } else { -PEAK }
}
