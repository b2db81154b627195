//! The real VST3 bundle in DawDreamer, a host made of JUCE.
#![cfg(target_os = "linux")]

use std::path::Path;

use manycord_tests::host::built;
use manycord_tests::python;
use serde_json::Value;

/// Runs a script on the bundle.
fn seen(script: &str) -> Value {
    python::answer(python::script(script).arg(built::vst3()))
}

fn number(value: &Value, name: &str) -> f64 {
    value[name].as_f64().unwrap_or_else(|| panic!("no number {name} in {value}"))
}

#[test]
fn it_shows_its_macros_and_a_note_sounds_and_ends() {
    let seen = seen("vst3_notes.py");
    assert_eq!((&seen["macros"], &seen["channels"]), (&128.into(), &2.into()), "{seen}");
    assert_eq!(seen["cutoff"], "480 Hz", "a mapped macro shows its knob's value: {seen}");
    assert_eq!(number(&seen, "before"), 0.0, "silent before the note: {seen}");
    assert!(number(&seen, "during") > 0.01, "the note sounds: {seen}");
    assert!(number(&seen, "after") < 1e-4, "the note ends: {seen}");
}

#[test]
fn automation_of_a_mapped_macro_is_heard() {
    let seen = seen("vst3_automation.py");
    assert_eq!(seen["same_until_it_moves"], true, "{seen}");
    assert_eq!(seen["same_when_free"], true, "a macro that is not mapped changes nothing: {seen}");
    let (plain, mapped) = (number(&seen, "brightness_plain"), number(&seen, "brightness_mapped"));
    assert!(mapped > 2.0 * plain, "an opened filter is brighter: {seen}");
}

#[test]
fn a_saved_state_plays_the_same_bits_in_another_process() {
    let file = built::folder("vst3-state").join("saved");
    let run = |job: &str, file: &Path| {
        python::answer(python::script("vst3_state.py").arg(built::vst3()).arg(job).arg(file))
    };
    let saved = run("save", &file);
    let restored = run("restore", &file);
    assert_eq!(restored, saved);
    assert_ne!(saved["sound"], run("none", &file)["sound"], "what was moved is heard");
}

#[test]
fn fifty_lives_leave_nothing_behind() {
    /// Memory that allocators keep for later, in KiB; a leak of an instance would be 50 times its size.
    const SLACK_KIB: u64 = 8 * 1_024;
    let seen = seen("vst3_lives.py");
    let counts = |what: &str| -> Vec<u64> {
        let list = seen[what].as_array().expect(what).iter();
        list.map(|count| count.as_u64().expect(what)).collect()
    };
    for held in ["threads", "files"] {
        let counts = counts(held);
        assert_eq!(counts.len(), 50);
        assert!(counts.iter().all(|count| *count == counts[0]), "{held} stay behind: {seen}");
    }
    let memory = counts("memory");
    assert!(memory[49] <= memory[9] + SLACK_KIB, "memory grows: {memory:?}");
}

#[test]
fn eight_instances_play_what_one_plays_in_one_graph_and_on_four_threads() {
    let seen = seen("vst3_eight.py");
    for how in ["graph", "threads"] {
        let sounds = seen[how].as_array().expect(how);
        assert_eq!(sounds.len(), 8);
        assert!(sounds.iter().all(|sound| *sound == seen["alone"]), "{how}: {seen}");
    }
}

#[test]
fn block_sizes_do_not_change_a_bit() {
    let seen = seen("vst3_blocks.py");
    let sounds = seen["sounds"].as_object().expect("sounds");
    assert_eq!(sounds.len(), 4);
    assert!(sounds.values().all(|sound| *sound == sounds["512"]), "{seen}");
}
