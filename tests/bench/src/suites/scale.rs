//! `scale`: speed-up on more cores than there are. Tasks of real plans, recorded with what they cost, are played
//! through on up to 64 simulated threads with the overheads of this machine; where it has the cores, the same is
//! measured and the error told. Draws the curves as `target/bench/scale.svg`.

mod curve;
mod overheads;
mod record;

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use manycord_engine::GraphReport;
use manycord_pool::{Pool, usable_cpus};

use crate::duel::{duel, thread_counts};
use crate::piece::{Piece, pool};
use crate::quantile::Quantiles;
use crate::rows::Rows;
use crate::simulate::{Overheads, makespan};
use crate::tune::Tune;
use curve::Curve;
use record::Record;

/// Simulated threads.
const THREADS: [usize; 10] = [1, 2, 4, 8, 12, 16, 24, 32, 48, 64];
/// Voices of the reference patch: all, and for a glance.
const VOICES: [&[usize]; 2] = [&[8, 16, 32, 64, 128], &[16, 64]];
/// Factory patches for a glance.
const FEW: usize = 1;
/// Frames per block.
const BLOCK: usize = 64;
/// Below this estimate of a block, in ns, the pool leaves it to the caller while workers are awake.
const INLINE_NS: f64 = 20_000.0;
/// Rounds of the overheads; turns of a measured speed-up, and seconds of each.
const ROUNDS: [usize; 2] = [2_000, 300];
const TURNS: [(usize, f64); 2] = [(7, 0.06), (3, 0.03)];
/// Rounds in which threads are kept busy side by side.
const SIDE_BY_SIDE: [usize; 2] = [7, 3];

/// What is known of the machine.
struct Machine {
    cpus: usize,
    overheads: Overheads,
    /// How much longer tasks take on so many busy threads, by number of threads.
    slowdowns: Vec<(usize, f64)>,
    /// A pool for each of these numbers.
    pools: Vec<(usize, Arc<Pool>)>,
}

/// Runs the suite.
pub fn run(rows: &mut Rows) -> Result<()> {
    let size = usize::from(rows.quick);
    rows.note("overheads of this machine");
    let machine = Machine::measure(rows)?;
    let few = if rows.quick { FEW } else { usize::MAX };
    let references = VOICES[size].iter().map(|&voices| Tune::reference(voices));
    let (mut curves, mut errors) = (Vec::new(), Vec::new());
    for tune in references.chain(Tune::factory()?.into_iter().take(few)) {
        rows.note(&tune.name);
        let curve = machine.curve(&tune, TURNS[size])?;
        tell(rows, &curve, machine.cpus, &mut errors);
        curves.push(curve);
    }
    let errors = Quantiles::of(errors);
    rows.add("all", "error_median", errors.median(), "%", None);
    rows.add("all", "error_most", errors.most(), "%", None);
    let folder = Path::new("target/bench");
    std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let picture = folder.join("scale.svg");
    std::fs::write(&picture, curve::svg(&curves, machine.cpus))
        .with_context(|| format!("{} cannot be written", picture.display()))?;
    rows.note(&format!("drawn: {}", picture.display()));
    Ok(())
}

impl Machine {
    fn measure(rows: &mut Rows) -> Result<Machine> {
        let size = usize::from(rows.quick);
        let cpus = usable_cpus();
        let (overheads, wake) = overheads::measure(cpus, ROUNDS[size])?;
        let Overheads { task, handoff, start, end } = overheads;
        let figures = [("task", task), ("handoff", handoff), ("start", start), ("end", end), ("wake", wake)];
        for (case, ns) in figures {
            rows.add(case, "overhead", ns, "ns", None);
        }
        let counts: Vec<usize> = thread_counts(cpus).into_iter().filter(|&threads| threads > 1).collect();
        let mut slowdowns = vec![(1, 1.0)];
        for &threads in &counts {
            let slowdown = overheads::slowdown(threads, SIDE_BY_SIDE[size])?;
            rows.add(&format!("side_by_side-w{threads}"), "slowdown", slowdown, "x", None);
            slowdowns.push((threads, slowdown));
        }
        let pools = counts.iter().map(|&threads| (threads, pool(threads - 1))).collect();
        Ok(Machine { cpus, overheads, slowdowns, pools })
    }

    /// The slowdown on so many threads; between two that were measured in proportion, beyond them the last.
    fn slowdown(&self, threads: usize) -> f64 {
        let above = self.slowdowns.iter().position(|(known, _)| *known >= threads);
        match above {
            None => self.slowdowns[self.slowdowns.len() - 1].1,
            Some(0) => self.slowdowns[0].1,
            Some(place) => {
                let ((a, low), (b, high)) = (self.slowdowns[place - 1], self.slowdowns[place]);
                low + (high - low) * (threads - a) as f64 / (b - a) as f64
            }
        }
    }

    /// Speed-ups of a tune, simulated and measured.
    fn curve(&self, tune: &Tune, turns: (usize, f64)) -> Result<Curve> {
        let inline = pool(0);
        let piece = |pool: &Arc<Pool>| Piece::new(&tune.patch, pool, tune.score.clone());
        let mut serial = piece(&inline)?;
        serial.settle()?;
        let mut curve = Curve { name: tune.name.clone(), ..Curve::default() };
        let record = Record::of(&mut serial, BLOCK);
        for threads in THREADS {
            let mut plan = plan_for(&mut serial, threads)?;
            record.apply(&mut plan);
            let block_ns = self.predict(&plan, record.block_ns, threads);
            curve.predicted.push((threads, record.block_ns / block_ns));
        }
        plan_for(&mut serial, 1)?;
        for (threads, pool) in &self.pools {
            let mut parallel = piece(pool)?;
            parallel.settle()?;
            let [serial, parallel] = duel([&mut serial, &mut parallel], BLOCK, turns);
            let ratios = serial.iter().zip(&parallel).map(|(serial, parallel)| serial.wall / parallel.wall);
            curve.measured.push((*threads, Quantiles::of(ratios.collect()).median()));
        }
        Ok(curve)
    }

    /// Time of a block, in ns, whose plan takes `block_ns` on one thread.
    fn predict(&self, plan: &GraphReport, block_ns: f64, threads: usize) -> f64 {
        let tasks_ns = f64::from(plan.total_ns);
        if threads == 1 || plan.tasks.len() < 2 || tasks_ns < INLINE_NS {
            return block_ns;
        }
        // What the caller does before and after the tasks, which no thread takes from it.
        let around_ns = (block_ns - tasks_ns).max(0.0);
        around_ns + makespan(plan, threads, self.overheads, self.slowdown(threads))
    }
}

/// The plan that the engine makes for so many threads.
fn plan_for(piece: &mut Piece, threads: usize) -> Result<GraphReport> {
    piece.control.plan_for(threads);
    piece.control.edit(piece.control.patch().clone())?;
    piece.block(BLOCK);
    piece.control.collect();
    Ok(piece.control.graph())
}

/// One row per number of threads: what is simulated where there are cores is a prediction, and its error is told.
fn tell(rows: &mut Rows, curve: &Curve, cpus: usize, errors: &mut Vec<f64>) {
    for &(threads, speedup) in &curve.predicted {
        let case = format!("{}-w{threads}", curve.name);
        let metric = if threads <= cpus { "predicted_speedup" } else { "simulated_speedup" };
        rows.add(&case, metric, speedup, "x", None);
        let measured = curve.measured.iter().find(|measured| measured.0 == threads);
        if let Some((_, measured)) = measured {
            let error = (speedup / measured - 1.0) * 100.0;
            rows.add(&case, "measured_speedup", *measured, "x", None);
            rows.add(&case, "error", error, "%", None);
            errors.push(error.abs());
        }
    }
}
