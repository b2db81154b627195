//! What every program is asked to render: the reference patch or a bare saw.

use std::path::{Path, PathBuf};

/// Frames per second.
pub(super) const RATE: usize = 48_000;

/// What sounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Piece {
    /// The reference patch with so many keys held from the first frame on.
    Voices(usize),
    /// A saw of so many Hz, half of full scale.
    Saw(f64),
}

/// One render.
#[derive(Clone, Copy, Debug)]
pub(super) struct Take<'a> {
    pub(super) piece: Piece,
    /// Threads that render.
    pub(super) threads: usize,
    /// Frames per block.
    pub(super) block: usize,
    pub(super) seconds: f64,
    /// `tests/peers`: the patch in each language.
    pub(super) sources: &'a Path,
    /// Where files may be made.
    pub(super) folder: &'a Path,
}

impl Take<'_> {
    /// The WAV file that is to be written.
    pub(super) fn out(&self) -> PathBuf {
        self.folder.join("out.wav")
    }
}

/// MIDI channel (from 0) and key of a voice; no two voices share both.
pub(super) fn key(voice: usize) -> (u8, u8) {
    ((voice / 32) as u8, (36 + 2 * (voice % 32) + voice / 32 % 2) as u8)
}

/// Pitch of a voice.
pub(super) fn hertz(voice: usize) -> f64 {
    440.0 * ((f64::from(key(voice).1) - 69.0) / 12.0).exp2()
}

/// Level of each of so many voices: the more, the quieter, so that the sum stays alike.
pub(super) fn level(voices: usize) -> f64 {
    0.5 / (voices as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_voices_share_a_key() {
        let mut keys: Vec<_> = (0..128).map(key).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), 128);
        assert_eq!(key(127), (3, 99));
        assert!((hertz(16) - 415.304_698).abs() < 1e-6, "voice 16 plays G sharp");
    }
}
