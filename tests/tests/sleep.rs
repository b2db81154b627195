//! Sleeping groups cost nothing and take no sound away.

use manycord_engine::{Engine, EngineSetup, Event, EventKind, Patch, start};
use manycord_modules::CATALOG;
use manycord_tests::render::{SAMPLE_RATE, block, pool};

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
    start(EngineSetup { sample_rate: SAMPLE_RATE, pool: pool(0), patch, catalog: CATALOG })
        .expect("the patch compiles")
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
fn with_a_nap(frames: usize, plans: Option<usize>) -> (Vec<f32>, Vec<usize>) {
    let (mut control, mut engine) = engine(TWO_KEYBOARDS);
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

#[test]
fn the_whole_patch_sleeps_and_wakes_on_the_same_frames_in_blocks_of_any_size() {
    let (whole, _) = with_a_nap(4_096, None);
    assert!(
        whole[9 * SECOND + 777..10 * SECOND].iter().any(|value| value.abs() > 0.05),
        "the second note is lost"
    );
    assert!(whole[9 * SECOND..9 * SECOND + 777].iter().all(|&value| value == 0.0));
    for frames in [64, 100, 1_000, 12 * SECOND] {
        assert!(with_a_nap(frames, None).0 == whole, "blocks of {frames}");
    }
}

#[test]
fn new_plans_for_the_same_patch_neither_delay_its_sleep_nor_end_it() {
    assert!(with_a_nap(480, Some(25)) == with_a_nap(480, None));
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
