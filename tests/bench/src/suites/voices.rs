//! `voices`: what a voice costs in the graph, and how much of it the graph itself is: the reference patch through
//! the engine in one thread, in turns with the same units by hand.

use std::time::Instant;

use anyhow::Result;
use manycord_engine::Patch;
use manycord_modules::Quality;

use crate::hand::Hand;
use crate::piece::{Piece, pool};
use crate::quantile::Quantiles;
use crate::reference::{heavy, reference};
use crate::rows::{Rows, Target};
use crate::score::Score;
use crate::turns::take_turns;

/// Voices and blocks that are measured: all, and for a glance.
const VOICES: [&[usize]; 2] = [&[1, 4, 8, 16, 32, 64, 128], &[1, 16, 128]];
const BLOCKS: [&[usize]; 2] = [&[32, 64, 128, 256, 512, 1024], &[64, 256]];
/// Blocks in economy quality.
const ECONOMY_BLOCKS: &[usize] = &[64, 256];
/// The same for the patch with an LFO per voice.
const HEAVY_VOICES: [&[usize]; 2] = [&[16, 64, 128], &[]];
const HEAVY_BLOCKS: &[usize] = &[64, 256];

/// Turns of each contestant, and about how long one is, in seconds.
const ROUNDS: [usize; 2] = [61, 15];
const TURN: f64 = 0.004;

/// From so many voices and frames per block on the targets hold.
const TARGET_FROM: (usize, usize) = (16, 64);

/// Runs the suite.
pub fn run(rows: &mut Rows) -> Result<()> {
    let size = usize::from(rows.quick);
    for &voices in VOICES[size] {
        measure(rows, "full", &reference(voices), voices, BLOCKS[size])?;
        let economy = Patch { quality: Quality::Economy, ..reference(voices) };
        measure(rows, "economy", &economy, voices, ECONOMY_BLOCKS)?;
    }
    for &voices in HEAVY_VOICES[size] {
        measure(rows, "heavy", &heavy(voices), voices, HEAVY_BLOCKS)?;
    }
    Ok(())
}

fn measure(rows: &mut Rows, name: &str, patch: &Patch, voices: usize, blocks: &[usize]) -> Result<()> {
    let mut piece = Piece::new(patch, &pool(0), Score::held(voices))?;
    piece.settle()?;
    let mut hand = Hand::new(patch, voices);
    for &block in blocks {
        let begun = Instant::now();
        for _ in 0..1024 / block {
            hand.block(block);
        }
        let turns = ((TURN / begun.elapsed().as_secs_f64()) as usize).clamp(1, 1_000) * 1024 / block;
        let mut through_graph = || timed(turns, || _ = piece.block(block));
        let mut through_hand = || timed(turns, || _ = hand.block(block));
        let contestants: &mut [&mut dyn FnMut() -> f64; 2] = &mut [&mut through_graph, &mut through_hand];
        let [graph, by_hand] = take_turns(ROUNDS[usize::from(rows.quick)], contestants);
        let over = graph.iter().zip(&by_hand).map(|(graph, hand)| graph / hand - 1.0).collect();
        tell(
            rows,
            &format!("{name}-{voices}v-b{block}"),
            [graph, by_hand, over],
            (voices, turns * block, block),
        );
    }
    Ok(())
}

fn tell(
    rows: &mut Rows,
    case: &str,
    [graph, by_hand, over]: [Vec<f64>; 3],
    (voices, frames, block): (usize, usize, usize),
) {
    let per_voice = |seconds: Vec<f64>| Quantiles::of(seconds).median() * 1e9 / (frames * voices) as f64;
    let over = Quantiles::of(over);
    let bound = voices >= TARGET_FROM.0 && block >= TARGET_FROM.1;
    let at_most = |most| bound.then_some(Target::AtMost(most));
    let limit = if case.starts_with("economy") { 8.0 } else { 16.0 };
    rows.add(case, "ns_per_sample_voice", per_voice(graph), "ns", at_most(limit));
    rows.add(case, "ns_per_sample_voice_by_hand", per_voice(by_hand), "ns", None);
    rows.add(case, "graph_overhead", over.median(), "share", at_most(0.10));
    rows.add(case, "graph_overhead_spread", over.at(0.75) - over.at(0.25), "share", None);
}

fn timed(times: usize, mut work: impl FnMut()) -> f64 {
    let begun = Instant::now();
    (0..times).for_each(|_| work());
    begun.elapsed().as_secs_f64()
}
