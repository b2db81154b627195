//! Loading, playing and unloading the real bundle again and again leaves nothing behind. It stands alone in its
//! process, so that nothing else starts threads or opens files.
#![cfg(target_os = "linux")]

use std::path::Path;

use manycord::patches::INIT;
use manycord_tests::held::{Held, Thread};
use manycord_tests::host::{Bundle, Instance, Score, built, state_of_patch};

/// Cycles after which everything that is made once has been made.
const WARM_UP: usize = 10;
const CYCLES: usize = 50;
/// What may come and go by the allocator's own housekeeping, in kB of resident memory and in mappings.
const ROOM: usize = 4_096;
const MAPPINGS: usize = 8;

/// Voices, keys that go down together, frames of a block and of a life: more to do than the audio thread does alone, and
/// long enough for workers to be woken for it.
const VOICES: &str = "voices = 128";
const KEYS: std::ops::Range<u8> = 20..116;
const BLOCK: usize = 512;
const FRAMES: usize = 38_400;
/// Time that workers have a processor at least while they take part, in ns; without work they sleep after 0.06 ms.
const BUSY_NS: u64 = 1_000_000;

/// Time that the pool's workers have had a processor, in ns.
fn workers_ran_ns() -> u64 {
    Thread::named("manycord-w").iter().map(|worker| worker.ran_ns).sum()
}

fn cycle(path: &Path) {
    let bundle = Bundle::load(path).unwrap();
    let mut instance = Instance::new(&bundle).unwrap();
    let patch = INIT.text.replace("voices = 16", VOICES);
    assert!(patch.contains(VOICES));
    instance.load(&state_of_patch(&patch)).unwrap();
    let mut deck = instance.activate(48_000.0, BLOCK as u32).unwrap();
    deck.set_score(Score::new(KEYS.flat_map(|key| Score::note(0, 30_000, key)).collect()));
    let before = workers_ran_ns();
    let deck = std::thread::spawn(move || {
        deck.play(FRAMES, || BLOCK).unwrap();
        deck
    });
    let deck = deck.join().unwrap();
    assert!(deck.heard[0].iter().any(|value| *value != 0.0), "it plays in each cycle");
    if manycord_pool::usable_cpus() > 1 {
        let ran = workers_ran_ns() - before;
        assert!(ran > BUSY_NS, "the workers hardly took part: {ran} ns");
    }
    instance.deactivate(deck);
    instance.idle();
    drop(instance);
    drop(bundle);
    assert_eq!(Thread::named("manycord").len(), 0, "threads outlive the plugin");
}

#[test]
fn fifty_lives_leave_nothing_behind() {
    let path = built::clap();
    (0..WARM_UP).for_each(|_| cycle(&path));
    let before = Held::now();
    (0..CYCLES).for_each(|_| cycle(&path));
    let after = Held::now();
    println!("before {CYCLES} lives {before:?}, after {after:?}");
    assert_eq!(after.threads, before.threads, "threads stay behind");
    assert_eq!(after.files, before.files, "open files stay behind");
    assert!(after.mappings <= before.mappings + MAPPINGS, "mappings grow: {before:?}, {after:?}");
    assert!(after.resident_kb <= before.resident_kb + ROOM, "memory grows: {before:?}, {after:?}");
}
