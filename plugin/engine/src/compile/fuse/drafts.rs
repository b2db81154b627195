//! Tasks in the making: a graph whose neighbours join, with the longest paths through it.

use smallvec::SmallVec;

use super::super::estimate::Cost;
use super::super::schedule::{self, HANDOFF_NS, Schedule};
use super::super::{List, Pace};
use super::{Rule, Work};

/// Sides of a draft: what leads to its start, and what goes on from its end.
pub(super) const BEFORE: usize = 0;
pub(super) const AFTER: usize = 1;
const SIDES: [usize; 2] = [BEFORE, AFTER];

/// A task in the making.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) neighbours: [List; 2],
    /// Longest path on each side, without its own span, in ns.
    paths: [f32; 2],
    pub(super) cost: Cost,
    /// The draft that it has joined.
    joined: Option<u32>,
}

impl Draft {
    /// Time that it adds to a path.
    fn span(&self) -> f32 {
        self.cost.awake + HANDOFF_NS
    }

    pub(super) fn is_left(&self) -> bool {
        self.joined.is_none()
    }

    /// The only neighbour on a side.
    fn only(&self, side: usize) -> Option<usize> {
        if let [one] = self.neighbours[side][..] { Some(one as usize) } else { None }
    }
}

/// A draft per component, by its number.
#[derive(Clone, Debug)]
pub(super) struct Drafts(pub(super) Vec<Draft>);

impl Drafts {
    pub(super) fn of(work: &Work) -> Drafts {
        let mut drafts: Vec<Draft> = (work.costs.iter().zip(&work.after))
            .map(|(&cost, after)| Draft {
                neighbours: [List::new(), List::from_slice(after)],
                paths: [0.0; 2],
                cost,
                joined: None,
            })
            .collect();
        for (number, after) in work.after.iter().enumerate() {
            for &next in after {
                drafts[next as usize].neighbours[BEFORE].push(number as u32);
            }
        }
        Drafts(drafts)
    }

    /// Joins whatever can only follow one another.
    pub(super) fn join_chains(&mut self) {
        // Components are in topological order: a chain's first comes first.
        for first in 0..self.0.len() {
            if self.0[first].is_left() {
                self.join_chain(first);
            }
        }
    }

    pub(super) fn join_chain(&mut self, first: usize) {
        while let Some(next) = self.0[first].only(AFTER)
            && self.0[next].only(BEFORE).is_some()
        {
            self.join(next, first);
        }
    }

    /// Measures the paths.
    pub(super) fn measure(&mut self) {
        for draft in 0..self.0.len() {
            self.0[draft].paths[BEFORE] = self.path(draft, BEFORE);
        }
        for draft in (0..self.0.len()).rev() {
            self.0[draft].paths[AFTER] = self.path(draft, AFTER);
        }
    }

    /// The drafts that have joined no other.
    fn left(&self) -> impl Iterator<Item = usize> {
        (0..self.0.len()).filter(|&draft| self.0[draft].is_left())
    }

    pub(super) fn longest_path(&self) -> f32 {
        let left = self.left().map(|draft| &self.0[draft]);
        left.map(|draft| draft.paths[BEFORE] + draft.span() + draft.paths[AFTER]).fold(0.0, f32::max)
    }

    /// Time below which no schedule on so many threads can come because of the longest path: all that leads to
    /// one of its drafts is done before the rest of the path, and all that follows from it after.
    pub(super) fn least_time(&self, threads: usize) -> f32 {
        let rest = |draft: usize| self.0[draft].span() + self.0[draft].paths[AFTER];
        let rest_of_whole = |draft: usize| {
            let [before, after] = self.0[draft].paths;
            before + self.0[draft].span() + after - before
        };
        let mut next = self.left().max_by(|&a, &b| rest_of_whole(a).total_cmp(&rest_of_whole(b)));
        let mut least = 0.0f32;
        while let Some(draft) = next {
            let [before, after] = self.0[draft].paths;
            let [before_ns, after_ns] = SIDES.map(|side| self.work_ns(draft, side) / threads as f32);
            least = least.max(before.max(before_ns) + self.0[draft].span() + after.max(after_ns));
            let after = self.0[draft].neighbours[AFTER].iter().map(|&next| next as usize);
            next = after.max_by(|&a, &b| rest(a).total_cmp(&rest(b)));
        }
        least
    }

    /// Work of all that lies on a side of a draft, without its own.
    fn work_ns(&self, draft: usize, side: usize) -> f32 {
        let mut seen = vec![false; self.0.len()];
        let mut open = vec![draft as u32];
        let mut sum = 0.0;
        while let Some(draft) = open.pop() {
            for &other in &self.0[draft as usize].neighbours[side] {
                if !std::mem::replace(&mut seen[other as usize], true) {
                    sum += self.0[other as usize].cost.awake;
                    open.push(other);
                }
            }
        }
        sum
    }

    /// Longest path on a side of a draft, with its own span.
    fn reach(&self, draft: usize, side: usize) -> f32 {
        self.0[draft].paths[side] + self.0[draft].span()
    }

    /// Longest path on a side of a draft, as its neighbours stand.
    fn path(&self, draft: usize, side: usize) -> f32 {
        let neighbours = self.0[draft].neighbours[side].iter();
        neighbours.map(|&other| self.reach(other as usize, side)).fold(0.0, f32::max)
    }

    /// The same past a neighbour that it is about to join.
    fn path_past(&self, draft: usize, past: usize, side: usize) -> f32 {
        let path = self.0[draft].paths[side];
        // A mixer has many neighbours to look at: only the longest leaves a gap.
        if self.reach(past, side) < path {
            return path;
        }
        let others = self.0[draft].neighbours[side].iter().map(|&other| other as usize);
        others.filter(|&other| other != past).map(|other| self.reach(other, side)).fold(0.0, f32::max)
    }

    /// Joins neighbours for as long as the rule allows. Returns the least that it refused: a rule that allows more,
    /// but less than that, makes the same joins.
    pub(super) fn join_all(&mut self, rule: Rule, pace: &mut Pace) -> Rule {
        let mut refused = Rule::ANY;
        let mut open: Vec<usize> = (0..self.0.len()).rev().collect();
        while let Some(draft) = open.pop() {
            if !self.0[draft].is_left() {
                continue;
            }
            let Some(partner) = self.partner(draft, rule, &mut refused) else { continue };
            let reached = SIDES.map(|side| self.reach(draft, side).max(self.reach(partner, side)));
            self.join(draft, partner);
            for side in SIDES {
                self.0[partner].paths[side] = self.path(partner, side);
                self.lead_on(partner, reached[side], side);
            }
            pace.step();
            open.extend(self.0[partner].neighbours.iter().flatten().map(|&other| other as usize));
            open.push(partner);
        }
        refused
    }

    /// The neighbour that a draft should join, if any: the one that makes the shorter path.
    fn partner(&self, draft: usize, rule: Rule, refused: &mut Rule) -> Option<usize> {
        let awake = |draft: usize| self.0[draft].cost.awake;
        let mut best: Option<(f32, usize)> = None;
        for other in [AFTER, BEFORE].into_iter().filter_map(|side| self.0[draft].only(side)) {
            let sum = awake(draft) + awake(other);
            if sum > rule.task && awake(draft).min(awake(other)) > HANDOFF_NS {
                refused.task = refused.task.min(sum);
                continue;
            }
            let [before, after] =
                SIDES.map(|side| self.path_past(draft, other, side).max(self.path_past(other, draft, side)));
            let path = before + sum + HANDOFF_NS + after;
            if path > rule.path {
                refused.path = refused.path.min(path);
            } else if best.is_none_or(|(shortest, _)| path < shortest) {
                best = Some((path, other));
            }
        }
        best.map(|(_, other)| other)
    }

    /// Moves a draft's work and edges into its partner.
    pub(super) fn join(&mut self, draft: usize, partner: usize) {
        let here = &mut self.0[draft];
        here.joined = Some(partner as u32);
        let (neighbours, cost) = (std::mem::take(&mut here.neighbours), here.cost);
        for (side, list) in neighbours.iter().enumerate() {
            for &other in list {
                let back = &mut self.0[other as usize].neighbours[1 - side];
                back.retain(|one| *one as usize != draft);
                meet(back, partner, other as usize);
                meet(&mut self.0[partner].neighbours[side], other as usize, partner);
            }
        }
        self.0[partner].cost += cost;
    }

    /// Paths of all that comes behind a draft, seen from a side, after its reach has changed from `reached`.
    fn lead_on(&mut self, draft: usize, reached: f32, side: usize) {
        let mut open: SmallVec<[_; 8]> = SmallVec::from_slice(&[(draft, reached)]);
        while let Some((draft, reached)) = open.pop() {
            let reaches = self.reach(draft, side);
            for place in 0..self.0[draft].neighbours[1 - side].len() {
                let next = self.0[draft].neighbours[1 - side][place] as usize;
                let (path, reach) = (self.0[next].paths[side], self.reach(next, side));
                // As in `path_past`: others need a look only if this one was the longest.
                let longest = match () {
                    _ if reaches >= path => reaches,
                    _ if reached < path => path,
                    _ => self.path(next, side),
                };
                if longest != path {
                    self.0[next].paths[side] = longest;
                    open.push((next, reach));
                }
            }
        }
    }

    /// Numbers of the tasks that are left; those of drafts that have joined others mean nothing.
    fn numbers(&self) -> Vec<u32> {
        let mut numbers = vec![0; self.0.len()];
        self.left().enumerate().for_each(|(number, draft)| numbers[draft] = number as u32);
        numbers
    }

    /// When the tasks that are left would run on so many threads.
    pub(super) fn schedule(&self, threads: usize) -> Schedule {
        let numbers = self.numbers();
        let numbered = |list: &List| list.iter().map(|&next| numbers[next as usize]).collect();
        let successors = self.left().map(|draft| numbered(&self.0[draft].neighbours[AFTER])).collect();
        let costs: Vec<Cost> = self.left().map(|draft| self.0[draft].cost).collect();
        schedule::schedule(&costs, successors, threads)
    }

    /// Components of each task that is left, ascending, which is a topological order.
    pub(super) fn parts(&self) -> Vec<Vec<u32>> {
        let numbers = self.numbers();
        let mut parts = vec![Vec::new(); self.left().count()];
        for component in 0..self.0.len() {
            let mut task = component;
            while let Some(joined) = self.0[task].joined {
                task = joined as usize;
            }
            parts[numbers[task] as usize].push(component as u32);
        }
        parts
    }
}

/// Puts a neighbour on `owner`'s list, unless it is there or is the owner itself.
fn meet(list: &mut List, other: usize, owner: usize) {
    if other != owner && !list.contains(&(other as u32)) {
        list.push(other as u32);
    }
}
