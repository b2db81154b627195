//! Components to tasks: what one thread runs without stopping.
//!
//! A task that is its successor's only source, or its predecessor's only reader, can join it without ever
//! making a circle among tasks. Chains always join: the second could not start before the first ends, and
//! what the first wrote is still in the core's cache. Others join only where that keeps every path within
//! what the threads at hand can use (see [`Rule`]). Several rules are tried; the tasks are kept that a
//! schedule on these threads ends first.

mod twins;

use super::estimate::Cost;
use super::give_way;
use super::schedule::{self, HANDOFF_NS, Schedule};

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

/// Up to which share of the least time a block can take a path may grow, and up to which share of an even
/// split over all threads a task. The first pair keeps the longest path as it is.
const SHARES: [(f32, f32); 4] = [(0.0, 0.25), (0.85, 0.25), (1.0, 0.5), (1.0, 1.0)];
/// Bounds of a task that joins make, in ns: below the first the hand-off is what costs, above the second
/// nothing is gained any more.
const TASK_NS: (f32, f32) = (4_000.0, 50_000.0);

/// Puts components together for so many threads.
pub(crate) fn fuse(work: &Work, threads: usize) -> Fused {
    let mut drafts = Drafts::of(work);
    drafts.join_chains();
    drafts.join_twins();
    drafts.measure();
    if threads == 1 {
        drafts.join_all(Rule { path: f32::INFINITY, task: f32::INFINITY });
        return drafts.finish(1);
    }
    let total: f32 = work.costs.iter().map(|cost| cost.now).sum();
    let even = total / threads as f32;
    let (longest, least) = (drafts.longest_path(), drafts.least_time(threads).max(even));
    let tries = SHARES.map(|(path, task)| {
        let mut drafts = drafts.clone();
        drafts.join_all(Rule {
            path: longest.max(least * path),
            task: (even * task).clamp(TASK_NS.0, TASK_NS.1),
        });
        drafts.finish(threads)
    });
    let best = tries.into_iter().min_by(|a, b| a.schedule.ends_ns.total_cmp(&b.schedule.ends_ns));
    best.unwrap_or_default()
}

/// A task in the making.
#[derive(Clone, Debug)]
struct Draft {
    parts: Vec<u32>,
    before: Vec<u32>,
    after: Vec<u32>,
    cost: Cost,
    /// Longest path from the start of the block to its start, and from its end to the end, in ns.
    head: f32,
    tail: f32,
    gone: bool,
}

impl Draft {
    /// Time that it adds to a path.
    fn span(&self) -> f32 {
        self.cost.awake + HANDOFF_NS
    }
}

#[derive(Clone, Debug)]
struct Drafts(Vec<Draft>);

impl Drafts {
    fn of(work: &Work) -> Drafts {
        let mut drafts: Vec<Draft> = (work.costs.iter().zip(&work.after).enumerate())
            .map(|(number, (&cost, after))| Draft {
                parts: vec![number as u32],
                before: Vec::new(),
                after: after.clone(),
                cost,
                head: 0.0,
                tail: 0.0,
                gone: false,
            })
            .collect();
        for (number, after) in work.after.iter().enumerate() {
            for &next in after {
                drafts[next as usize].before.push(number as u32);
            }
        }
        Drafts(drafts)
    }

    /// Joins whatever can only follow one another.
    fn join_chains(&mut self) {
        // Components are in topological order: a chain's first comes first.
        (0..self.0.len()).for_each(|first| self.join_chain(first));
    }

    fn join_chain(&mut self, first: usize) {
        while let [next] = self.0[first].after[..]
            && self.0[next as usize].before.len() == 1
        {
            self.join(next as usize, first);
        }
    }

    /// Measures the paths.
    fn measure(&mut self) {
        let order: Vec<usize> = (0..self.0.len()).filter(|&draft| !self.0[draft].gone).collect();
        let (starts, ends) = (order.iter(), order.iter().rev());
        starts.for_each(|&draft| self.0[draft].head = self.head(draft, draft));
        ends.for_each(|&draft| self.0[draft].tail = self.tail(draft, draft));
    }

    fn longest_path(&self) -> f32 {
        let left = self.0.iter().filter(|draft| !draft.gone);
        left.map(|draft| draft.head + draft.span() + draft.tail).fold(0.0, f32::max)
    }

    /// Time below which no schedule on so many threads can come because of the longest path: all that leads to
    /// one of its drafts is done before the rest of the path, and all that follows from it after.
    fn least_time(&self, threads: usize) -> f32 {
        let span = |draft: usize| self.0[draft].span();
        let path = |draft: usize| self.0[draft].head + span(draft) + self.0[draft].tail;
        let left = (0..self.0.len()).filter(|&draft| !self.0[draft].gone);
        let mut next =
            left.max_by(|&a, &b| (path(a) - self.0[a].head).total_cmp(&(path(b) - self.0[b].head)));
        let mut least = 0.0f32;
        while let Some(draft) = next {
            let Draft { head, tail, after, .. } = &self.0[draft];
            let before_ns = self.reach_ns(draft, |draft| &draft.before) / threads as f32;
            let after_ns = self.reach_ns(draft, |draft| &draft.after) / threads as f32;
            least = least.max(head.max(before_ns) + span(draft) + tail.max(after_ns));
            let after = after.iter().map(|&next| next as usize);
            next = after.max_by(|&a, &b| (span(a) + self.0[a].tail).total_cmp(&(span(b) + self.0[b].tail)));
        }
        least
    }

    /// Work of all that is reached from a draft along its neighbours, without its own.
    fn reach_ns<'a>(&'a self, draft: usize, neighbours: impl Fn(&'a Draft) -> &'a [u32]) -> f32 {
        let mut seen = vec![false; self.0.len()];
        let mut open = vec![draft as u32];
        let mut sum = 0.0;
        while let Some(draft) = open.pop() {
            for &other in neighbours(&self.0[draft as usize]) {
                if !std::mem::replace(&mut seen[other as usize], true) {
                    sum += self.0[other as usize].cost.now;
                    open.push(other);
                }
            }
        }
        sum
    }

    /// Longest path to the start of a draft, past a neighbour that it is about to join.
    fn head(&self, draft: usize, past: usize) -> f32 {
        let before = self.0[draft].before.iter().map(|&other| other as usize);
        let before =
            before.filter(|&other| other != past).map(|other| self.0[other].head + self.0[other].span());
        before.fold(0.0, f32::max)
    }

    /// The same from its end.
    fn tail(&self, draft: usize, past: usize) -> f32 {
        let after = self.0[draft].after.iter().map(|&other| other as usize);
        let after =
            after.filter(|&other| other != past).map(|other| self.0[other].span() + self.0[other].tail);
        after.fold(0.0, f32::max)
    }

    /// Joins neighbours for as long as the rule allows.
    fn join_all(&mut self, rule: Rule) {
        let mut open: Vec<usize> = (0..self.0.len()).rev().collect();
        while let Some(draft) = open.pop() {
            if self.0[draft].gone {
                continue;
            }
            let Some(partner) = self.partner(draft, rule) else { continue };
            self.join(draft, partner);
            self.update_paths(partner);
            give_way();
            let Draft { before, after, .. } = &self.0[partner];
            open.extend(before.iter().chain(after).map(|&other| other as usize));
            open.push(partner);
        }
    }

    /// The neighbour that a draft should join, if any: the one that makes the shorter path.
    fn partner(&self, draft: usize, rule: Rule) -> Option<usize> {
        let only = |list: &[u32]| if let &[one] = list { Some(one as usize) } else { None };
        let neighbours = [only(&self.0[draft].after), only(&self.0[draft].before)];
        let awake = |draft: usize| self.0[draft].cost.awake;
        let sum = |other: usize| awake(draft) + awake(other);
        let fits = |other: usize| sum(other) <= rule.task || awake(draft).min(awake(other)) <= HANDOFF_NS;
        // The paths last: a mixer has many neighbours to look at.
        let paths = neighbours.into_iter().flatten().filter(|&other| fits(other)).map(|other| {
            let head = self.head(draft, other).max(self.head(other, draft));
            let tail = self.tail(draft, other).max(self.tail(other, draft));
            (head + sum(other) + HANDOFF_NS + tail, other)
        });
        let fitting = paths.filter(|(path, _)| *path <= rule.path);
        fitting.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, other)| other)
    }

    /// Moves a draft's parts and edges into its partner.
    fn join(&mut self, draft: usize, partner: usize) {
        let here = &mut self.0[draft];
        here.gone = true;
        let (before, after) = (std::mem::take(&mut here.before), std::mem::take(&mut here.after));
        let (parts, cost) = (std::mem::take(&mut here.parts), here.cost);
        for &other in &before {
            redirect(&mut self.0[other as usize].after, draft, partner, other as usize);
            meet(&mut self.0[partner].before, other, partner);
        }
        for &other in &after {
            redirect(&mut self.0[other as usize].before, draft, partner, other as usize);
            meet(&mut self.0[partner].after, other, partner);
        }
        self.0[partner].parts.extend(parts);
        self.0[partner].cost += cost;
    }

    /// Paths after a join, as far as they have changed.
    fn update_paths(&mut self, joined: usize) {
        self.0[joined].head = self.head(joined, joined);
        self.0[joined].tail = self.tail(joined, joined);
        let (mut later, mut earlier) = (self.0[joined].after.clone(), self.0[joined].before.clone());
        while let Some(draft) = later.pop() {
            let head = self.head(draft as usize, draft as usize);
            if head != self.0[draft as usize].head {
                self.0[draft as usize].head = head;
                later.extend_from_slice(&self.0[draft as usize].after);
            }
        }
        while let Some(draft) = earlier.pop() {
            let tail = self.tail(draft as usize, draft as usize);
            if tail != self.0[draft as usize].tail {
                self.0[draft as usize].tail = tail;
                earlier.extend_from_slice(&self.0[draft as usize].before);
            }
        }
    }

    /// Numbers the tasks that are left and schedules them.
    fn finish(self, threads: usize) -> Fused {
        let mut number = vec![0u32; self.0.len()];
        let kept = || self.0.iter().enumerate().filter(|(_, draft)| !draft.gone);
        for (place, (draft, _)) in kept().enumerate() {
            number[draft] = place as u32;
        }
        let numbered = |list: &[u32]| list.iter().map(|&next| number[next as usize]).collect();
        let successors: Vec<Vec<u32>> = kept().map(|(_, draft)| numbered(&draft.after)).collect();
        let costs: Vec<Cost> = kept().map(|(_, draft)| draft.cost).collect();
        let parts = kept().map(|(_, draft)| {
            let mut parts = draft.parts.clone();
            parts.sort_unstable();
            parts
        });
        Fused { parts: parts.collect(), schedule: schedule::schedule(&costs, successors, threads) }
    }
}

/// In `owner`'s list, the partner takes the draft's place.
fn redirect(list: &mut Vec<u32>, draft: usize, partner: usize, owner: usize) {
    list.retain(|&other| other as usize != draft);
    meet(list, partner as u32, owner);
}

/// Puts a neighbour on `owner`'s list, unless it is there or is the owner itself.
fn meet(list: &mut Vec<u32>, other: u32, owner: usize) {
    if other as usize != owner && !list.contains(&other) {
        list.push(other);
    }
}

#[cfg(test)]
mod tests;
