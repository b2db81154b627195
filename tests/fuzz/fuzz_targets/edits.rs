//! Any sequence of edits, knob moves, notes, loads and macro moves while playing: the output stays finite, the
//! document stays writable.
#![no_main]

use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use manycord_engine::{Control, Engine, Event, EventKind, Patch};
use manycord_pool::Pool;
use manycord_tests::random::{self, Random};
use manycord_tests::render;

static POOL: LazyLock<Arc<Pool>> = LazyLock::new(|| render::pool(1));

fuzz_target!(|bytes: &[u8]| {
    let [seed, steps @ ..] = bytes else { return };
    let patch = random::patch(u64::from(*seed));
    let (mut control, mut engine) = render::begin(patch, &POOL);
    let mut frame = 0;
    for step in steps.chunks_exact(3).take(60) {
        let seed = u64::from(u16::from_le_bytes([step[1], step[2]]));
        let event = apply(step[0], seed, &mut control);
        frame = play(&mut engine, frame, 1 + usize::from(step[1]), event);
    }
    let text = control.patch().to_toml();
    let again = Patch::parse(&text, "edited.toml").expect("an edited patch is sound");
    assert_eq!(again.to_toml(), text);
});

/// One step; some are events, to be played.
fn apply(what: u8, seed: u64, control: &mut Control) -> Option<EventKind> {
    let mut random = Random(seed);
    let key = random.below(128) as u8;
    match what % 8 {
        0..=2 => {
            let next = random::edit(&mut random, control.patch());
            control.edit(next).expect("random edits compile");
        }
        3 => control.load(random::patch(seed)).expect("random patches compile"),
        4 => control.collect(),
        5 => return Some(EventKind::NoteOn { channel: 0, key, id: -1, velocity: random.share() }),
        6 => return Some(EventKind::NoteOff { channel: 0, key, id: -1, velocity: 0.5 }),
        _ => return Some(EventKind::Cc { channel: 0, cc: key, value: random.share() }),
    }
    None
}

fn play(engine: &mut Engine, frame: usize, frames: usize, event: Option<EventKind>) -> usize {
    let events: Vec<Event> = event.map(|kind| Event { frame: 0, kind }).into_iter().collect();
    let mut sides = [vec![0.0; frame + frames], vec![0.0; frame + frames]];
    render::block(engine, frame..frame + frames, &events, &vec![0.1; frame + frames], &mut sides);
    assert!(sides.iter().flatten().all(|value| value.is_finite()));
    frame + frames
}
