//! Our pool against what a Rust programmer would take: rayon, and a queue behind a mutex. All have every core; each
//! does the same tasks once per block.

mod condvar;

use anyhow::Result;
use manycord_pool::{Config, usable_cpus};

use crate::contest::{Contest, Rival, Tally};
use crate::load::{FRAMES, LOADS, Load};
use crate::pacing::period;
use crate::rows::{Rows, Target};
use crate::work::Speed;

/// Measures all loads.
pub fn run(rows: &mut Rows) -> Result<()> {
    let speed = Speed::calibrate();
    let (blocks, rounds) = if rows.quick { (200, 1) } else { (750, 4) };
    for load in LOADS {
        let load = Load::new(speed, load);
        let case = load.name();
        let contest = Contest { period: period(FRAMES), blocks, rounds, migrating: false };
        let rivals = [
            Rival::ours("ours", &load, Config::default()),
            Rival { name: "rayon", make: Box::new(|| rayon_scope(load)) },
            Rival { name: "condvar", make: Box::new(|| condvar_pool(load)) },
            Rival::serial(&load),
        ];
        let tallies = contest.hold(&rivals, &|who| rows.note(&format!("{case}: {who}")));
        for (rival, tally) in rivals.iter().zip(&tallies) {
            let case = format!("{}-{case}", rival.name);
            let times = tally.times_us();
            rows.add(&case, "block_us_p50", times.median(), "us", None);
            rows.add(&case, "block_us_p99", times.at(0.99), "us", None);
            rows.add(&case, "block_us_max", times.most(), "us", None);
            rows.add(&case, "cores", tally.cores(), "cores", None);
        }
        compare(rows, &format!("ours-{case}"), &tallies);
    }
    Ok(())
}

/// Us, who stand first, against the best of the others in each figure; in CPU against those with threads.
fn compare(rows: &mut Rows, case: &str, tallies: &[Tally]) {
    let [ours, others @ ..] = tallies else { return };
    let mut ratio = |metric: &str, figure: &dyn Fn(&Tally) -> f64, others: &[Tally]| {
        let best = others.iter().map(figure).fold(f64::INFINITY, f64::min);
        rows.add(case, metric, figure(ours) / best, "x", Some(Target::AtMost(1.0)));
    };
    ratio("ratio_to_best_p50", &|tally| tally.times_us().median(), others);
    ratio("ratio_to_best_p99", &|tally| tally.times_us().at(0.99), others);
    ratio("ratio_to_best_max", &|tally| tally.times_us().most(), others);
    ratio("ratio_to_best_cores", &Tally::cores, &others[..2]);
}

/// A scope of rayon with a spawn per task, called from outside its threads as a host would.
fn rayon_scope(load: Load) -> Box<dyn FnMut()> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(usable_cpus()).build();
    let pool = pool.expect("the system gives threads");
    Box::new(move || {
        pool.scope(|scope| (0..load.tasks).for_each(|_| scope.spawn(|_| load.task())));
    })
}

fn condvar_pool(load: Load) -> Box<dyn FnMut()> {
    let pool = condvar::Pool::new(usable_cpus() - 1, move |_| load.task());
    Box::new(move || pool.run(load.tasks))
}
