//! Runs `tests/specs/PROC-02_worker_pool_assignment.feature`: what a scenario says is measured and held against the
//! bounds in its text. Arguments that are no options choose scenarios by a part of their name.

use std::process::ExitCode;
use std::time::Duration;

use cucumber::writer::Stats as _;
use cucumber::{World as _, then, when};
use futures::executor::block_on;
use manycord_bench::heap::{self, Counting};
use manycord_bench::proc02::{Effort, Figure, bound, row};
use manycord_bench::rows::Target;

#[global_allocator]
static HEAP: Counting = Counting;

const SPECIFICATION: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../specs/PROC-02_worker_pool_assignment.feature");

/// What keeps the machine busy may be over by the next try.
const PAUSE: Duration = Duration::from_millis(500);

/// What a scenario has measured.
#[derive(Debug, Default, cucumber::World)]
struct World {
    figures: Vec<Figure>,
}

impl World {
    /// Adds a try: of what other programs can spoil the better figure stays, of all else the worse.
    fn take(&mut self, tried: Vec<Figure>) {
        if self.figures.is_empty() {
            self.figures = tried;
            return;
        }
        for (known, new) in self.figures.iter_mut().zip(tried) {
            assert_eq!((known.metric, &known.case), (new.metric, &new.case), "every try measures the same");
            let bound = bound(known.metric);
            let improves = match bound.target {
                Some(Target::AtMost(_)) => new.value < known.value,
                Some(Target::AtLeast(_)) => new.value > known.value,
                None => true,
            };
            if improves == bound.is_timing {
                *known = new;
            }
        }
    }

    /// The figures of a metric, each of which must be as the text says; the suite must aim at the same.
    fn expect(&self, metric: &str, target: Target) {
        assert_eq!(bound(metric).target, Some(target), "the suite aims {metric} elsewhere");
        let figures: Vec<&Figure> = self.figures.iter().filter(|figure| figure.metric == metric).collect();
        assert!(!figures.is_empty(), "{metric} was not measured");
        for figure in figures {
            assert!(target.is_met(figure.value), "{metric} of {}: {}", figure.case, figure.value);
        }
    }
}

/// Measures a row until all its figures are as they must be, at most so often.
#[when(regex = r"^we measure (.+), at most (\d+) times?$")]
fn measure(world: &mut World, name: String, tries: u32) {
    for attempt in 1..=tries {
        let figures = (row(&name).measure)(Effort::Quick).unwrap_or_else(|error| panic!("{name}: {error:#}"));
        for Figure { case, metric, value } in &figures {
            println!("    {metric:<26} {case:<26} {value:>12.3} {}", bound(metric).unit);
        }
        world.take(figures);
        let Some(bad) = world.figures.iter().find(|figure| !figure.is_good()) else { break };
        println!("    {name}: try {attempt} of {tries} misses {}", bad.metric);
        if attempt < tries {
            std::thread::sleep(PAUSE);
        }
    }
}

#[then(regex = r"^(\w+) is at most ([\d.]+)(?: .+)?$")]
fn at_most(world: &mut World, metric: String, most: f64) {
    world.expect(&metric, Target::AtMost(most));
}

#[then(regex = r"^(\w+) is at least ([\d.]+)(?: .+)?$")]
fn at_least(world: &mut World, metric: String, least: f64) {
    world.expect(&metric, Target::AtLeast(least));
}

#[then(regex = r"^(\w+) is 0$")]
fn none(world: &mut World, metric: String) {
    world.expect(&metric, Target::AtMost(0.0));
}

#[then(regex = r"^(\w+) is at least as many as the machine has cores, of (\d+)$")]
fn as_many_as_cores(world: &mut World, metric: String, most: usize) {
    world.expect(&metric, Target::AtLeast(manycord_pool::usable_cpus().min(most) as f64));
}

fn main() -> ExitCode {
    if !cfg!(target_os = "linux") {
        println!("only Linux tells what a process holds");
        return ExitCode::SUCCESS;
    }
    heap::count();
    let wanted: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    let run = World::cucumber()
        .with_default_cli()
        // Each measures the machine: one at a time.
        .max_concurrent_scenarios(1)
        .fail_on_skipped()
        .filter_run(SPECIFICATION, move |_, _, scenario| {
            wanted.is_empty() || wanted.iter().any(|part| scenario.name.contains(part.as_str()))
        });
    if block_on(run).execution_has_failed() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
