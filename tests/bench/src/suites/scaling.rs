//! `scaling`: what more threads gain on a patch that is rendered back to back, and what they burn for it. Serial
//! and parallel take turns on the same notes. `bound` is what any number of threads could gain with this plan, and
//! `limit` what so many could if handing over were free; `ceiling` is what the machine itself gains at that moment, with
//! instances that have nothing to do with each other on so many threads. Where the effects behind the voices take long, a patch can be
//! pipelined: those cases have the word in their names, and both contestants render so.

use std::sync::Arc;

use anyhow::Result;
use manycord_pool::{Pool, usable_cpus};

use crate::duel::{Cost, ceiling, duel, thread_counts};
use crate::piece::{Piece, pool};
use crate::quantile::Quantiles;
use crate::rows::{Rows, Target};
use crate::simulate::{Overheads, makespan};
use crate::tune::Tune;

/// Frames per block.
const BLOCKS: [usize; 2] = [64, 256];
/// Voices of the heavy reference patch: all, and for a glance.
const VOICES: [&[usize]; 2] = [&[8, 16, 32, 64, 128], &[8, 64]];
/// Factory patches for a glance.
const FEW: usize = 2;

/// Voices of the reference patch from which the targets hold, on two threads.
const AIMED_FROM: usize = 64;
/// Least speed-up in short blocks and in long ones, and most CPU time beyond the serial one's.
const LEAST: [f64; 2] = [1.80, 1.90];
const MOST_WASTED: f64 = 0.08;

/// Turns of each contestant, and about how long a serial one is, in seconds.
const ROUNDS: [usize; 2] = [9, 3];
const TURN: [f64; 2] = [0.08, 0.03];
/// Runs the suite.
pub fn run(rows: &mut Rows) -> Result<()> {
    let serial = pool(0);
    let few = if rows.quick { FEW } else { usize::MAX };
    let factory: Vec<Tune> = Tune::factory()?.into_iter().take(few).collect();
    let all = usable_cpus();
    for threads in thread_counts(all) {
        let pools = [serial.clone(), pool(threads - 1)];
        for &voices in VOICES[usize::from(rows.quick)] {
            let aimed = threads == 2 && voices >= AIMED_FROM;
            measure(rows, &Tune::reference(voices), &pools, (threads, aimed))?;
            if voices >= AIMED_FROM && threads > 1 {
                measure(rows, &Tune::reference(voices).pipelined(), &pools, (threads, aimed))?;
            }
        }
        // One thread shows how exact this is, and the curve in between is the reference's.
        for tune in factory.iter().filter(|_| threads == 2 || (threads == all && all > 1)) {
            measure(rows, tune, &pools, (threads, false))?;
        }
    }
    Ok(())
}

fn measure(
    rows: &mut Rows,
    tune: &Tune,
    pools: &[Arc<Pool>; 2],
    (threads, aimed): (usize, bool),
) -> Result<()> {
    let piece = |pool| Piece::new(&tune.patch, pool, tune.score.clone());
    let [mut serial, mut parallel] = [piece(&pools[0])?, piece(&pools[1])?];
    serial.settle()?;
    parallel.settle()?;
    let size = usize::from(rows.quick);
    for block in BLOCKS {
        rows.note(&format!("{} in blocks of {block} on {threads} threads", tune.name));
        parallel.adjust(block);
        let costs = duel([&mut serial, &mut parallel], block, (ROUNDS[size], TURN[size]));
        let case = format!("{}-b{block}-w{threads}", tune.name);
        let least = LEAST[usize::from(block >= 256)];
        tell(rows, &case, costs, threads, aimed.then_some(least));
        if aimed {
            let ceiling = ceiling(tune, &pools[0], block, threads, TURN[size])?;
            rows.add(&case, "ceiling", ceiling, "x", None);
        }
        let plan = parallel.control.graph();
        let limit = f64::from(plan.total_ns) / makespan(&plan, threads, Overheads::default(), 1.0);
        rows.add(&case, "bound", f64::from(plan.bound()), "x", None);
        rows.add(&case, "limit", limit, "x", None);
    }
    Ok(())
}

fn tell(rows: &mut Rows, case: &str, costs: [Vec<Cost>; 2], threads: usize, least: Option<f64>) {
    let [serial, parallel] = costs;
    let pairs = || serial.iter().zip(&parallel);
    let speedup = Quantiles::of(pairs().map(|(serial, parallel)| serial.wall / parallel.wall).collect());
    let wasted = Quantiles::of(pairs().map(|(serial, parallel)| parallel.cpu / serial.cpu - 1.0).collect());
    rows.add(case, "speedup", speedup.median(), "x", least.map(Target::AtLeast));
    rows.add(case, "speedup_spread", speedup.spread(), "share", None);
    rows.add(case, "efficiency", speedup.median() / threads as f64, "share", None);
    rows.add(case, "wasted_cpu", wasted.median(), "share", least.map(|_| Target::AtMost(MOST_WASTED)));
}
