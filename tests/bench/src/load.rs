//! A block's work for pools: tasks of equal length that do not wait for each other.

use std::hint::black_box;
use std::sync::Arc;

use manycord_pool::{Flow, Graph, Hint, Job, Seat};

use crate::work::{Speed, compute};

/// Frames of a block; at 48 kHz one comes every 1.333 ms.
pub const FRAMES: usize = 64;

/// Lengths in µs and numbers of tasks that the paced suites try.
pub const LOADS: [(u32, usize); 4] = [(20, 32), (20, 8), (5, 16), (5, 8)];

/// Tasks of equal length.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// Length of a task, in µs.
    pub us: u32,
    /// How many there are.
    pub tasks: usize,
    steps: u32,
}

impl Load {
    /// So many tasks of this length on this machine.
    pub fn new(speed: Speed, (us, tasks): (u32, usize)) -> Load {
        Load { us, tasks, steps: speed.steps(f64::from(us)) }
    }

    /// As in cases: `20us-x32`.
    pub fn name(&self) -> String {
        format!("{}us-x{}", self.us, self.tasks)
    }

    /// Does one task.
    pub fn task(&self) {
        black_box(compute(black_box(self.steps)));
    }

    /// Does all, one after the other.
    pub fn serial(&self) {
        (0..self.tasks).for_each(|_| self.task());
    }

    /// The tasks as our pool runs them.
    pub fn flow(&self) -> Arc<Flow<Load>> {
        let graph = Graph::new(&vec![Vec::new(); self.tasks], &vec![1; self.tasks]);
        Flow::new(graph.expect("tasks without successors are a sound graph"), *self)
    }

    /// What the engine would tell our pool of them.
    pub fn hint(&self) -> Hint {
        Hint {
            serial_ns: self.us * 1_000 * self.tasks as u32,
            useful: self.tasks as u32,
            period_ns: crate::pacing::period(FRAMES).as_nanos() as u32,
            ..Hint::default()
        }
    }
}

impl Job for Load {
    fn run(&self, _task: usize, _seat: &Seat) {
        self.task();
    }
}
