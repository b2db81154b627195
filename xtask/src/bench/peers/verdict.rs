//! Rows of what was timed: each case by itself, and cases against each other, round by round.

use super::case::{BLOCK, Case, Program, Quality};
use super::race::{Cost, Entry, median};
use crate::bench::sink::Sink;
use crate::report::Target;

/// Voices of the patch that is too small to gain by threads; more are heavy.
pub(super) const LIGHT: usize = 4;

/// Voices for which the targets hold.
pub(super) const HEAVY: usize = 128;

/// Tells the rows of cases that were timed together.
pub(super) fn tell(sink: &mut Sink, entries: &[Entry]) {
    for (case, costs) in entries {
        match costs {
            Ok(costs) => alone(sink, *case, costs),
            Err(error) => {
                sink.tell(&format!("{}: {error:#}", case.name()));
                sink.add(&case.name(), "realtime_factor", f64::NAN, "x", None);
            }
        }
    }
    speedups(sink, entries);
    for (case, costs) in ours(entries) {
        let rival = |program| costs_of(entries, Case { program, ..case });
        let economy = case.program == Program::Manycord(Quality::Economy);
        let (metric, rival, least) = match case.threads {
            1 if case.block == BLOCK => {
                let least = if economy { 3.0 } else { 1.6 };
                ("ratio_to_scsynth_per_core", rival(Program::Scsynth), Some(least))
            }
            2 => ("ratio_to_supernova", rival(Program::Supernova), (!economy).then_some(2.2)),
            _ => continue,
        };
        if let Some(rival) = rival {
            let target = least.filter(|_| case.voices == HEAVY).map(Target::AtLeast);
            sink.add(&case.name(), metric, ratio(rival, costs), "x", target);
        }
    }
}

fn alone(sink: &mut Sink, case: Case, costs: &[Cost]) {
    let name = case.name();
    let (least, most) = costs
        .iter()
        .fold((f64::INFINITY, 0.0f64), |(least, most), cost| (least.min(cost.wall), most.max(cost.wall)));
    let wall = median(costs.iter().map(|cost| cost.wall));
    sink.add(&name, "realtime_factor", 1.0 / wall, "x", None);
    sink.add(&name, "wall", wall * 1e3, "ms/s", None);
    sink.add(&name, "cpu", median(costs.iter().map(|cost| cost.cpu)) * 1e3, "ms/s", None);
    sink.add(&name, "spread", 100.0 * (most - least) / wall, "%", None);
}

/// One thread against two: ours is to gain more than any other, and to lose nothing where there is little to do.
fn speedups(sink: &mut Sink, entries: &[Entry]) {
    let speedups: Vec<(Case, f64)> = entries
        .iter()
        .filter(|(case, _)| case.threads == 2)
        .filter_map(|(case, _)| {
            let [one, two] = [1, 2].map(|threads| costs_of(entries, Case { threads, ..*case }));
            Some((*case, ratio(one?, two?)))
        })
        .collect();
    let others = speedups.iter().filter(|(case, _)| !case.program.is_ours());
    let best = others.map(|(_, speedup)| *speedup).reduce(f64::max);
    for (case, speedup) in &speedups {
        let target = match (case.program, case.voices) {
            (Program::Manycord(_), LIGHT) => Some(Target::AtLeast(0.97)),
            (Program::Manycord(Quality::Full), HEAVY) => {
                best.map(|best| Target::AtLeast((best * 1e3).ceil() / 1e3))
            }
            _ => None,
        };
        sink.add(&case.name(), "speedup", *speedup, "x", target);
    }
}

fn ours(entries: &[Entry]) -> impl Iterator<Item = (Case, &[Cost])> {
    let measured = entries.iter().filter_map(|(case, costs)| Some((*case, costs.as_deref().ok()?)));
    measured.filter(|(case, _)| case.program.is_ours())
}

/// What a case cost, if it was measured. One whose program knows only one thread has one.
fn costs_of(entries: &[Entry], wanted: Case) -> Option<&[Cost]> {
    let (_, costs) = entries.iter().find(|(case, _)| *case == wanted)?;
    costs.as_deref().ok()
}

/// How many times as long the first took, by the median of the rounds.
fn ratio(slow: &[Cost], fast: &[Cost]) -> f64 {
    median(slow.iter().zip(fast).map(|(slow, fast)| slow.wall / fast.wall))
}
