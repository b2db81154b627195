//! More tasks than workers: all end, and the order in which they do is not heard.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use anyhow::{Result, ensure};
use manycord_pool::{Flow, Graph, Job, Outcome, Seat};

use super::fixture::{TOGETHER, client, pool};
use super::{Effort, Figure};
use crate::work::compute;

/// Tasks side by side, of very different lengths, and a last one that adds up what they put out.
struct Sum {
    outputs: Box<[AtomicU64]>,
    ran: Box<[AtomicUsize]>,
    /// Which task ended as the how manieth.
    ended: Box<[AtomicUsize]>,
    next: AtomicUsize,
    sum: AtomicU64,
}

impl Sum {
    fn flow(tasks: usize) -> Arc<Flow<Sum>> {
        let mut successors = vec![vec![tasks as u32]; tasks];
        successors.push(Vec::new());
        let graph = Graph::new(&successors, &vec![1; tasks + 1]).expect("the graph is sound");
        let numbers = |count: usize| (0..count).map(|_| AtomicUsize::new(0)).collect();
        Flow::new(
            graph,
            Sum {
                outputs: (0..tasks).map(|_| AtomicU64::new(0)).collect(),
                ran: numbers(tasks + 1),
                ended: numbers(tasks),
                next: AtomicUsize::new(0),
                sum: AtomicU64::new(0),
            },
        )
    }

    fn order(&self) -> Vec<usize> {
        self.ended.iter().map(|task| task.load(Ordering::Relaxed)).collect()
    }
}

impl Job for Sum {
    fn run(&self, task: usize, _seat: &Seat) {
        self.ran[task].fetch_add(1, Ordering::Relaxed);
        let Some(output) = self.outputs.get(task) else {
            let outputs = self.outputs.iter().map(|output| f64::from_bits(output.load(Ordering::Relaxed)));
            // Floating point: another order of adding would give other bits.
            self.sum.store(outputs.sum::<f64>().to_bits(), Ordering::Relaxed);
            return;
        };
        output.store(render(task).to_bits(), Ordering::Relaxed);
        let place = self.next.fetch_add(1, Ordering::Relaxed);
        if let Some(ended) = self.ended.get(place) {
            ended.store(task, Ordering::Relaxed);
        }
    }
}

fn render(task: usize) -> f64 {
    f64::from(compute(50 + (task as u32).wrapping_mul(2_654_435_761) % 2_000)) / (1.0 + task as f64)
}

/// 16 tasks at once, and 10 000.
pub fn many(effort: Effort) -> Result<Vec<Figure>> {
    let pool = pool();
    let mut client = client(&pool);
    let mut figures = Vec::new();
    for (tasks, runs) in [(16, effort.pick(300, 3_000)), (10_000, effort.pick(5, 50))] {
        let expected = (0..tasks).map(render).sum::<f64>().to_bits();
        let flow = Sum::flow(tasks);
        let (mut lost, mut changed, mut orders) = (0, 0, BTreeSet::new());
        for run in 1..=runs {
            flow.job().next.store(0, Ordering::Relaxed);
            let outcome = client.run(&flow, &TOGETHER);
            ensure!(outcome == Outcome::Done, "{outcome:?}");
            lost += flow.job().ran.iter().filter(|ran| ran.load(Ordering::Relaxed) != run).count();
            changed += usize::from(flow.job().sum.load(Ordering::Relaxed) != expected);
            orders.insert(flow.job().order());
        }
        let case = format!("{tasks}-tasks");
        figures.extend([
            Figure::new(&case, "tasks_lost", lost as f64),
            Figure::new(&case, "outputs_changed", changed as f64),
            Figure::new(&case, "orders_seen", orders.len() as f64),
        ]);
    }
    Ok(figures)
}
