//! Golden renders of the factory patches: the same bits on every machine, and when they change, what changed.
//!
//! `tests/golden/NAME.json` holds a hash of the bits and the level of each band in each half second. After a
//! change of the sound that was meant, `MANYCORD_GOLDEN=write cargo test -p manycord-tests --test golden`
//! writes them anew; the commit then shows which bands moved.

use std::path::PathBuf;

use manycord::patches::FACTORY;
use manycord_engine::{Event, EventKind, Patch};
use manycord_tests::measure::spectrum;
use manycord_tests::render::{Play, SAMPLE_RATE, hash, play, pool};
use serde_json::{Value, json};

const SECONDS: usize = 6;
const FRAMES: usize = SECONDS * SAMPLE_RATE as usize;
/// Frames of one spectrum.
const SLICE: usize = 24_000;
/// Octave bands from 31.25 Hz up to 16 kHz.
const BANDS: usize = 10;
/// dB by which a band may differ before it is named as changed.
const TOLERANCE_DB: f64 = 0.5;
/// Level in dB below which a band is not heard.
const FLOOR_DB: f64 = -90.0;

/// Single notes up the keyboard, a chord, a run; wheel and bend on the way.
fn performance() -> Vec<Event> {
    let mut events = Vec::new();
    let mut note = |start: f32, end: f32, channel: u8, key: u8, velocity: f32| {
        let frame = |seconds: f32| (seconds * SAMPLE_RATE) as u32 + 7;
        events
            .push(Event { frame: frame(start), kind: EventKind::NoteOn { channel, key, id: -1, velocity } });
        events.push(Event {
            frame: frame(end),
            kind: EventKind::NoteOff { channel, key, id: -1, velocity: 0.5 },
        });
    };
    for channel in [0, 1, 2, 3, 9, 10, 11] {
        for (place, key) in [36, 48, 60, 72, 84].into_iter().enumerate() {
            let start = place as f32 * 0.35;
            note(start, start + 0.3, channel, key, 0.4 + 0.15 * place as f32);
        }
        for key in [48, 55, 60, 64, 67] {
            note(2.0, 3.2, channel, key, 0.7);
        }
        for (place, key) in [60, 63, 67, 70, 72].into_iter().enumerate() {
            let start = 3.4 + place as f32 * 0.125;
            note(start, start + 0.2, channel, key, 0.9);
        }
    }
    for step in 0..20 {
        let frame = 100_000 + step * 2_000;
        let share = step as f32 / 20.0;
        events.push(Event { frame, kind: EventKind::Cc { channel: 0, cc: 1, value: share } });
        events.push(Event { frame, kind: EventKind::Bend { channel: 0, value: share - 0.5 } });
    }
    events.sort_by_key(|event| event.frame);
    events
}

/// Level of each octave band in each slice, in dB, sides added up.
fn levels(sides: &[Vec<f32>; 2]) -> Vec<Vec<f64>> {
    let slices = (0..FRAMES / SLICE).map(|slice| {
        let range = slice * SLICE..(slice + 1) * SLICE;
        let mut bands = vec![0.0; BANDS];
        for side in sides {
            for (bin, power) in spectrum::power(&side[range.clone()]).into_iter().enumerate().skip(1) {
                let octave = (bin as f64 * f64::from(SAMPLE_RATE) / SLICE as f64 / 22.1).log2().floor();
                if (0.0..BANDS as f64).contains(&octave) {
                    bands[octave as usize] += power;
                }
            }
        }
        bands
            .into_iter()
            .map(|power| (spectrum::decibels(power).max(FLOOR_DB) * 10.0).round() / 10.0)
            .collect()
    });
    slices.collect()
}

fn file(name: &str) -> PathBuf {
    let plain: String =
        name.to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden").join(plain + ".json")
}

/// Bands that differ, in words.
fn changes(before: &Value, after: &[Vec<f64>]) -> Vec<String> {
    let mut changes = Vec::new();
    for (slice, bands) in after.iter().enumerate() {
        for (band, &now) in bands.iter().enumerate() {
            let was = before["levels_db"][slice][band].as_f64().unwrap_or(f64::NAN);
            if was.is_nan() || (now - was).abs() > TOLERANCE_DB {
                let hertz = 31.25 * f64::from(1u32 << band);
                changes.push(format!(
                    "at {:.1} s near {hertz:.0} Hz: {was} dB, now {now} dB",
                    slice as f64 * 0.5
                ));
            }
        }
    }
    changes
}

#[test]
fn factory_patches_sound_as_they_did() {
    let pool = pool(1);
    let events = performance();
    let write = std::env::var_os("MANYCORD_GOLDEN").is_some_and(|value| value == "write");
    let mut failures = Vec::new();
    for factory in FACTORY {
        let patch = Patch::parse(factory.text, factory.name).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(patch.to_toml(), factory.text, "{}: the file is not canonical", factory.name);
        let how = Play { workers: 1, block: 512, frames: FRAMES, events: &events, edits: None };
        let sides = play(&patch, &how, &pool);
        let peak = sides.iter().flatten().fold(0.0f32, |peak, value| peak.max(value.abs()));
        assert!(peak > 0.05 && peak <= 1.0, "{} peaks at {peak}", factory.name);
        let now = json!({ "hash": format!("{:016x}", hash(&sides)), "levels_db": levels(&sides) });
        let path = file(factory.name);
        if write {
            let text = serde_json::to_string(&now).expect("it is plain data").replace("],[", "],\n[");
            std::fs::write(&path, text + "\n").expect("tests/golden can be written");
            continue;
        }
        let text =
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let before: Value = serde_json::from_str(&text).expect("golden files are JSON");
        if before["hash"] != now["hash"] {
            let changes = changes(&before, &levels(&sides));
            let what =
                if changes.is_empty() { "bits only, no band by 0.5 dB".into() } else { changes.join("\n  ") };
            failures.push(format!("{}: {what}", factory.name));
        }
    }
    assert!(failures.is_empty(), "the sound of factory patches has changed:\n{}", failures.join("\n"));
}
