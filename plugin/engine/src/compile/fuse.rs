//! Units to tasks: what one thread runs without stopping.
//!
//! A task that is its successor's only reader, or its predecessor's only source, can join it without ever
//! making a cycle among tasks. Chains always join: the second could not start before the first ends. Others
//! join while the sum stays below a grain that leaves several tasks per thread: then a hand-off would cost
//! more than it gains.

use std::collections::{BTreeSet, HashSet};

use super::order::Order;
use super::units::Built;
use crate::plan::{Costs, Step, Task};

/// Tasks that each thread should find at least, so that the last to end is short.
const TASKS_PER_THREAD: f32 = 4.0;
/// Least and greatest grain, in ns per whole block: below the first, a hand-off costs more than the work.
const GRAIN_NS: (f32, f32) = (4_000.0, 50_000.0);

/// The tasks and their graph.
pub(crate) struct Fused {
    pub(crate) tasks: Vec<Task>,
    pub(crate) successors: Vec<Vec<u32>>,
    /// Higher runs first: cost of the longest path from the task's start to the end, in ns.
    pub(crate) priorities: Vec<u32>,
    pub(crate) costs: Costs,
}

/// A task in the making.
struct Draft {
    /// Components, ascending: a topological order.
    parts: Vec<usize>,
    before: BTreeSet<usize>,
    after: BTreeSet<usize>,
    cost: f32,
    gone: bool,
}

/// Fuses the ordered units.
pub(crate) fn fuse(built: &Built, order: &Order, unit_costs: &[f32], threads: usize) -> Fused {
    let mut drafts = drafts(built, order, unit_costs);
    let total: f32 = drafts.iter().map(|draft| draft.cost).sum();
    let grain = (total / (TASKS_PER_THREAD * threads as f32)).clamp(GRAIN_NS.0, GRAIN_NS.1);
    let alone = threads == 1;
    let mut open: Vec<usize> = (0..drafts.len()).rev().collect();
    while let Some(draft) = open.pop() {
        if drafts[draft].gone {
            continue;
        }
        if let Some(partner) = partner(&drafts, draft, grain, alone) {
            join(&mut drafts, draft, partner);
            let neighbours = drafts[partner].before.iter().chain(&drafts[partner].after).copied();
            open.extend(neighbours.collect::<HashSet<_>>());
            open.push(partner);
        }
    }
    finish(drafts, order, total)
}

fn drafts(built: &Built, order: &Order, unit_costs: &[f32]) -> Vec<Draft> {
    let mut drafts: Vec<Draft> = (order.components.iter().enumerate())
        .map(|(number, component)| Draft {
            parts: vec![number],
            before: BTreeSet::new(),
            after: BTreeSet::new(),
            cost: component.units.iter().map(|&unit| unit_costs[unit as usize]).sum(),
            gone: false,
        })
        .collect();
    for (unit, readers) in built.readers.iter().enumerate() {
        let from = order.of_unit[unit];
        for &reader in readers {
            let to = order.of_unit[reader as usize];
            if from != to {
                drafts[from].after.insert(to);
                drafts[to].before.insert(from);
            }
        }
    }
    drafts
}

/// The neighbour that a draft should join, if any.
fn partner(drafts: &[Draft], draft: usize, grain: f32, alone: bool) -> Option<usize> {
    let only = |set: &BTreeSet<usize>| if set.len() == 1 { set.first().copied() } else { None };
    let fits = |other: usize, chain: bool| chain || alone || drafts[draft].cost + drafts[other].cost <= grain;
    let (next, last) = (only(&drafts[draft].after), only(&drafts[draft].before));
    let next = next.filter(|&next| fits(next, drafts[next].before.len() == 1));
    next.or(last.filter(|&last| fits(last, drafts[last].after.len() == 1)))
}

/// Moves a draft's parts and edges into its partner.
fn join(drafts: &mut [Draft], draft: usize, partner: usize) {
    let before = std::mem::take(&mut drafts[draft].before);
    let after = std::mem::take(&mut drafts[draft].after);
    let parts = std::mem::take(&mut drafts[draft].parts);
    drafts[draft].gone = true;
    let cost = drafts[draft].cost;
    for &other in &before {
        drafts[other].after.remove(&draft);
        if other != partner {
            drafts[other].after.insert(partner);
            drafts[partner].before.insert(other);
        }
    }
    for &other in &after {
        drafts[other].before.remove(&draft);
        if other != partner {
            drafts[other].before.insert(partner);
            drafts[partner].after.insert(other);
        }
    }
    drafts[partner].cost += cost;
    drafts[partner].parts.extend(parts);
    drafts[partner].parts.sort_unstable();
}

/// Numbers the tasks that are left and finds their priorities.
fn finish(drafts: Vec<Draft>, order: &Order, total: f32) -> Fused {
    let mut number = vec![0u32; drafts.len()];
    let kept: Vec<usize> = (0..drafts.len()).filter(|&draft| !drafts[draft].gone).collect();
    for (place, &draft) in kept.iter().enumerate() {
        number[draft] = place as u32;
    }
    let tasks = kept
        .iter()
        .map(|&draft| Task { steps: drafts[draft].parts.iter().map(|&part| step(order, part)).collect() });
    let successors: Vec<Vec<u32>> =
        kept.iter().map(|&draft| drafts[draft].after.iter().map(|&next| number[next]).collect()).collect();
    let mut path = vec![0.0f32; kept.len()];
    for task in reverse_topological(&successors) {
        let rest = successors[task].iter().map(|&next| path[next as usize]).fold(0.0, f32::max);
        path[task] = drafts[kept[task]].cost + rest;
    }
    let critical_ns = path.iter().copied().fold(0.0, f32::max);
    Fused {
        tasks: tasks.collect(),
        priorities: path.iter().map(|&ns| ns as u32).collect(),
        successors,
        costs: Costs { total_ns: total, critical_ns },
    }
}

fn step(order: &Order, part: usize) -> Step {
    let component = &order.components[part];
    if component.cycle { Step::Cycle(component.units.clone()) } else { Step::Unit(component.units[0]) }
}

/// Tasks so that each comes after all its successors.
fn reverse_topological(successors: &[Vec<u32>]) -> Vec<usize> {
    let mut waits: Vec<usize> = successors.iter().map(Vec::len).collect();
    let mut before = vec![Vec::new(); successors.len()];
    for (task, list) in successors.iter().enumerate() {
        list.iter().for_each(|&next| before[next as usize].push(task));
    }
    let mut ready: Vec<usize> = (0..successors.len()).filter(|&task| waits[task] == 0).collect();
    let mut done = Vec::with_capacity(successors.len());
    while let Some(task) = ready.pop() {
        done.push(task);
        for &earlier in &before[task] {
            waits[earlier] -= 1;
            if waits[earlier] == 0 {
                ready.push(earlier);
            }
        }
    }
    done
}
