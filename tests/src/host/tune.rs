//! A small song for tests: as a score, and the same as a MIDI file for another process.

use manycord::song::Song;

/// Ticks of a beat, at 120 beats per minute.
const TICKS: u8 = 96;
/// Ticks for which a key is held.
const HELD: u8 = 72;
/// Keys that are played, each for three quarters of a beat.
const KEYS: [u8; 8] = [48, 60, 64, 67, 72, 55, 52, 48];

/// The bytes of a MIDI file of four seconds.
pub fn file() -> Vec<u8> {
    let mut track = Vec::new();
    for key in KEYS {
        track.extend([0, 0x90, key, 100]);
        track.extend([HELD, 0x80, key, 64]);
        track.extend([TICKS - HELD, 0xb0, 1, key]);
    }
    track.extend([0, 0xff, 0x2f, 0]);
    let mut bytes = b"MThd\0\0\0\x06\0\0\0\x01\0".to_vec();
    bytes.push(TICKS);
    bytes.extend(b"MTrk");
    bytes.extend((track.len() as u32).to_be_bytes());
    bytes.extend(track);
    bytes
}

/// The same song.
///
/// # Panics
/// Never: the file is sound.
pub fn song() -> Song {
    Song::parse(&file(), "tune").expect("our own file is sound")
}
