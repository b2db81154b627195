//! Loading, playing and unloading the real bundle again and again leaves nothing behind. It stands alone in its
//! process, so that nothing else starts threads or opens files.
#![cfg(target_os = "linux")]

use std::path::Path;

use manycord_tests::host::{Bundle, Instance, Score, built};

/// Cycles after which everything that is made once has been made.
const WARM_UP: usize = 10;
const CYCLES: usize = 50;
/// What may come and go by the allocator's own housekeeping, in kB of resident memory.
const ROOM: usize = 4_096;

/// What a process holds.
#[derive(Debug)]
struct Held {
    threads: usize,
    files: usize,
    mappings: usize,
    resident_kb: usize,
}

fn held() -> Held {
    let entries = |path: &str| std::fs::read_dir(path).unwrap().count();
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    Held {
        threads: entries("/proc/self/task"),
        files: entries("/proc/self/fd"),
        mappings: maps.lines().count(),
        resident_kb: resident.trim().trim_end_matches(" kB").parse().unwrap(),
    }
}

fn cycle(path: &Path) {
    let bundle = Bundle::load(path).unwrap();
    let mut instance = Instance::new(&bundle).unwrap();
    let mut deck = instance.activate(48_000.0, 256).unwrap();
    deck.set_score(Score::new(Score::note(0, 4_800, 60).to_vec()));
    let deck = std::thread::spawn(move || {
        deck.play(9_600, || 256).unwrap();
        deck
    });
    let deck = deck.join().unwrap();
    assert!(deck.heard[0].iter().any(|value| *value != 0.0), "it plays in each cycle");
    instance.deactivate(deck);
    instance.idle();
}

#[test]
fn fifty_lives_leave_nothing_behind() {
    let path = built::clap();
    (0..WARM_UP).for_each(|_| cycle(&path));
    let before = held();
    (WARM_UP..CYCLES).for_each(|_| cycle(&path));
    let after = held();
    assert_eq!(after.threads, before.threads, "threads stay behind");
    assert_eq!(after.files, before.files, "open files stay behind");
    assert!(after.mappings <= before.mappings + 8, "mappings grow: {before:?}, {after:?}");
    assert!(after.resident_kb <= before.resident_kb + ROOM, "memory grows: {before:?}, {after:?}");
}
