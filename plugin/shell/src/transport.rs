//! The host's transport, with something sensible where the host says nothing.

use manycord_modules::Transport;
use nice_plug::prelude::Transport as HostTransport;

/// Remembers where the song was, for hosts that do not say.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Song {
    /// Position after the last block, in beats.
    next_beats: f64,
}

impl Song {
    /// The transport of a block of this many frames.
    pub(crate) fn at(&mut self, host: &HostTransport, sample_rate: f32, frames: usize) -> Transport {
        let usable = |value: Option<f64>| value.filter(|value| value.is_finite());
        let usual = Transport::default();
        let tempo_bpm = usable(host.tempo).filter(|&tempo| tempo > 0.0).unwrap_or(usual.tempo_bpm);
        let beats = usable(host.pos_beats()).unwrap_or(self.next_beats);
        let beats_per_frame =
            if host.playing { tempo_bpm / (60.0 * f64::from(sample_rate.max(1.0))) } else { 0.0 };
        let beats_per_bar = match (host.time_sig_numerator, host.time_sig_denominator) {
            (Some(over), Some(under)) if over > 0 && under > 0 => f64::from(over) * 4.0 / f64::from(under),
            _ => usual.beats_per_bar,
        };
        self.next_beats = beats + frames as f64 * beats_per_frame;
        Transport { playing: host.playing, tempo_bpm, beats, beats_per_frame, beats_per_bar }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silent_host_gets_the_usual_song_that_runs_on() {
        let (mut song, mut host) = (Song::default(), HostTransport::new(48_000.0));
        assert_eq!(song.at(&host, 48_000.0, 64), Transport::default());
        host.playing = true;
        host.tempo = Some(f64::NAN);
        song.at(&host, 48_000.0, 24_000);
        assert_eq!(song.at(&host, 48_000.0, 64).beats, 1.0);
    }

    #[test]
    fn what_the_host_says_counts() {
        let (mut song, mut host) = (Song::default(), HostTransport::new(48_000.0));
        host.playing = true;
        host.tempo = Some(90.0);
        host.pos_beats = Some(7.5);
        (host.time_sig_numerator, host.time_sig_denominator) = (Some(6), Some(8));
        let said = song.at(&host, 48_000.0, 64);
        assert_eq!((said.tempo_bpm, said.beats, said.beats_per_bar), (90.0, 7.5, 3.0));
        assert_eq!(said.beats_per_frame, 90.0 / 60.0 / 48_000.0);
    }
}
