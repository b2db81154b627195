//! Ordered units to tasks: what can be shared out, put together by [`fuse`].

use super::Pace;
use super::estimate::{Cost, cost};
use super::fuse::{self, Work};
use super::order::Order;
use super::units::Built;
use crate::plan::{Costs, Step, Task};

/// The tasks and their graph.
pub(crate) struct Tasks {
    pub(crate) tasks: Vec<Task>,
    pub(crate) successors: Vec<Vec<u32>>,
    /// Higher runs first: the longest path from the task's start to the end, in ns.
    pub(crate) priorities: Vec<u32>,
    pub(crate) costs: Costs,
}

/// Makes tasks for so many threads.
pub(crate) fn make(built: &Built, order: &Order, threads: usize, pace: &mut Pace) -> Tasks {
    let fused = fuse::fuse(&work(built, order), threads, pace);
    let tasks =
        fused.parts.iter().map(|parts| Task { steps: parts.iter().map(|&part| step(order, part)).collect() });
    Tasks {
        tasks: tasks.collect(),
        priorities: fused.schedule.paths_ns.iter().map(|&ns| ns as u32).collect(),
        costs: fused.schedule.costs,
        successors: fused.schedule.successors,
    }
}

/// The components of the order with their costs and who waits for whom.
fn work(built: &Built, order: &Order) -> Work {
    let mut work = Work {
        costs: vec![Cost::default(); order.components.len()],
        after: vec![Vec::new(); order.components.len()],
    };
    for (number, component) in order.components.iter().enumerate() {
        for &unit in &component.units {
            work.costs[number] += cost(&built.units[unit as usize]);
            // The tail does not wait for the head: it renders the block before.
            let tail = built.units[unit as usize].tail;
            let readers = built.readers[unit as usize].iter().map(|&reader| reader as usize);
            let waits = readers.filter(|&reader| built.units[reader].tail == tail);
            let waits = waits.map(|reader| order.of_unit[reader]).filter(|&reader| reader != number);
            work.after[number].extend(waits.map(|reader| reader as u32));
        }
        work.after[number].sort_unstable();
        work.after[number].dedup();
    }
    work
}

fn step(order: &Order, part: u32) -> Step {
    let component = &order.components[part as usize];
    if component.cycle { Step::Cycle(component.units.to_vec()) } else { Step::Unit(component.units[0]) }
}
