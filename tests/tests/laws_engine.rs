//! Laws 1, 2 and 6 over random patches: the sound does not depend on how the host cuts its blocks, on how many
//! workers there are, or on edits elsewhere.

use manycord_engine::Patch;
use manycord_modules::Quality;
use manycord_tests::{performance, random, render};
use proptest::prelude::*;
use proptest::test_runner::{Config as Proptest, RngAlgorithm, TestRng, TestRunner};
use render::{Play, begin, block, hash, play, pool};

const FRAMES: usize = 8_192;
const BLOCKS: [usize; 8] = [1, 16, 63, 64, 480, 512, 1024, 4096];
const WORKERS: [usize; 5] = [0, 1, 2, 4, 8];
const PATCHES: u32 = 200;

fn runner(cases: u32) -> TestRunner {
    let config = Proptest { cases, failure_persistence: None, ..Proptest::default() };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]))
}

#[test]
fn any_blocks_and_any_workers_give_the_same_bits() {
    let pools = WORKERS.map(pool);
    let sounding = std::cell::Cell::new(0);
    runner(PATCHES)
        .run(&any::<u64>(), |seed| {
            let quality = if seed % 3 == 0 { Quality::Economy } else { Quality::Full };
            let patch = Patch { pipelined: seed % 4 < 2, quality, ..random::patch(seed) };
            let events = performance::events(seed, FRAMES);
            let edits = (seed % 2 == 0).then_some((2_048, seed));
            let reference = play(
                &patch,
                &Play { workers: 0, block: 64, frames: FRAMES, events: &events, edits },
                &pools[0],
            );
            if reference.iter().flatten().any(|value| value.abs() > 1e-4) {
                sounding.set(sounding.get() + 1);
            }
            prop_assert!(reference.iter().flatten().all(|value| value.is_finite()));
            for (number, block) in BLOCKS.into_iter().enumerate() {
                let turn = (number + seed as usize % 5) % 5;
                let (workers, pool) = (WORKERS[turn], &pools[turn]);
                let same =
                    play(&patch, &Play { workers, block, frames: FRAMES, events: &events, edits }, pool);
                let first = (0..FRAMES).find(|&frame| {
                    reference[0][frame].to_bits() != same[0][frame].to_bits()
                        || reference[1][frame].to_bits() != same[1][frame].to_bits()
                });
                prop_assert!(
                    hash(&reference) == hash(&same),
                    "seed {seed}: block {block}, {workers} workers differ from frame {first:?}"
                );
            }
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
    assert!(sounding.get() > PATCHES / 2, "only {} of {PATCHES} patches sound", sounding.get());
    for (workers, pool) in WORKERS.into_iter().zip(&pools).skip(1) {
        let idle = pool.load().iter().filter(|worker| worker.tasks == 0).count();
        assert_eq!(idle, 0, "{idle} of {workers} workers never took part");
    }
}

/// A bypassed oscillator stands still; how long it still ran while the switch moved must not depend on the blocks.
#[test]
fn a_module_that_was_bypassed_goes_on_the_same_in_any_blocks() {
    let pool = pool(0);
    let text = "manycord = 1\n[[module]]\nid = \"osc\"\nkind = \"vco\"\n[[module]]\nid = \"out\"\nkind = \"output\"\n\
                [[cable]]\nfrom = \"osc.sine\"\nto = \"out.left\"\n";
    let renders = BLOCKS.map(|size| {
        let patch = Patch::parse(text, "osc.toml").expect("the patch is sound");
        let (mut control, mut engine) = begin(patch, &pool);
        let (mut sides, silence) = ([vec![0.0; FRAMES], vec![0.0; FRAMES]], vec![0.0; FRAMES]);
        for stretch in 0..4 {
            let mut patch = control.patch().clone();
            patch.modules[0].bypass = stretch % 2 == 1;
            control.edit(patch).expect("the edit compiles");
            let (mut frame, end) = (stretch * FRAMES / 4, (stretch + 1) * FRAMES / 4);
            while frame < end {
                let next = (frame + size).min(end);
                block(&mut engine, frame..next, &[], &silence, &mut sides);
                frame = next;
            }
        }
        sides
    });
    let again = FRAMES * 3 / 4 - 1_000..FRAMES * 3 / 4;
    assert!(renders[0][0][again].iter().any(|value| value.abs() > 0.1), "the oscillator is not heard again");
    for (size, render) in BLOCKS.into_iter().zip(&renders) {
        assert_eq!(hash(render), hash(&renders[0]), "block {size}");
    }
}
