//! How a patch is shared out among tasks is never heard: made anew at any grid line, for whatever the units are
//! thought to cost, it gives the same bits.

use manycord_engine::patch::{Macro, MacroTarget, PortRef};
use manycord_engine::{EngineSetup, Event, Patch, start};
use manycord_modules::CATALOG;
use manycord_tests::performance;
use manycord_tests::random::{self, Random};
use manycord_tests::render::{SAMPLE_RATE, block, hash, pool};

const FRAMES: usize = 8_192;
const PATCHES: u64 = 60;
/// Frames between two edits.
const EDIT_EVERY: usize = 2_048;

/// Plays a patch in blocks that are cut at random, with edits; `replans`: and with new plans now and then.
fn play(patch: &Patch, seed: u64, workers: usize, replans: bool) -> ([Vec<f32>; 2], u32) {
    let events = performance::events(seed, FRAMES);
    let setup =
        EngineSetup { sample_rate: SAMPLE_RATE, pool: pool(workers), patch: patch.clone(), catalog: CATALOG };
    let (mut control, mut engine) = start(setup).expect("the patch compiles");
    let (mut edits, mut chance) = (Random(seed), Random(seed ^ 0xd41f));
    let mut sides = [vec![0.0; FRAMES], vec![0.0; FRAMES]];
    let input: Vec<f32> = (0..FRAMES).map(|frame| ((frame * 37) % 101) as f32 * 0.002 - 0.1).collect();
    let (mut frame, mut made) = (0, 0);
    while frame < FRAMES {
        if frame > 0 && frame.is_multiple_of(EDIT_EVERY) {
            let next = random::edit(&mut edits, control.patch());
            control.edit(next).expect("random edits compile");
        }
        let next_edit = (frame / EDIT_EVERY + 1) * EDIT_EVERY;
        let end = (frame + 1 + chance.below(300)).min(next_edit);
        if replans && chance.chance(0.3) {
            let spread = 10.0f32.powi(1 + chance.below(5) as i32);
            control.assume_costs(|_, _| 10.0 + chance.share() * spread);
            control.replan();
            made += 1;
        }
        let here: Vec<Event> = (events.iter())
            .filter(|event| (frame..end).contains(&(event.frame as usize)))
            .map(|event| Event { frame: event.frame - frame as u32, ..*event })
            .collect();
        block(&mut engine, frame..end, &here, &input, &mut sides);
        frame = end;
        if frame.is_multiple_of(EDIT_EVERY) {
            control.collect();
        }
    }
    (sides, made)
}

/// Maps a few knobs to macros, which the performance moves: the document hears of those moves late.
fn map_macros(patch: &mut Patch, seed: u64) {
    let mut random = Random(seed ^ 0x3ac);
    for index in 1..=4 {
        let module = random.pick(&patch.modules);
        let Some(kind) = manycord_modules::find(&module.kind) else { continue };
        let Some(param) = kind.spec.params.iter().find(|param| !param.structural) else { continue };
        let knob = PortRef { module: module.id.clone(), port: param.id.into() };
        let target = MacroTarget { param: knob, from: param.min, to: param.max };
        patch.macros.push(Macro { index, targets: vec![target], ..Macro::default() });
    }
}

#[test]
fn new_plans_at_any_grid_line_leave_every_bit_alone() {
    let (mut sounding, mut plans) = (0, 0);
    for seed in 0..PATCHES {
        let mut patch = random::patch(seed + 9_000);
        map_macros(&mut patch, seed);
        let (reference, _) = play(&patch, seed, 0, false);
        let (same, made) = play(&patch, seed, seed as usize % 4, true);
        let first = (0..FRAMES).find(|&frame| (0..2).any(|side| reference[side][frame] != same[side][frame]));
        assert!(hash(&reference) == hash(&same), "seed {seed}: new plans are heard from frame {first:?}");
        sounding += u32::from(reference.iter().flatten().any(|value| value.abs() > 1e-4));
        plans += made;
    }
    assert!(u64::from(sounding) > PATCHES / 2, "only {sounding} of {PATCHES} patches sound");
    assert!(plans > 300, "only {plans} new plans");
}
