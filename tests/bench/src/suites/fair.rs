//! Several instances on host threads of their own, all on one pool: none is served worse than the others, and more
//! instances make no more threads.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Result, ensure};
use manycord_pool::{Client, Config, Flow, Graph, Hint, Job, Outcome, Pool, Seat};

use crate::pacing::{Pacer, period};
use crate::quantile::Quantiles;
use crate::rows::{Rows, Target};
use crate::work::{Speed, compute};

const FRAMES: usize = 64;
const INSTANCES: usize = 8;
/// Tasks of an instance's block, and what each takes, in µs.
const TASKS: usize = 8;
const TASK_US: f64 = 8.0;

/// Computes for so many steps.
struct Busy(u32);

impl Job for Busy {
    fn run(&self, _task: usize, _seat: &Seat) {
        std::hint::black_box(compute(self.0));
    }
}

/// Measures one instance alone, then all at once.
pub fn run(rows: &mut Rows) -> Result<()> {
    let blocks = if rows.quick { 700 } else { 10_000 };
    let steps = Speed::calibrate().steps(TASK_US);
    let pool = Pool::new(&Config::default());
    let before = workers();
    rows.note("one instance alone");
    let alone = play(vec![pool.client()?], steps, blocks)?.remove(0);
    rows.note("all at once");
    let clients: Result<Vec<Client>, _> = (0..INSTANCES).map(|_| pool.client()).collect();
    let all = play(clients?, steps, blocks)?;
    let case = format!("{INSTANCES}-instances-b{FRAMES}");
    rows.add("1-instance-b64", "block_us_p99", alone.at(0.99), "us", None);
    for (metric, share) in [("p50", 0.5), ("p99", 0.99), ("max", 1.0)] {
        let each: Vec<f64> = all.iter().map(|blocks| blocks.at(share)).collect();
        let fair = each.iter().sum::<f64>() / each.len() as f64;
        let worst = Quantiles::of(each).most();
        rows.add(&case, &format!("fair_block_us_{metric}"), fair, "us", None);
        rows.add(&case, &format!("worst_to_fair_{metric}"), worst / fair, "x", Some(Target::AtMost(2.0)));
    }
    rows.add(&case, "workers_more", workers() as f64 - before as f64, "", Some(Target::AtMost(0.0)));
    Ok(())
}

/// Plays every client on a thread of its own, at a host's pace; returns how long each one's blocks took, in µs.
fn play(clients: Vec<Client>, steps: u32, blocks: usize) -> Result<Vec<Quantiles>> {
    let graph = Graph::new(&vec![Vec::new(); TASKS], &[1; TASKS])?;
    let hint = Hint {
        serial_ns: (TASKS as f64 * TASK_US * 1e3) as u32,
        useful: TASKS as u32,
        period_ns: period(FRAMES).as_nanos() as u32,
        patience_ns: None,
    };
    let times: Vec<(Vec<f64>, bool)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (clients.into_iter())
            .map(|mut client| {
                let flow: Arc<Flow<Busy>> = Flow::new(graph.clone(), Busy(steps));
                scope.spawn(move || {
                    let (mut pacer, mut good) = (Pacer::new(period(FRAMES)), true);
                    let mut times = Vec::with_capacity(blocks);
                    for _ in 0..blocks {
                        pacer.wait();
                        let begun = Instant::now();
                        good &= client.run(&flow, &hint) == Outcome::Done;
                        times.push(begun.elapsed().as_secs_f64() * 1e6);
                    }
                    (times, good)
                })
            })
            .collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
    });
    ensure!(times.iter().all(|(times, good)| *good && times.len() == blocks), "a block does not end well");
    Ok(times.into_iter().map(|(times, _)| Quantiles::of(times)).collect())
}

/// Worker threads of this process.
fn workers() -> usize {
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let names = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("comm")).ok());
    names.filter(|name| name.starts_with("manycord-w")).count()
}
