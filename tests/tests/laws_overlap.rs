//! Whether head and tail of a patch render side by side within a call of the host is never heard: the same bits come out at
//! the same frames. It happens where a call has room for it and a forecast gains by it.

use manycord_engine::{Event, EventKind, Overlap, Patch};
use manycord_modules::BLOCK;
use manycord_tests::life::{self, Life, begin, is_cut, play};
use manycord_tests::render::{block, hash};

const FRAMES: usize = 8_192;
const PATCHES: u64 = 60;

/// Patches as they come, then others whose effects lie behind a cut.
#[test]
fn head_and_tail_side_by_side_leave_every_bit_alone() {
    let (mut sounding, mut cut) = (0, 0);
    for seed in 0..2 * PATCHES {
        let patch = life::patch(seed, seed + 21_000, seed >= PATCHES);
        let life = Life { seed, workers: 0, frames: FRAMES, replans: false, overlap: Overlap::Never };
        let (reference, _) = play(&patch, &life);
        let life =
            Life { workers: seed as usize % 4, replans: seed % 3 > 0, overlap: Overlap::Always, ..life };
        let (same, _) = play(&patch, &life);
        let first = (0..FRAMES).find(|&frame| (0..2).any(|side| reference[side][frame] != same[side][frame]));
        assert!(hash(&reference) == hash(&same), "seed {seed}: other bits from frame {first:?}");
        sounding += u64::from(reference.iter().flatten().any(|value| value.abs() > 1e-4));
        let (mut control, _engine) = begin(&patch, 1);
        control.overlap(Overlap::Always);
        cut += u64::from(is_cut(&control));
    }
    assert!(sounding > PATCHES, "only {sounding} of {} patches sound", 2 * PATCHES);
    assert!(cut > PATCHES, "only {cut} of {} patches are cut in two", 2 * PATCHES);
}

/// A voice, and an LFO that sways a filter behind the cut: where it stands tells for how long the patch was rendered.
const SWAYED: &str = r#"manycord = 1
module = [
    { id = "notes", kind = "notes", params = { voices = 12 } },
    { id = "osc", kind = "vco" },
    { id = "env", kind = "adsr", params = { release = 0.02 } },
    { id = "amp", kind = "vca" },
    { id = "lfo", kind = "lfo" },
    { id = "filter", kind = "svf" },
    { id = "chorus", kind = "chorus" },
    { id = "out", kind = "output" },
]
cable = [
    { from = "notes.pitch", to = "osc.voct" },
    { from = "notes.gate", to = "env.gate" },
    { from = "osc.saw", to = "amp.in" },
    { from = "env.env", to = "amp.cv" },
    { from = "amp.out", to = "filter.in" },
    { from = "lfo.sine", to = "filter.cutoff", depth = 0.3 },
    { from = "filter.low", to = "chorus.left" },
    { from = "chorus.left", to = "out.left" },
]
"#;

/// Groups and the whole patch fall asleep and wake on the same frames.
#[test]
fn sleep_does_not_depend_on_who_renders_beside_whom() {
    let seconds = 9;
    let frames = seconds * 48_000;
    let note = |frame: u32, key: u8, on: bool| {
        let kind = if on {
            EventKind::NoteOn { channel: 0, key, id: -1, velocity: 0.8 }
        } else {
            EventKind::NoteOff { channel: 0, key, id: -1, velocity: 0.5 }
        };
        Event { frame, kind }
    };
    // Long enough apart for a group to sleep, then for the patch to doze.
    let times = [100, 48_101, 60_000, 300_037, 330_000];
    let events: Vec<Event> = times
        .into_iter()
        .flat_map(|at| [note(at, 48 + (at % 13) as u8, true), note(at + 9_000, 48 + (at % 13) as u8, false)])
        .collect();
    let patch = Patch::parse(SWAYED, "swayed.toml").expect("the patch is sound");
    let play = |overlap: Overlap, size: usize| {
        let (mut control, mut engine) = begin(&patch, 1);
        control.overlap(overlap);
        assert_eq!(is_cut(&control), overlap == Overlap::Always);
        let (mut sides, silence) = ([vec![0.0; frames], vec![0.0; frames]], vec![0.0; frames]);
        let mut dozes = 0;
        for start in (0..frames).step_by(size) {
            let range = start..(start + size).min(frames);
            let here: Vec<Event> = (events.iter())
                .filter(|event| range.contains(&(event.frame as usize)))
                .map(|event| Event { frame: event.frame - start as u32, ..*event })
                .collect();
            block(&mut engine, range, &here, &silence, &mut sides);
            dozes += usize::from(engine.is_silent());
        }
        assert!(dozes > 0, "the patch never dozes");
        sides
    };
    let reference = play(Overlap::Never, 64);
    for (start, end) in [(1_000, 9_000), (301_000, 309_000)] {
        assert!(reference[0][start..end].iter().any(|value| value.abs() > 0.01), "silent at {start}");
    }
    for size in [64, 100, 128, 480, 512, 1_000, 4_096] {
        let same = play(Overlap::Always, size);
        let first = (0..frames).find(|&frame| reference[0][frame] != same[0][frame]);
        assert!(hash(&reference) == hash(&same), "blocks of {size}: other bits from frame {first:?}");
    }
}

/// A plan overlaps once the host calls for several grid blocks at once, and no longer when it does not.
#[test]
fn plans_follow_the_length_of_the_calls() {
    let mut patch = Patch::parse(SWAYED, "swayed.toml").expect("the patch is sound");
    patch.modules.retain(|module| module.id != "env");
    patch.cables.retain(|cable| cable.from.module != "env" && cable.to.module != "env");
    let (mut control, mut engine) = begin(&patch, 1);
    assert!(!is_cut(&control));
    let latency = control.latency();
    let (mut sides, silence) = ([vec![0.0; 512], vec![0.0; 512]], vec![0.0; 512]);
    for size in [512, 64, 256, 32] {
        for _ in 0..24_000 / size {
            block(&mut engine, 0..size, &[], &silence, &mut sides);
        }
        control.assume_costs(|module, _| if module == "chorus" { 30_000.0 } else { 10_000.0 });
        control.replan();
        assert_eq!(is_cut(&control), size >= 2 * BLOCK, "calls of {size} frames");
        assert_eq!(control.latency(), latency);
    }
}
