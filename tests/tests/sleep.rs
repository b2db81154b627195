//! Sleeping groups cost nothing and take no sound away.

use std::collections::BTreeSet;

use manycord_engine::{Engine, Event, EventKind, Patch};
use manycord_modules::BLOCK;
use manycord_tests::render::{begin, block, pool};

/// Two keyboards; the second one's voice comes through an effect, and both are mixed by a module that is
/// polyphonic only for the first one's sake.
const TWO_KEYBOARDS: &str = r#"manycord = 1
[[module]]
id = "bass"
kind = "notes"
params = { voices = 1, channel = 1 }
[[module]]
id = "bass_osc"
kind = "vco"
[[module]]
id = "bass_amp"
kind = "vca"
[[module]]
id = "pad"
kind = "notes"
params = { voices = 12, channel = 2 }
[[module]]
id = "pad_osc"
kind = "vco"
[[module]]
id = "pad_amp"
kind = "vca"
[[module]]
id = "chorus"
kind = "chorus"
[[module]]
id = "mix"
kind = "mixer4"
[[module]]
id = "out"
kind = "output"
[[cable]]
from = "bass.pitch"
to = "bass_osc.voct"
[[cable]]
from = "bass_osc.saw"
to = "bass_amp.in"
[[cable]]
from = "bass.gate"
to = "bass_amp.cv"
[[cable]]
from = "pad.pitch"
to = "pad_osc.voct"
[[cable]]
from = "pad_osc.saw"
to = "pad_amp.in"
[[cable]]
from = "pad.gate"
to = "pad_amp.cv"
[[cable]]
from = "pad_amp.out"
to = "chorus.left"
[[cable]]
from = "chorus.left"
to = "mix.in_1"
[[cable]]
from = "bass_amp.out"
to = "mix.in_2"
[[cable]]
from = "mix.mix"
to = "out.left"
"#;

const SECOND: usize = 48_000;

fn engine(text: &str) -> (manycord_engine::Control, Engine) {
    let patch = Patch::parse(text, "test.toml").unwrap_or_else(|error| panic!("{error}"));
    begin(patch, &pool(0))
}

fn note(on: bool, channel: u8) -> Event {
    let (key, id, velocity) = (60, -1, 0.8);
    let kind = if on {
        EventKind::NoteOn { channel, key, id, velocity }
    } else {
        EventKind::NoteOff { channel, key, id, velocity }
    };
    Event { frame: 100, kind }
}

/// Greatest magnitude of the left side over a second.
fn peak(engine: &mut Engine, events: &[Event]) -> f32 {
    let mut sides = [vec![0.0; SECOND], vec![0.0; SECOND]];
    block(engine, 0..SECOND, events, &vec![0.0; SECOND], &mut sides);
    sides[0].iter().fold(0.0, |peak, value| peak.max(value.abs()))
}

#[test]
fn voices_that_sleep_take_no_other_sound_with_them() {
    let (_control, mut engine) = engine(TWO_KEYBOARDS);
    for round in 0..3 {
        assert!(peak(&mut engine, &[note(true, 1)]) > 0.05, "round {round}: the pad alone is not heard");
        peak(&mut engine, &[note(false, 1)]);
        assert!(peak(&mut engine, &[note(true, 0)]) > 0.05, "round {round}: the bass alone is not heard");
        peak(&mut engine, &[note(false, 0)]);
        assert!(peak(&mut engine, &[]) < 1e-4, "round {round}: silence does not come");
    }
}

#[test]
fn silent_voices_cost_nothing() {
    let (control, mut engine) = engine(TWO_KEYBOARDS);
    peak(&mut engine, &[note(true, 1)]);
    peak(&mut engine, &[note(false, 1)]);
    peak(&mut engine, &[]);
    // A unit that sleeps is not rendered, so that its level stands where it fell asleep; awake it would fall
    // further.
    let level = |id: &str, control: &manycord_engine::Control| {
        control.modules().into_iter().find(|module| module.id == id).map(|module| module.level)
    };
    let before = level("pad_osc", &control);
    peak(&mut engine, &[]);
    assert_eq!(before, level("pad_osc", &control), "the silent pad is still rendered");
    assert!(before > Some(0.0));
}

#[test]
fn a_patch_that_can_end_its_silence_is_never_called_silent() {
    let clocked = TWO_KEYBOARDS.replace("from = \"bass.gate\"", "from = \"clock.clock_1\"")
        + "[[module]]\nid = \"clock\"\nkind = \"clock\"\nparams = { bpm = 20 }\n";
    let (_control, mut engine) = self::engine(TWO_KEYBOARDS);
    let (_clock_control, mut clock_engine) = self::engine(&clocked);
    for _ in 0..4 {
        peak(&mut engine, &[]);
        peak(&mut clock_engine, &[]);
    }
    assert!(engine.is_silent() && !clock_engine.is_silent());
}

/// Renders twelve seconds in blocks of this size: a note, a sleep of the whole patch, another note. `plans`: blocks
/// from one new plan to the next. Returns the sound and the blocks over which the patch slept.
fn with_a_nap(text: &str, frames: usize, plans: Option<usize>) -> (Vec<f32>, Vec<usize>) {
    let (mut control, mut engine) = engine(text);
    let events =
        [(100, true, 1), (20_000, false, 1), (9 * SECOND + 777, true, 1), (9 * SECOND + 20_000, false, 1)];
    let total = 12 * SECOND;
    let mut sides = [vec![0.0; total], vec![0.0; total]];
    let (mut frame, mut slept) = (0, Vec::new());
    while frame < total {
        if plans.is_some_and(|every| (frame / frames).is_multiple_of(every)) {
            control.replan();
            control.collect();
        }
        let end = (frame + frames).min(total);
        let here: Vec<Event> = (events.iter())
            .filter(|(at, ..)| (frame..end).contains(at))
            .map(|&(at, on, channel)| Event { frame: (at - frame) as u32, ..note(on, channel) })
            .collect();
        block(&mut engine, frame..end, &here, &vec![0.0; total], &mut sides);
        if engine.is_silent() {
            slept.push(frame / frames);
        }
        frame = end;
    }
    assert!(!slept.is_empty(), "the patch never sleeps");
    assert!(
        sides[0][6 * SECOND..9 * SECOND].iter().all(|&value| value == 0.0),
        "a patch that sleeps is not rendered"
    );
    (std::mem::take(&mut sides[0]), slept)
}

/// The same with its effect and mixer behind a cut.
fn pipelined() -> String {
    TWO_KEYBOARDS.replacen("manycord = 1\n", "manycord = 1\npipelined = true\n", 1)
}

#[test]
fn the_whole_patch_sleeps_and_wakes_on_the_same_frames_in_blocks_of_any_size() {
    for (text, latency) in [(TWO_KEYBOARDS.to_string(), 0), (pipelined(), BLOCK)] {
        let (whole, _) = with_a_nap(&text, 4_096, None);
        let second = 9 * SECOND + 777 + latency;
        assert!(whole[second..10 * SECOND].iter().any(|value| value.abs() > 0.05), "the second note is lost");
        assert!(whole[9 * SECOND..second].iter().all(|&value| value == 0.0));
        for frames in [64, 100, 1_000, 12 * SECOND] {
            assert!(with_a_nap(&text, frames, None).0 == whole, "blocks of {frames}, latency {latency}");
        }
    }
}

#[test]
fn new_plans_for_the_same_patch_neither_delay_its_sleep_nor_end_it() {
    for text in [TWO_KEYBOARDS.to_string(), pipelined()] {
        assert!(with_a_nap(&text, 480, Some(25)) == with_a_nap(&text, 480, None));
    }
}

/// Bass and pad take turns. Returns the sound, and which modules were seen asleep.
fn in_turns(text: &str, frames: usize) -> (Vec<f32>, BTreeSet<String>) {
    let (control, mut engine) = engine(text);
    let (total, mut asleep) = (10 * SECOND, BTreeSet::new());
    let turn = |number: usize, at: usize| note(at == 0, ((number + 1) % 2) as u8);
    let mut sides = [vec![0.0; total], vec![0.0; total]];
    for start in (0..total).step_by(frames) {
        let end = (start + frames).min(total);
        // A note of half a second every one and a half.
        let events =
            (0..6).flat_map(|number| [0, 1].map(|at| (72_000 * number + 24_000 * at + 77, number, at)));
        let here: Vec<Event> = events
            .filter(|(frame, ..)| (start..end).contains(frame))
            .map(|(frame, number, at)| Event { frame: (frame - start) as u32, ..turn(number, at) })
            .collect();
        block(&mut engine, start..end, &here, &vec![0.0; total], &mut sides);
        let report = control.graph();
        let parts = report.tasks.iter().flat_map(|task| &task.parts).filter(|part| part.asleep);
        asleep.extend(parts.map(|part| part.module.clone()));
    }
    (std::mem::take(&mut sides[0]), asleep)
}

#[test]
fn groups_of_a_pipelined_patch_sleep_and_wake_on_the_same_frames_one_block_later() {
    let (reference, slept) = in_turns(TWO_KEYBOARDS, 640);
    let (late, slept_late) = in_turns(&pipelined(), 480);
    assert!(slept.contains("bass_osc") && slept.contains("pad_osc"), "{slept:?}");
    assert_eq!(slept, slept_late);
    let first = (0..reference.len() - BLOCK).find(|&frame| reference[frame] != late[frame + BLOCK]);
    assert_eq!(first, None, "other bits from this frame on");
    assert!(reference[360_077..384_077].iter().any(|value| value.abs() > 1e-4), "the last note is lost");
}

/// Nothing of the note is left on its way from head to tail, nor in the block that a leaving plan owed.
#[test]
fn a_reset_silences_a_pipelined_patch_at_once() {
    for replans in [false, true] {
        let (mut control, mut engine) = engine(&pipelined());
        assert!(peak(&mut engine, &[note(true, 1)]) > 0.05);
        let mut sides = [vec![0.0; 10], vec![0.0; 10]];
        if replans {
            control.replan();
        }
        block(&mut engine, 0..10, &[], &[0.0; 10], &mut sides);
        assert!(sides[0].iter().any(|value| value.abs() > 1e-4), "the note does not sound");
        engine.reset();
        assert!(peak(&mut engine, &[]) < 1e-6, "a new plan: {replans}");
    }
}

/// Renders blocks of the engine's own size, with a short note within one of them; returns the first block in which the
/// patch sleeps, and the peak of the two blocks after the note's.
fn until_it_sleeps(text: &str, note_in: Option<usize>) -> (usize, f32) {
    let (_control, mut engine) = engine(text);
    let (mut slept, mut peak) = (usize::MAX, 0.0f32);
    for number in 0..10 * SECOND / BLOCK {
        let events = [(0, true), (63, false)].map(|(frame, on)| Event { frame, ..note(on, 0) });
        let events = if note_in == Some(number) { &events[..] } else { &[] };
        let mut sides = [vec![0.0; BLOCK], vec![0.0; BLOCK]];
        block(&mut engine, 0..BLOCK, events, &[0.0; BLOCK], &mut sides);
        if engine.is_silent() {
            slept = slept.min(number);
        }
        if note_in.is_some_and(|note| (note + 1..note + 3).contains(&number)) {
            peak = sides[0].iter().fold(peak, |peak, value| peak.max(value.abs()));
        }
    }
    (slept, peak)
}

#[test]
fn a_short_note_right_before_the_patch_falls_asleep_is_heard_though_it_sounds_later() {
    let (sleeps, _) = until_it_sleeps(&pipelined(), None);
    let (later, peak) = until_it_sleeps(&pipelined(), Some(sleeps - 1));
    assert!(peak > 0.01 && later > sleeps, "{peak}, asleep in block {later} instead of {sleeps}");
}

#[test]
fn an_edit_ends_the_sleep_however_many_plans_wait_before_it() {
    let (mut control, mut engine) = engine(TWO_KEYBOARDS);
    for _ in 0..4 {
        peak(&mut engine, &[]);
    }
    assert!(engine.is_silent());
    (0..200).for_each(|_| control.replan());
    let clocked = Patch::parse(CLOCK_ALONE, "test.toml").unwrap_or_else(|error| panic!("{error}"));
    control.edit(clocked).expect("the patch compiles");
    for _ in 0..8 {
        control.collect();
        peak(&mut engine, &[]);
    }
    assert!(peak(&mut engine, &[]) > 0.05, "the edit is not heard");
}

/// It sounds without a note.
const CLOCK_ALONE: &str = r#"manycord = 1
[[module]]
id = "clock"
kind = "clock"
[[module]]
id = "out"
kind = "output"
[[cable]]
from = "clock.clock_1"
to = "out.left"
"#;
