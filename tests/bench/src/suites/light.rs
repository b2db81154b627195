//! `light`: threads never make it slower. Small patches on a pool in turns with the same patches inline, block by
//! block, back to back and at a host's pace; and the inline run against its own twin, which shows how exact the
//! figures are. Told are the median patch, what 95 of 100 patches stay within, and the worst.

use std::time::Instant;

use anyhow::Result;
use manycord_pool::usable_cpus;

use crate::pacing::{Pacer, SAMPLE_RATE, period};
use crate::piece::{Piece, pool};
use crate::quantile::Quantiles;
use crate::rows::{Rows, Target};
use crate::tune::Tune;
use crate::turns::take_turns;

/// Frames per block.
const BLOCKS: [usize; 6] = [32, 64, 128, 256, 512, 1024];
/// Random patches that are measured: all, and for a glance.
const RANDOM: [usize; 2] = [200, 20];
/// Of these, so many at a host's pace: long blocks take their time, and matter less.
const PACED: [[usize; 6]; 2] = [[200, 200, 80, 24, 6, 2], [20, 20, 4, 0, 0, 0]];
/// Seconds after which no further random patch is begun: the rows tell how many there were.
const BUDGET: [f64; 2] = [780.0, 12.0];
/// Frames that everybody plays before: after an edit a pool tries whether it gains anything, 16 runs of 272 where it plainly
/// loses and up to 52 of 308 where it hardly does either, and then ever more rarely. That is not what is asked here.
const LEARNING: usize = 10 * SAMPLE_RATE as usize;
/// Blocks in a row, so that a pool finds its rhythm.
const STRETCH: usize = 16;
/// Stretches of each contestant: paced, and back to back in blocks of up to 128 frames and longer.
const ROUNDS: [[usize; 3]; 2] = [[5, 8, 3], [2, 2, 1]];

/// The most that a pool may take, as a share of the inline run: of the median block, and of one in twenty.
const MOST: [f64; 2] = [1.03, 1.10];
const METRICS: [&str; 2] = ["ratio_to_serial_p50", "ratio_to_serial_p95"];
const SHARES: [f64; 2] = [0.50, 0.95];

/// Three instances of one patch: inline, on a pool, and inline again.
type Trio = [Piece; 3];

/// Ratios of one patch: on the pool, and of the twin.
struct Ratios {
    name: String,
    pool: [f64; 2],
    twin: [f64; 2],
}

/// Runs the suite.
pub fn run(rows: &mut Rows) -> Result<()> {
    let size = usize::from(rows.quick);
    let pools = [pool(0), pool(usable_cpus().saturating_sub(1).max(1)), pool(0)];
    let mut named: Vec<Tune> = (1..=4).map(Tune::reference).collect();
    named.extend(Tune::factory()?);
    let mut found: [[Vec<Ratios>; BLOCKS.len()]; 2] = Default::default();
    let begun = Instant::now();
    for number in 0..named.len() + RANDOM[size] {
        let random = number.checked_sub(named.len());
        if random.is_some() && begun.elapsed().as_secs_f64() > BUDGET[size] {
            break;
        }
        let drawn = random.map(|seed| Tune::random(seed as u64));
        let tune = drawn.as_ref().unwrap_or_else(|| &named[number]);
        rows.note(&tune.name);
        let piece = |place: usize| Piece::new(&tune.patch, &pools[place], tune.score.clone());
        let mut trio = [piece(0)?, piece(1)?, piece(2)?];
        for piece in &mut trio {
            piece.settle()?;
        }
        for (place, block) in BLOCKS.into_iter().enumerate() {
            for piece in &mut trio {
                piece.adjust(block);
                piece.play(LEARNING, block);
            }
            let rounds = ROUNDS[size][1 + usize::from(block > 128)];
            found[0][place].push(ratios(&tune.name, back_to_back(&mut trio, block, rounds)));
            if random.is_none_or(|random| random < PACED[size][place]) && (block <= 128 || !rows.quick) {
                found[1][place].push(ratios(&tune.name, paced(&mut trio, block, ROUNDS[size][0])));
            }
        }
    }
    for (manner, found) in ["back_to_back", "paced"].into_iter().zip(&found) {
        for (block, found) in BLOCKS.into_iter().zip(found).filter(|(_, found)| !found.is_empty()) {
            tell(rows, &format!("{manner}-b{block}"), found);
        }
    }
    Ok(())
}

/// Times of blocks without a pause between them, in seconds.
fn back_to_back([inline, pooled, twin]: &mut Trio, block: usize, rounds: usize) -> [Vec<f64>; 3] {
    fn stretch(piece: &mut Piece, block: usize) -> Vec<f64> {
        (0..STRETCH).map(|_| timed(piece, block)).collect()
    }
    let contestants: &mut [&mut dyn FnMut() -> Vec<f64>; 3] =
        &mut [&mut || stretch(inline, block), &mut || stretch(pooled, block), &mut || stretch(twin, block)];
    take_turns(rounds, contestants).map(|stretches| stretches.concat())
}

/// Times of blocks that come when a sound card asks for them, in seconds. All three are called in each period, as
/// instances in one host are.
fn paced(trio: &mut Trio, block: usize, rounds: usize) -> [Vec<f64>; 3] {
    let mut times = [const { Vec::new() }; 3];
    let mut pacer = Pacer::new(period(block));
    for round in 0..rounds {
        for _ in 0..STRETCH {
            pacer.wait();
            for place in 0..3 {
                let place = (place + round) % 3;
                times[place].push(timed(&mut trio[place], block));
            }
        }
    }
    times
}

fn timed(piece: &mut Piece, block: usize) -> f64 {
    let begun = Instant::now();
    piece.block(block);
    begun.elapsed().as_secs_f64()
}

fn ratios(name: &str, times: [Vec<f64>; 3]) -> Ratios {
    let [inline, pooled, twin] = times.map(Quantiles::of);
    let ratio = |own: &Quantiles| SHARES.map(|share| own.at(share) / inline.at(share));
    Ratios { name: name.into(), pool: ratio(&pooled), twin: ratio(&twin) }
}

fn tell(rows: &mut Rows, case: &str, found: &[Ratios]) {
    for (place, metric) in METRICS.into_iter().enumerate() {
        let target = Some(Target::AtMost(MOST[place]));
        let all = |of: fn(&Ratios) -> [f64; 2]| {
            Quantiles::of(found.iter().map(|ratios| of(ratios)[place]).collect())
        };
        let (pool, twin) = (all(|ratios| ratios.pool), all(|ratios| ratios.twin));
        rows.add(&format!("{case}-median"), metric, pool.median(), "x", target);
        rows.add(&format!("{case}-of_95_percent"), metric, pool.at(0.95), "x", target);
        let slowest = found.iter().max_by(|a, b| a.pool[place].total_cmp(&b.pool[place]));
        let slowest = slowest.expect("something was measured");
        rows.add(&format!("{case}-worst-{}", slowest.name), metric, slowest.pool[place], "x", None);
        rows.add(&format!("{case}-twin_median"), metric, twin.median(), "x", None);
        rows.add(&format!("{case}-twin_of_95_percent"), metric, twin.at(0.95), "x", None);
        rows.add(&format!("{case}-twin_worst"), metric, twin.most(), "x", None);
    }
    rows.add(case, "patches", found.len() as f64, "", None);
}
