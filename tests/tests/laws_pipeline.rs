//! A pipelined patch gives the same bits as one that is not, one block later, wherever it is cut; and head and tail
//! do not wait for each other.

use manycord_engine::{Event, EventKind, Overlap, Patch};
use manycord_modules::BLOCK;
use manycord_tests::life::{self, Life, begin, is_cut, play};
use manycord_tests::render::block;

const FRAMES: usize = 8_192;
const PATCHES: u64 = 60;

/// Patches as they come, then others whose effects lie behind a cut.
#[test]
fn a_pipelined_patch_plays_the_same_bits_one_block_later() {
    let (mut sounding, mut cut) = (0, 0);
    for seed in 0..2 * PATCHES {
        let mut patch = life::patch(seed, seed + 12_000, seed >= PATCHES);
        let life = Life { seed, workers: 0, frames: FRAMES, replans: false, overlap: Overlap::Never };
        let (reference, _) = play(&patch, &life);
        patch.pipelined = true;
        let (late, _) = play(&patch, &Life { workers: seed as usize % 4, replans: seed % 3 > 0, ..life });
        let differs = |frame: &usize| {
            (0..2).any(|side| {
                (reference[side][*frame] + 0.0).to_bits() != (late[side][*frame + BLOCK] + 0.0).to_bits()
            })
        };
        let first = (0..FRAMES - BLOCK).find(differs);
        assert_eq!(first, None, "seed {seed}: other bits from this frame on");
        assert!((0..2).all(|side| late[side][..BLOCK].iter().all(|&value| value == 0.0)), "seed {seed}");
        sounding += u64::from(reference.iter().flatten().any(|value| value.abs() > 1e-4));
        let (control, _engine) = begin(&patch, 1);
        cut += u64::from(is_cut(&control));
    }
    assert!(sounding > PATCHES, "only {sounding} of {} patches sound", 2 * PATCHES);
    assert!(cut > PATCHES, "only {cut} of {} patches are cut in two", 2 * PATCHES);
}

/// Eight voices and two effects in a row behind them.
const DUET: &str = r#"manycord = 1
pipelined = true
[[module]]
id = "notes"
kind = "notes"
params = { voices = 8 }
[[module]]
id = "osc"
kind = "vco"
[[module]]
id = "filter"
kind = "ladder"
[[module]]
id = "chorus"
kind = "chorus"
[[module]]
id = "reverb"
kind = "reverb"
[[module]]
id = "out"
kind = "output"
[[cable]]
from = "notes.pitch"
to = "osc.voct"
[[cable]]
from = "osc.sine"
to = "filter.in"
[[cable]]
from = "filter.out"
to = "chorus.left"
[[cable]]
from = "chorus.left"
to = "reverb.left"
[[cable]]
from = "chorus.right"
to = "reverb.right"
[[cable]]
from = "reverb.left"
to = "out.left"
[[cable]]
from = "reverb.right"
to = "out.right"
"#;

#[test]
fn head_and_tail_do_not_wait_for_each_other_and_the_latency_is_told() {
    let mut patch = Patch::parse(DUET, "duet.toml").expect("the patch is sound");
    let costs = |module: &str, _| if module == "reverb" { 30_000.0 } else { 10_000.0 };
    let bounds = [true, false].map(|pipelined| {
        patch.pipelined = pipelined;
        let (mut control, _engine) = begin(&patch, 1);
        control.assume_costs(costs);
        control.replan();
        let report = control.graph();
        if pipelined {
            let parts = report.tasks.iter().flat_map(|task| &task.parts);
            let mut tail: Vec<&str> =
                parts.filter(|part| part.tail).map(|part| part.module.as_str()).collect();
            tail.sort_unstable();
            // 40 µs on either side.
            assert_eq!(tail, ["out", "reverb"]);
        }
        (report.bound(), control.latency())
    });
    let [(late_bound, late), (bound, latency)] = bounds;
    assert!(late_bound > 1.9 && bound < 1.1, "{late_bound} and {bound}");
    assert_eq!(late, latency + BLOCK as u32);
}

#[test]
fn switching_the_pipeline_does_not_click() {
    let mut patch = Patch::parse(DUET, "duet.toml").expect("the patch is sound");
    patch.pipelined = false;
    let (mut control, mut engine) = begin(&patch, 1);
    let frames = 96_000;
    let (mut sides, silence) = ([vec![0.0; frames], vec![0.0; frames]], vec![0.0; frames]);
    let on = EventKind::NoteOn { channel: 0, key: 48, id: -1, velocity: 0.8 };
    let mut pipelined = false;
    for start in (0..frames).step_by(480) {
        if start >= 48_000 && start.is_multiple_of(4_800) {
            pipelined = !pipelined;
            control.edit(Patch { pipelined, ..patch.clone() }).expect("the patch compiles");
        }
        let events = if start == 0 { vec![Event { frame: 0, kind: on }] } else { Vec::new() };
        block(&mut engine, start..start + 480, &events, &silence, &mut sides);
        control.collect();
    }
    let steepest = |range: std::ops::Range<usize>| {
        sides
            .iter()
            .flat_map(|side| side[range.clone()].windows(2))
            .map(|w| (w[1] - w[0]).abs())
            .fold(0.0, f32::max)
    };
    let (before, switched) = (steepest(40_000..48_000), steepest(48_000..frames));
    assert!(before > 1e-4 && switched < 1.7 * before, "{switched} per frame, {before} before");
}
