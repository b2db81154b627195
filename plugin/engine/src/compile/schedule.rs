//! When tasks would run on so many threads: priorities, the longest path, and a forecast.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::estimate::Cost;
use crate::plan::{Costs, Load};

/// What it costs to hand a task to another core, in ns: the queue and, above all, the buffers that must move
/// from one core's cache to the other's.
pub(crate) const HANDOFF_NS: f32 = 800.0;

/// Tasks with who waits for whom, and when they would run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Schedule {
    pub(crate) successors: Vec<Vec<u32>>,
    /// Longest path from each task's start to the end of the block, in ns: higher runs first.
    pub(crate) paths_ns: Vec<f32>,
    pub(crate) costs: Costs,
}

impl Schedule {
    /// When the last task ends as things are now, and when all is awake: a plan is made for both.
    pub(crate) fn ends_ns(&self) -> f32 {
        self.costs.now.ends_ns + self.costs.awake.ends_ns
    }
}

/// Plans tasks for so many threads.
pub(crate) fn schedule(costs: &[Cost], successors: Vec<Vec<u32>>, threads: usize) -> Schedule {
    let order = last_to_first(&successors);
    let paths = |cost: &dyn Fn(usize) -> f32| {
        let mut paths = vec![0.0f32; costs.len()];
        for &task in &order {
            let rest = successors[task].iter().map(|&next| paths[next as usize]).fold(0.0, f32::max);
            paths[task] = cost(task) + rest;
        }
        paths
    };
    let (awake, now) = (|task: usize| costs[task].awake, |task: usize| costs[task].now);
    let paths_ns = paths(&awake);
    let load = |paths: &[f32], cost: &dyn Fn(usize) -> f32| Load {
        total_ns: (0..costs.len()).map(cost).sum(),
        critical_ns: paths.iter().copied().fold(0.0, f32::max),
        ends_ns: forecast(cost, &successors, &paths_ns, threads),
    };
    let costs = Costs { now: load(&paths(&now), &now), awake: load(&paths_ns, &awake) };
    Schedule { successors, paths_ns, costs }
}

/// Tasks so that each comes after all its successors.
fn last_to_first(successors: &[Vec<u32>]) -> Vec<usize> {
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

/// A time in ns that can be put in order.
#[derive(Clone, Copy, PartialEq)]
struct At(f32);

impl Eq for At {}

impl PartialOrd for At {
    fn partial_cmp(&self, other: &At) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for At {
    fn cmp(&self, other: &At) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

/// When the last task ends if threads do as the pool's do: whoever ends a task goes on with the most urgent
/// successor that it released, else with the most urgent task that is ready.
fn forecast(cost: &dyn Fn(usize) -> f32, successors: &[Vec<u32>], paths: &[f32], threads: usize) -> f32 {
    let mut waits = vec![0u32; paths.len()];
    for &next in successors.iter().flatten() {
        waits[next as usize] += 1;
    }
    let urgency = |task: usize| (At(paths[task]), Reverse(task));
    let mut ready: BinaryHeap<_> = (0..paths.len()).filter(|&task| waits[task] == 0).map(urgency).collect();
    let mut running = BinaryHeap::new();
    let (mut idle, mut now) = (threads, 0.0);
    loop {
        while idle > 0
            && let Some((_, Reverse(task))) = ready.pop()
        {
            idle -= 1;
            running.push(Reverse((At(now + HANDOFF_NS + cost(task)), task)));
        }
        let Some(Reverse((At(ended), task))) = running.pop() else { return now };
        (now, idle) = (ended, idle + 1);
        let mut released: Vec<_> = Vec::new();
        for &next in &successors[task] {
            waits[next as usize] -= 1;
            if waits[next as usize] == 0 {
                released.push(urgency(next as usize));
            }
        }
        if let Some(&(_, Reverse(next))) = released.iter().max() {
            idle -= 1;
            running.push(Reverse((At(now + cost(next)), next)));
            ready.extend(released.into_iter().filter(|&(_, Reverse(task))| task != next));
        }
    }
}
