//! Follows the host's song, with the same bits for every way in which the host cuts its blocks.
//!
//! The host tells a position per block, and its last bits differ from cut to cut. So a position is taken
//! once, rounded to a fine grid, and counted on from there in frames; the host's word only serves to see that
//! the count still holds.

use crate::host::Transport;

/// Grid on which a position is taken, per beat: 1024 steps of a 960th, 0.5 µs at 120 bpm.
const GRID: f64 = 983_040.0;
/// Beats by which the host may differ from the count before it is believed: four steps of the grid.
const TOLERANCE: f64 = 4.0 / GRID;
/// Beats from which on a difference is a jump and no correction.
const JUMP: f64 = 1.0 / 32.0;
/// Beats that every position leans forward, a third of a grid step, so that one which is meant to lie on a
/// beat never comes out a hair before it.
const LEAN: f64 = 1.0 / (3.0 * GRID);

/// What the song does at a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Motion {
    /// It stands still.
    Stopped,
    /// Its first frame.
    Started,
    /// It goes on from the frame before.
    Runs,
    /// It goes on from another place.
    Jumped,
}

/// The song as counted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Song {
    /// Position in beats where counting began.
    origin: f64,
    /// Frames counted since.
    frames: u32,
    beats_per_frame: f64,
    runs: bool,
}

impl Song {
    /// Takes a frame of the block in; call it for every frame in order.
    #[inline(always)]
    pub fn follow(&mut self, transport: &Transport, frame: usize) -> Motion {
        let (host, beats_per_frame) = (transport.beats_at(frame), transport.beats_per_frame);
        if !transport.playing || host.abs() > 1e9 || !host.is_finite() || !beats_per_frame.is_finite() {
            self.runs = false;
            return Motion::Stopped;
        }
        if !self.runs {
            self.runs = true;
            self.count_from(host, beats_per_frame);
            return Motion::Started;
        }
        self.frames += 1;
        let error = (host - self.counted()).abs();
        // The count begins again long before it would run out.
        if error > TOLERANCE || beats_per_frame != self.beats_per_frame || self.frames == u32::MAX {
            self.count_from(host, beats_per_frame);
        }
        if error < JUMP { Motion::Runs } else { Motion::Jumped }
    }

    /// Song position at the frame taken in last, in beats; meant to be rounded down.
    #[inline(always)]
    pub fn beats(&self) -> f64 {
        self.counted() + LEAN
    }

    /// Speed at that frame.
    #[inline(always)]
    pub fn beats_per_frame(&self) -> f64 {
        self.beats_per_frame
    }

    #[inline(always)]
    fn counted(&self) -> f64 {
        self.origin + f64::from(self.frames) * self.beats_per_frame
    }

    fn count_from(&mut self, host: f64, beats_per_frame: f64) {
        self.origin = (host * GRID + 0.5).floor() / GRID;
        self.frames = 0;
        self.beats_per_frame = beats_per_frame;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A song at 123.4 bpm that loops at beat 4, told in blocks of `cut` frames by a host that rounds to
    /// CLAP's 2⁻³¹ of a beat.
    fn told(cut: usize) -> Vec<(Motion, f64)> {
        let beats_per_frame = 123.4 / 60.0 / 48_000.0;
        let mut song = Song::default();
        (0..200_000)
            .map(|frame| {
                let first = frame / cut * cut;
                let beats = (first % 96_000) as f64 * beats_per_frame;
                let beats = (beats * 2_147_483_648.0).round() / 2_147_483_648.0;
                let transport = Transport { playing: true, beats, beats_per_frame, ..Transport::default() };
                (song.follow(&transport, frame - first), song.beats())
            })
            .collect()
    }

    #[test]
    fn every_cut_tells_the_same_song() {
        let whole = told(64);
        let truth = |frame: usize| (frame % 96_000) as f64 * 123.4 / 60.0 / 48_000.0;
        for (frame, &(motion, beats)) in whole.iter().enumerate() {
            assert!((beats - truth(frame)).abs() < 1.5e-6, "frame {frame}: {beats}");
            let jumps = frame > 0 && frame % 96_000 == 0;
            assert_eq!(motion == Motion::Jumped, jumps, "frame {frame}");
        }
        for cut in [1, 32, 480] {
            assert!(told(cut) == whole, "cut {cut}");
        }
    }
}
