use super::*;

/// A format 0 file of 480 ticks per beat with these track bytes.
fn file(track: &[u8]) -> Vec<u8> {
    let mut bytes = b"MThd\0\0\0\x06\0\0\0\x01\x01\xe0MTrk".to_vec();
    bytes.extend((track.len() as u32).to_be_bytes());
    bytes.extend(track);
    bytes
}

/// A note of one beat at 120 bpm, then one at 60 bpm in 3/8, end.
const TRACK: &[u8] = &[
    0x00, 0x92, 60, 127, 0x83, 0x60, 0x92, 60, 0, // note, 480 ticks, off by velocity 0
    0x00, 0xff, 0x51, 3, 0x0f, 0x42, 0x40, // 1 s per beat
    0x00, 0xff, 0x58, 4, 3, 3, 24, 8, // 3/8
    0x83, 0x60, 0xe0, 0x00, 0x40, // 480 ticks, bend centre on channel 0
    0x00, 0xff, 0x2f, 0,
];

#[test]
fn times_follow_the_tempo_map() {
    let song = Song::parse(&file(TRACK), "test.mid").expect("the file is sound");
    let seconds: Vec<f64> = song.events.iter().map(|event| event.seconds).collect();
    assert_eq!(seconds, [0.0, 0.5, 1.5]);
    assert_eq!(song.events[0].kind, EventKind::NoteOn { channel: 2, key: 60, id: -1, velocity: 1.0 });
    assert_eq!(song.events[2].kind, EventKind::Bend { channel: 0, value: 0.0 });
    let late = song.transport(1.0, 48_000.0);
    assert_eq!((late.beats, late.tempo_bpm, late.beats_per_bar), (1.5, 60.0, 1.5));
    assert_eq!((song.length(), song.channels(), song.solo(0).events.len()), (1.5, vec![2], 1));
}

#[test]
fn broken_files_are_refused_with_their_name_and_a_fix() {
    let sound = file(TRACK);
    for bytes in [&b"junk"[..], b"", &sound[..20], b"MThd\0\0\0\x06\0\0\0\x01\0\0MTrk\0\0\0\0"] {
        let message = Song::parse(bytes, "bad.mid").expect_err("it is broken").to_string();
        assert!(message.starts_with("bad.mid: ") && message.contains("export it again"), "{message}");
    }
}
