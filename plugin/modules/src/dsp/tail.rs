//! A wave on its way out: the plain wave, delayed, and the residuals that take its aliases out.

use super::RUN;
use super::blep::{DELAY, Residuals, TAPS};
use super::transpose::transpose;
use crate::group::{Group, LANES, LaneMask};

/// Residuals of this frame and of the frames to come, for any frame of the run that begins at a place below [`TAPS`].
const AHEAD: usize = 2 * TAPS + RUN;

/// Sums of the frames to come. Frames are counted by a place that the caller keeps: it begins below [`TAPS`], goes on
/// over a run of frames and is taken back by [`Tail::turn_back`]. Per run: [`bend`](Tail::bend) for what happens at
/// its frames and [`enter`](Tail::enter) for each, then [`leave`](Tail::leave) for all.
#[derive(Clone, Debug)]
pub struct Tail {
    /// By lane: a residual is added to one lane's frames.
    residuals: [[f32; AHEAD]; LANES],
    /// The last frames of the plain wave.
    plain: [Group; TAPS],
    /// Whether all frames are 0.
    empty: bool,
}

impl Tail {
    /// Nothing on its way.
    pub fn silent() -> Tail {
        Tail { residuals: [[0.0; AHEAD]; LANES], plain: [Group::ZERO; TAPS], empty: true }
    }

    /// Forgets what is on its way.
    pub fn clear(&mut self) {
        if !self.empty {
            *self = Tail::silent();
        }
    }

    /// Forgets it on some lanes.
    pub fn reset(&mut self, lanes: LaneMask) {
        lanes.iter().for_each(|lane| self.residuals[lane] = [0.0; AHEAD]);
        for frame in &mut self.plain {
            *frame = Group::ZERO.select(*frame, lanes);
        }
    }

    /// The frame at place [`TAPS`] is at place 0 from now on.
    pub fn turn_back(&mut self) {
        if self.empty {
            return;
        }
        for lane in &mut self.residuals {
            lane.copy_within(TAPS.., 0);
            lane[AHEAD - TAPS..].fill(0.0);
        }
    }

    /// On one lane the wave jumps by `jump` and its slope changes by `bend` per frame, at time `at` (0…1)
    /// between the frame before and this one.
    #[inline(always)]
    pub fn bend(&mut self, residuals: Residuals, place: usize, lane: usize, at: f32, jump: f32, bend: f32) {
        let place = place % (TAPS + RUN);
        let Some(frames) = self.residuals[lane % LANES][place..].first_chunk_mut::<TAPS>() else { return };
        residuals.add(frames, at, jump, bend);
    }

    /// Takes the plain wave's frame in.
    #[inline(always)]
    pub fn enter(&mut self, place: usize, plain: Group) {
        self.empty = false;
        self.plain[place % TAPS] = plain;
    }

    /// Lets a run of up to [`RUN`] frames out that came in [`DELAY`] frames ago.
    #[inline(always)]
    pub fn leave(&mut self, place: usize, count: usize, mut put: impl FnMut(usize, Group)) {
        let place = place % TAPS;
        let mut mended = [Group::ZERO; LANES];
        for (lane, mended) in mended.iter_mut().enumerate() {
            if let Some(run) = self.residuals[lane][place..].first_chunk::<RUN>() {
                *mended = Group(*run);
            }
        }
        // The oscillator is not told its instruction set; here the compiler finds the shuffles.
        transpose(pulp::Scalar256b, &mut mended);
        for (ahead, mended) in mended.into_iter().enumerate().take(count) {
            put(ahead, self.plain[(place + ahead + TAPS - DELAY) % TAPS] + mended);
        }
    }
}
