//! Ordered units to tasks: what can be shared out, put together by [`fuse`].

use super::Pace;
use super::estimate::{Cost, cost};
use super::fuse::{self, Fused, Work};
use super::order::Order;
use super::schedule::HANDOFF_NS;
use super::units::Built;
use crate::plan::{Costs, Load, Step, Task};

/// The tasks and their graph.
pub(crate) struct Tasks {
    pub(crate) tasks: Vec<Task>,
    pub(crate) successors: Vec<Vec<u32>>,
    /// Higher runs first: the longest path from the task's start to the end, in ns.
    pub(crate) priorities: Vec<u32>,
    pub(crate) costs: Costs,
    /// Threads that the tail by itself can keep busy.
    pub(crate) tail_useful: u32,
}

/// Makes tasks for so many threads.
pub(crate) fn make(built: &Built, order: &Order, threads: usize, pace: &mut Pace) -> Tasks {
    let fused = fuse::fuse(&work(built, order), threads, pace);
    let tasks =
        fused.parts.iter().map(|parts| Task { steps: parts.iter().map(|&part| step(order, part)).collect() });
    Tasks {
        tail_useful: tail_useful(built, order, &fused),
        tasks: tasks.collect(),
        priorities: fused.schedule.paths_ns.iter().map(|&ns| ns as u32).collect(),
        costs: fused.schedule.costs,
        successors: fused.schedule.successors,
    }
}

/// Threads that the tail keeps busy by itself.
fn tail_useful(built: &Built, order: &Order, fused: &Fused) -> u32 {
    let mut load = Load::default();
    for (parts, &path_ns) in fused.parts.iter().zip(&fused.schedule.paths_ns) {
        let units = parts.iter().flat_map(|&part| &order.components[part as usize].units);
        let tail = units.map(|&unit| &built.units[unit as usize]).filter(|unit| unit.tail);
        let ns: f32 = tail.map(|unit| cost(unit).awake).sum();
        if ns > 0.0 {
            load.total_ns += ns;
            load.critical_ns = load.critical_ns.max(path_ns);
        }
    }
    // What else it has to do must be worth more than to hand it over and back.
    if load.total_ns - load.critical_ns > 4.0 * HANDOFF_NS { load.useful() } else { 1 }
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
