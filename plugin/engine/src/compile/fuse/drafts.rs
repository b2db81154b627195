//! Tasks in the making: a graph whose neighbours join, with the longest paths through it.

use smallvec::SmallVec;

use super::super::estimate::Cost;
use super::super::give_way;
use super::super::schedule::{self, HANDOFF_NS, Schedule};
use super::{Rule, Work};

/// Joins after which others are let on this CPU: some tenth of a millisecond.
const GIVE_WAY_EVERY: usize = 128;

/// Neighbours of a draft; all but mixers have few.
type List = SmallVec<[u32; 4]>;

/// A task in the making.
#[derive(Clone, Debug)]
struct Draft {
    before: List,
    after: List,
    cost: Cost,
    /// Longest path from the start of the block to its start, and from its end to the end, in ns.
    head: f32,
    tail: f32,
    /// The draft that it has joined.
    joined: Option<u32>,
}

impl Draft {
    /// Time that it adds to a path.
    fn span(&self) -> f32 {
        self.cost.awake + HANDOFF_NS
    }

    fn is_left(&self) -> bool {
        self.joined.is_none()
    }
}

/// A draft per component, by its number.
#[derive(Clone, Debug)]
pub(super) struct Drafts(Vec<Draft>);

impl Drafts {
    pub(super) fn of(work: &Work) -> Drafts {
        let mut drafts: Vec<Draft> = (work.costs.iter().zip(&work.after))
            .map(|(&cost, after)| Draft {
                before: List::new(),
                after: List::from_slice(after),
                cost,
                head: 0.0,
                tail: 0.0,
                joined: None,
            })
            .collect();
        for (number, after) in work.after.iter().enumerate() {
            for &next in after {
                drafts[next as usize].before.push(number as u32);
            }
        }
        Drafts(drafts)
    }

    /// Joins whatever can only follow one another, and measures the paths.
    pub(super) fn join_chains(&mut self) {
        for first in 0..self.0.len() {
            // Components are in topological order: a chain's first comes first.
            if !self.0[first].is_left() {
                continue;
            }
            while let [next] = self.0[first].after[..]
                && self.0[next as usize].before.len() == 1
            {
                self.join(next as usize, first);
            }
        }
        for draft in 0..self.0.len() {
            self.0[draft].head = self.head(draft);
        }
        for draft in (0..self.0.len()).rev() {
            self.0[draft].tail = self.tail(draft);
        }
    }

    /// The drafts that are left.
    fn left(&self) -> impl Iterator<Item = usize> {
        (0..self.0.len()).filter(|&draft| self.0[draft].is_left())
    }

    pub(super) fn longest_path(&self) -> f32 {
        let left = self.left().map(|draft| &self.0[draft]);
        left.map(|draft| draft.head + draft.span() + draft.tail).fold(0.0, f32::max)
    }

    /// Time below which no schedule on so many threads can come because of the longest path: all that leads to
    /// one of its drafts is done before the rest of the path, and all that follows from it after.
    pub(super) fn least_time(&self, threads: usize) -> f32 {
        let span = |draft: usize| self.0[draft].span();
        let path = |draft: usize| self.0[draft].head + span(draft) + self.0[draft].tail;
        let mut next =
            self.left().max_by(|&a, &b| (path(a) - self.0[a].head).total_cmp(&(path(b) - self.0[b].head)));
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

    /// Longest path to the end of a draft, and from its start on.
    fn to_end(&self, draft: u32) -> f32 {
        let draft = &self.0[draft as usize];
        draft.head + draft.span()
    }

    fn from_start(&self, draft: u32) -> f32 {
        let draft = &self.0[draft as usize];
        draft.span() + draft.tail
    }

    /// Longest path to the start of a draft, and from its end on, as its neighbours now stand.
    fn head(&self, draft: usize) -> f32 {
        self.0[draft].before.iter().map(|&other| self.to_end(other)).fold(0.0, f32::max)
    }

    fn tail(&self, draft: usize) -> f32 {
        self.0[draft].after.iter().map(|&other| self.from_start(other)).fold(0.0, f32::max)
    }

    /// Longest path to the start of a draft, past a neighbour that it is about to join.
    fn head_past(&self, draft: usize, past: usize) -> f32 {
        let Draft { head, before, .. } = &self.0[draft];
        // A mixer has many neighbours to look at: only without the longest path is there another.
        if self.to_end(past as u32) < *head {
            return *head;
        }
        let others = before.iter().filter(|&&other| other as usize != past);
        others.map(|&other| self.to_end(other)).fold(0.0, f32::max)
    }

    /// The same from its end.
    fn tail_past(&self, draft: usize, past: usize) -> f32 {
        let Draft { tail, after, .. } = &self.0[draft];
        if self.from_start(past as u32) < *tail {
            return *tail;
        }
        let others = after.iter().filter(|&&other| other as usize != past);
        others.map(|&other| self.from_start(other)).fold(0.0, f32::max)
    }

    /// Joins neighbours for as long as the rule allows.
    pub(super) fn join_all(&mut self, rule: Rule) {
        let mut open: Vec<usize> = (0..self.0.len()).rev().collect();
        let mut joins = 0;
        while let Some(draft) = open.pop() {
            if !self.0[draft].is_left() {
                continue;
            }
            let Some(partner) = self.partner(draft, rule) else { continue };
            self.join(draft, partner);
            self.update_paths(partner);
            joins += 1;
            if joins % GIVE_WAY_EVERY == 0 {
                give_way();
            }
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
        let paths = neighbours.into_iter().flatten().filter(|&other| fits(other)).map(|other| {
            let head = self.head_past(draft, other).max(self.head_past(other, draft));
            let tail = self.tail_past(draft, other).max(self.tail_past(other, draft));
            (head + sum(other) + HANDOFF_NS + tail, other)
        });
        let fitting = paths.filter(|(path, _)| *path <= rule.path);
        fitting.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, other)| other)
    }

    /// Moves a draft's work and edges into its partner.
    fn join(&mut self, draft: usize, partner: usize) {
        let here = &mut self.0[draft];
        here.joined = Some(partner as u32);
        let (before, after) = (std::mem::take(&mut here.before), std::mem::take(&mut here.after));
        let cost = here.cost;
        for &other in &before {
            redirect(&mut self.0[other as usize].after, draft, partner, other as usize);
            meet(&mut self.0[partner].before, other, partner);
        }
        for &other in &after {
            redirect(&mut self.0[other as usize].before, draft, partner, other as usize);
            meet(&mut self.0[partner].after, other, partner);
        }
        self.0[partner].cost += cost;
    }

    /// Paths after a join, as far as they have changed.
    fn update_paths(&mut self, joined: usize) {
        self.0[joined].head = self.head(joined);
        self.0[joined].tail = self.tail(joined);
        let (mut later, mut earlier) = (self.0[joined].after.clone(), self.0[joined].before.clone());
        while let Some(draft) = later.pop() {
            let head = self.head(draft as usize);
            if head != self.0[draft as usize].head {
                self.0[draft as usize].head = head;
                later.extend_from_slice(&self.0[draft as usize].after);
            }
        }
        while let Some(draft) = earlier.pop() {
            let tail = self.tail(draft as usize);
            if tail != self.0[draft as usize].tail {
                self.0[draft as usize].tail = tail;
                earlier.extend_from_slice(&self.0[draft as usize].before);
            }
        }
    }

    /// Numbers of the tasks that are left; those of drafts that joined others mean nothing.
    fn numbers(&self) -> Vec<u32> {
        let mut numbers = vec![0; self.0.len()];
        self.left().enumerate().for_each(|(number, draft)| numbers[draft] = number as u32);
        numbers
    }

    /// When the tasks that are left would run on so many threads.
    pub(super) fn schedule(&self, threads: usize) -> Schedule {
        let numbers = self.numbers();
        let numbered = |list: &[u32]| list.iter().map(|&next| numbers[next as usize]).collect();
        let successors = self.left().map(|draft| numbered(&self.0[draft].after)).collect();
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

/// In `owner`'s list, the partner takes the draft's place.
fn redirect(list: &mut List, draft: usize, partner: usize, owner: usize) {
    list.retain(|other| *other as usize != draft);
    meet(list, partner as u32, owner);
}

/// Puts a neighbour on `owner`'s list, unless it is there or is the owner itself.
fn meet(list: &mut List, other: u32, owner: usize) {
    if other as usize != owner && !list.contains(&other) {
        list.push(other);
    }
}
