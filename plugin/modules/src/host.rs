//! What the host gives to every module: its audio and its transport.

use crate::io::BLOCK;

/// Song position, as the host tells it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Transport {
    /// Whether the song runs.
    pub playing: bool,
    /// Tempo in beats (quarter notes) per minute.
    pub tempo_bpm: f64,
    /// Song position at frame 0 of the block, in beats.
    pub beats: f64,
    /// Beats per frame while playing, else 0.
    pub beats_per_frame: f64,
    /// Beats per bar.
    pub beats_per_bar: f64,
}

impl Default for Transport {
    fn default() -> Transport {
        Transport { playing: false, tempo_bpm: 120.0, beats: 0.0, beats_per_frame: 0.0, beats_per_bar: 4.0 }
    }
}

impl Transport {
    /// Song position at a frame of the block, in beats. The last bits depend on how the host cuts its blocks:
    /// round to a tick with a margin before acting on it.
    #[inline(always)]
    pub fn beats_at(&self, frame: usize) -> f64 {
        self.beats + frame as f64 * self.beats_per_frame
    }
}

/// The host's side of one block.
#[derive(Clone, Debug)]
pub struct Host {
    /// Left, right, sidechain left, sidechain right, in volts (10 V = 0 dBFS).
    pub audio: [[f32; BLOCK]; 4],
    /// Song position.
    pub transport: Transport,
}

impl Default for Host {
    fn default() -> Host {
        Host { audio: [[0.0; BLOCK]; 4], transport: Transport::default() }
    }
}
