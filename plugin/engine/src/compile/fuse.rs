//! Components to tasks: what one thread runs without stopping.
//!
//! A task that is its successor's only source, or its predecessor's only reader, can join it without ever
//! making a circle among tasks. Chains always join: the second could not start before the first ends, and
//! what the first wrote is still in the core's cache. Others join only where that keeps every path within
//! what the threads at hand can use (see [`Rule`]). Several rules are tried; the tasks are kept that a
//! schedule on these threads ends first, as things are now and with all units awake.

mod drafts;
mod twins;

use super::Pace;
use super::estimate::Cost;
use super::schedule::Schedule;
use drafts::Drafts;

/// What is to be shared out: components by number, in topological order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Work {
    pub(crate) costs: Vec<Cost>,
    /// Components that wait for each one, without repeats.
    pub(crate) after: Vec<Vec<u32>>,
}

/// Components put together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fused {
    /// Components of each task, in topological order.
    pub(crate) parts: Vec<Vec<u32>>,
    pub(crate) schedule: Schedule,
}

/// How far joining goes.
#[derive(Clone, Copy, Debug)]
struct Rule {
    /// Longest path that a join may make, hand-offs included, in ns.
    path: f32,
    /// Dearest task that a join may make, in ns, unless one of the two is cheaper than a hand-off.
    task: f32,
}

impl Rule {
    /// Refuses nothing.
    const ANY: Rule = Rule { path: f32::INFINITY, task: f32::INFINITY };
    /// Refuses everything.
    const NONE: Rule = Rule { path: 0.0, task: 0.0 };
}

/// Up to which share of the least time a block can take a path may grow, and up to which share of an even
/// split over all threads a task: each pair allows what the one before does. The first keeps the longest path as it is.
const SHARES: [(f32, f32); 4] = [(0.0, 0.25), (0.85, 0.25), (1.0, 0.5), (1.0, 1.0)];
/// Bounds of a task that joins make, in ns: below the first the hand-off is what costs, above the second
/// nothing is gained any more.
const TASK_NS: (f32, f32) = (4_000.0, 50_000.0);

/// Puts components together for so many threads.
pub(crate) fn fuse(work: &Work, threads: usize, pace: &mut Pace) -> Fused {
    let mut drafts = Drafts::of(work);
    drafts.join_chains();
    drafts.join_twins();
    drafts.measure();
    if threads == 1 {
        drafts.join_all(Rule::ANY, pace);
        return Fused { parts: drafts.parts(), schedule: drafts.schedule(1) };
    }
    let total: f32 = work.costs.iter().map(|cost| cost.awake).sum();
    let even = total / threads as f32;
    let (longest, least) = (drafts.longest_path(), drafts.least_time(threads).max(even));
    let (mut best, mut refused) = (Fused::default(), Rule::NONE);
    for (path, task) in SHARES {
        let rule = Rule { path: longest.max(least * path), task: (even * task).clamp(TASK_NS.0, TASK_NS.1) };
        if rule.path < refused.path && rule.task < refused.task {
            // It would make the same joins as the last.
            continue;
        }
        let mut drafts = drafts.clone();
        refused = drafts.join_all(rule, pace);
        let schedule = drafts.schedule(threads);
        if best.parts.is_empty() || schedule.ends_ns() < best.schedule.ends_ns() {
            best = Fused { parts: drafts.parts(), schedule };
        }
    }
    best
}

#[cfg(test)]
mod tests;
