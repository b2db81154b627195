//! The whole pool with its real threads' code, under many schedules.

mod late;
mod runs;

use std::sync::Arc;

use shuttle::rand::Rng;
use shuttle::scheduler::{PctScheduler, RandomScheduler, Scheduler};
use shuttle::sync::atomic::{AtomicU32, Ordering};

use crate::{Config, Flow, Graph, Hint, IdlePolicy, Job, Pool, Seat};

/// The workers take part, whatever the run costs.
const TOGETHER: Hint = Hint { serial_ns: u32::MAX, useful: 64, period_ns: 0, patience_ns: None };

/// The same schedules each time, so that what fails fails again; `SHUTTLE_RANDOM_SEED=N` tries others.
const SEED: u64 = 1;

/// Runs a scene under so many schedules: half at random, half with few but far-reaching changes of priority.
fn explore(schedules: usize, scene: impl Fn() + Send + Sync + Clone + 'static) {
    under(RandomScheduler::new_from_seed(SEED, schedules / 2), scene.clone());
    under(PctScheduler::new_from_seed(SEED, 4, schedules / 2), scene);
}

fn under(scheduler: impl Scheduler + 'static, scene: impl Fn() + Send + Sync + 'static) {
    let mut config = shuttle::Config::new();
    config.stack_size = 1 << 17;
    config.silence_warnings = true;
    // Pages of digits; the seed says the same.
    config.failure_persistence = shuttle::FailurePersistence::None;
    shuttle::Runner::new(scheduler, config).run(scene);
}

fn below(most: usize) -> usize {
    shuttle::rand::thread_rng().gen_range(0..most)
}

fn pool(workers: usize) -> Arc<Pool> {
    let idle = if below(2) == 0 { IdlePolicy::Park } else { IdlePolicy::Anticipate };
    Pool::new(&Config { workers: Some(workers), idle, ..Config::default() })
}

/// Counts runs per task, and checks that all predecessors have run as often and that workers run what is guarded.
struct Checked {
    predecessors: Vec<Vec<u32>>,
    guarded: Vec<u32>,
    runs: Vec<AtomicU32>,
}

impl Job for Checked {
    fn run(&self, task: usize, seat: &Seat) {
        assert!(seat.number() > 0 || !self.guarded.contains(&(task as u32)), "guarded, and on the caller");
        let run = self.runs[task].load(Ordering::Relaxed) + 1;
        for &before in &self.predecessors[task] {
            assert_eq!(self.runs[before as usize].load(Ordering::Relaxed), run, "{before} before {task}");
        }
        assert_eq!(self.runs[task].fetch_add(1, Ordering::Relaxed) + 1, run, "task {task} twice at once");
    }
}

impl Checked {
    fn expect_runs(&self, count: u32) {
        for (task, runs) in self.runs.iter().enumerate() {
            assert_eq!(runs.load(Ordering::Relaxed), count, "task {task}");
        }
    }
}

/// A random graph of up to so many tasks, some of them guarded.
fn random_flow(most: usize, guards: bool) -> Arc<Flow<Checked>> {
    let tasks = 1 + below(most);
    let (mut successors, mut predecessors) = (vec![Vec::new(); tasks], vec![Vec::new(); tasks]);
    for to in 1..tasks {
        for from in 0..to {
            if below(tasks) == 0 {
                successors[from].push(to as u32);
                predecessors[to].push(from as u32);
            }
        }
    }
    let guarded: Vec<u32> = (0..tasks as u32).filter(|_| guards && below(4) == 0).collect();
    let priority: Vec<u32> = (0..tasks).map(|_| below(3) as u32).collect();
    let graph = Graph::new(&successors, &priority).unwrap().guard(guarded.iter().copied());
    let runs = (0..tasks).map(|_| AtomicU32::new(0)).collect();
    Flow::new(graph, Checked { predecessors, guarded, runs })
}
