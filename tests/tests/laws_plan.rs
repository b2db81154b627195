//! How a patch is shared out among tasks is never heard: made anew at any grid line, for whatever the units are
//! thought to cost, it gives the same bits.

use manycord_engine::Overlap;
use manycord_tests::life::{self, Life, play};
use manycord_tests::render::hash;

const FRAMES: usize = 8_192;
const PATCHES: u64 = 60;

#[test]
fn new_plans_at_any_grid_line_leave_every_bit_alone() {
    let (mut sounding, mut plans) = (0, 0);
    for seed in 0..PATCHES {
        let patch = life::patch(seed, seed + 9_000, false);
        let life = Life { seed, workers: 0, frames: FRAMES, replans: false, overlap: Overlap::Never };
        let (reference, _) = play(&patch, &life);
        let (same, made) = play(&patch, &Life { workers: seed as usize % 4, replans: true, ..life });
        let first = (0..FRAMES).find(|&frame| (0..2).any(|side| reference[side][frame] != same[side][frame]));
        assert!(hash(&reference) == hash(&same), "seed {seed}: new plans are heard from frame {first:?}");
        sounding += u32::from(reference.iter().flatten().any(|value| value.abs() > 1e-4));
        plans += made;
    }
    assert!(u64::from(sounding) > PATCHES / 2, "only {sounding} of {PATCHES} patches sound");
    assert!(plans > 300, "only {plans} new plans");
}
