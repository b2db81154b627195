//! Manycord itself, by the program that everyone gets: `manycord-render` with a patch and a MIDI file.

use std::process::Command;

use anyhow::{Context, Result};

use super::case::Quality;
use super::take::{Piece, RATE, Take, key, level};
use crate::paths;

/// MIDI key, channel (from 0): one note.
type Note = (u8, u8);

/// Renders with the patch `heavy.toml` or `saw.toml`.
pub(super) fn command(quality: Quality, take: &Take<'_>) -> Result<Command> {
    let patch = take.folder.join("patch.toml");
    let midi = take.folder.join("keys.mid");
    std::fs::write(&patch, self::patch(take)?)
        .with_context(|| format!("{} cannot be written", patch.display()))?;
    let notes: Vec<Note> = match take.piece {
        Piece::Voices(voices) => (0..voices).map(key).map(|(channel, key)| (key, channel)).collect(),
        Piece::Saw(hertz) => vec![(nearest(hertz).0, 0)],
    };
    std::fs::write(&midi, held(&notes)).with_context(|| format!("{} cannot be written", midi.display()))?;
    let mut command = Command::new(paths::release("manycord-render"));
    command.arg("--patch").arg(patch).arg("--midi").arg(midi).arg("--out").arg(take.out());
    command.args(["--rate", &RATE.to_string(), "--block", &take.block.to_string()]);
    command.args(["--workers", &(take.threads - 1).to_string(), "--seconds", &take.seconds.to_string()]);
    command.arg("--quiet");
    if quality == Quality::Economy {
        command.args(["--quality", "economy"]);
    }
    Ok(command)
}

/// The patch with its numbers filled in.
fn patch(take: &Take<'_>) -> Result<String> {
    let (file, numbers) = match take.piece {
        Piece::Voices(voices) => {
            ("heavy.toml", vec![("$VOICES", voices.to_string()), ("$LEVEL", level(voices).to_string())])
        }
        Piece::Saw(hertz) => ("saw.toml", vec![("$CENTS", nearest(hertz).1.to_string())]),
    };
    let path = take.sources.join("manycord").join(file);
    let text = std::fs::read_to_string(&path).with_context(|| format!("{} is missing", path.display()))?;
    Ok(numbers.iter().fold(text, |text, (name, number)| text.replace(name, number)))
}

/// The MIDI key nearest to a pitch, and the cents from there.
fn nearest(hertz: f64) -> (u8, f64) {
    let key = 69.0 + 12.0 * (hertz / 440.0).log2();
    (key.round() as u8, 100.0 * (key - key.round()))
}

/// A standard MIDI file in which all notes start at once and are held for ever.
/// <https://midi.org/standard-midi-files-specification>
fn held(notes: &[Note]) -> Vec<u8> {
    let on = notes.iter().flat_map(|(key, channel)| [0, 0x90 | channel, *key, 102]);
    let end = [0, 0xff, 0x2f, 0];
    let track: Vec<u8> = on.chain(end).collect();
    let length = (track.len() as u32).to_be_bytes();
    [&b"MThd\0\0\0\x06\0\0\0\x01\x01\xe0MTrk"[..], &length, &track].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pitches_are_keys_and_cents() {
        let (key, cents) = nearest(440.0 * (1.0f64 / 48.0).exp2());
        assert_eq!(key, 69);
        assert!((cents - 25.0).abs() < 1e-9);
        assert_eq!(nearest(55.0).0, 33);
    }

    #[test]
    fn a_song_is_a_header_and_a_track() {
        let song = held(&[(60, 0), (61, 1)]);
        assert_eq!(&song[..14], b"MThd\0\0\0\x06\0\0\0\x01\x01\xe0");
        assert_eq!(&song[14..], b"MTrk\0\0\0\x0c\0\x90\x3c\x66\0\x91\x3d\x66\0\xff\x2f\0");
    }
}
