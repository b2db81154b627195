//! Graphs and jobs for the tests of the pool.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use manycord_pool::{Config, Flow, Graph, Hint, Job, Pool, Seat};

/// A hint that makes the workers take part, whatever the run costs.
pub const TOGETHER: Hint = Hint { serial_ns: u32::MAX, useful: 64, period_ns: 0, patience_ns: None };

/// A number of rounds or a time, and another where each step is interpreted.
pub const fn rounds(usual: u32, interpreted: u32) -> u32 {
    if cfg!(miri) { interpreted } else { usual }
}

/// A pool with this many workers.
pub fn pool(workers: usize) -> Arc<Pool> {
    Pool::new(&Config { workers: Some(workers), ..Config::default() })
}

/// Counts runs per task and checks that all predecessors have run as often.
pub struct Checked {
    predecessors: Vec<Vec<u32>>,
    runs: Vec<AtomicU32>,
    pub seats: AtomicU64,
    pub work: u32,
}

impl Checked {
    /// The checked job of a graph.
    pub fn new(successors: &[Vec<u32>], work: u32) -> Checked {
        let mut predecessors = vec![Vec::new(); successors.len()];
        for (task, list) in successors.iter().enumerate() {
            list.iter().for_each(|&next| predecessors[next as usize].push(task as u32));
        }
        let runs = successors.iter().map(|_| AtomicU32::new(0)).collect();
        Checked { predecessors, runs, seats: AtomicU64::new(0), work }
    }

    /// Panics unless every task has run so often.
    pub fn expect_runs(&self, count: u32) {
        for (task, runs) in self.runs.iter().enumerate() {
            assert_eq!(runs.load(Ordering::Relaxed), count, "task {task}");
        }
    }
}

impl Job for Checked {
    fn run(&self, task: usize, seat: &Seat) {
        // Relaxed on purpose: the pool's own ordering must make the predecessors' counts visible.
        let run = self.runs[task].load(Ordering::Relaxed) + 1;
        for &before in &self.predecessors[task] {
            assert_eq!(self.runs[before as usize].load(Ordering::Relaxed), run, "{before} before {task}");
        }
        let mut x = task as u32;
        for _ in 0..self.work {
            x = std::hint::black_box(x.wrapping_mul(1_664_525).wrapping_add(1));
        }
        self.runs[task].store(run, Ordering::Relaxed);
        self.seats.fetch_or(1 << seat.number(), Ordering::Relaxed);
    }
}

/// A random graph whose edges go up.
pub fn random_graph(seed: u64, tasks: usize, edges: usize) -> Vec<Vec<u32>> {
    let mut state = seed | 1;
    let mut next = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below.max(1) as u64) as usize
    };
    let mut successors = vec![Vec::new(); tasks];
    for _ in 0..edges {
        let (a, b) = (next(tasks), next(tasks));
        let (from, to) = (a.min(b), a.max(b) as u32);
        if a != b && !successors[from].contains(&to) {
            successors[from].push(to);
        }
    }
    successors
}

/// A flow of a graph that checks itself.
pub fn checked(successors: &[Vec<u32>], work: u32) -> Arc<Flow<Checked>> {
    let work = work.min(rounds(u32::MAX, 10));
    let graph = Graph::new(successors, &vec![1; successors.len()]).expect("the graph is sound");
    Flow::new(graph, Checked::new(successors, work))
}
