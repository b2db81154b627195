//! Which root a claim is for: the one that the same thread ran last time, so that what it works on is still in the cache
//! of that core.
//!
//! A claim on the slot's cursor is a permit for some root of the run, not for a certain one. As many permits are given
//! as there are roots, and a root once taken stays taken, so that a permit's holder always finds one in a single pass.

use std::cell::Cell;

use crate::slot::Token;
use crate::sync::atomic::{AtomicU32, Ordering};

/// A root's place in the runs of its flow.
#[derive(Debug)]
struct Home {
    /// Number of the flow's run in which it was taken last.
    taken: AtomicU32,
    /// Seat that ran it last.
    seat: AtomicU32,
}

/// The roots' homes of one flow.
#[derive(Debug)]
pub(crate) struct Homes {
    /// Number of the flow's run; written by its caller alone, before the run is opened, and published with that.
    run: AtomicU32,
    roots: Box<[Home]>,
}

/// How far a thread has looked through the roots of a run: nobody gives a root back, so that none is looked at twice.
#[derive(Debug)]
pub(crate) struct Search(Cell<(Token, u32, u32)>);

impl Search {
    pub(crate) fn new() -> Search {
        Search(Cell::new((Token::new(0, u64::MAX, 0), 0, 0)))
    }
}

impl Homes {
    pub(crate) fn new(roots: usize) -> Homes {
        let home = |_| Home { taken: AtomicU32::new(0), seat: AtomicU32::new(u32::MAX) };
        Homes { run: AtomicU32::new(0), roots: (0..roots).map(home).collect() }
    }

    /// The flow's caller is about to open a run.
    pub(crate) fn begin(&self) {
        self.run.store(self.run.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
    }

    /// Takes a root for the holder of a permit: one that this seat ran last time, else the least urgent that is left,
    /// which those who have it at home reach last.
    // Relaxed: that a root is taken once follows from its own word alone; all else was published by the run's opening,
    // which the permit has acquired.
    pub(crate) fn take(&self, permit: Token, seat: u32, search: &Search) -> usize {
        let run = self.run.load(Ordering::Relaxed);
        let (before, mut front, mut back) = search.0.get();
        if !before.same_run(permit) {
            (front, back) = (0, self.roots.len() as u32);
        }
        let take = |root: u32| {
            let taken = &self.roots[root as usize].taken;
            let last = taken.load(Ordering::Relaxed);
            last != run && taken.compare_exchange(last, run, Ordering::Relaxed, Ordering::Relaxed).is_ok()
        };
        let at_home = |root: u32| self.roots[root as usize].seat.load(Ordering::Relaxed) == seat;
        let mut found = None;
        while found.is_none() && front < self.roots.len() as u32 {
            found = Some(front).filter(|&root| at_home(root) && take(root));
            front += 1;
        }
        while found.is_none() && back > 0 {
            back -= 1;
            found = Some(back).filter(|&root| take(root));
        }
        search.0.set((permit, front, back));
        let Some(root) = found else { unreachable!("a permit without a root") };
        self.roots[root as usize].seat.store(seat, Ordering::Relaxed);
        root as usize
    }
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::*;

    #[test]
    fn roots_go_back_to_whom_they_had_last() {
        let homes = Homes::new(6);
        let (first, second) = (Search::new(), Search::new());
        homes.begin();
        let run = Token::new(0, 1, 0);
        let mine: Vec<usize> = (0..4).map(|_| homes.take(run, 0, &first)).collect();
        let theirs: Vec<usize> = (0..2).map(|_| homes.take(run, 1, &second)).collect();
        for number in 2..5 {
            homes.begin();
            let run = Token::new(0, number, 0);
            for _ in 0..2 {
                assert!(theirs.contains(&homes.take(run, 1, &second)));
                assert!(mine.contains(&homes.take(run, 0, &first)));
                assert!(mine.contains(&homes.take(run, 0, &first)));
            }
        }
    }

    #[test]
    fn one_thread_takes_every_root_once() {
        let homes = Homes::new(9);
        for number in 1..4 {
            homes.begin();
            let (run, search) = (Token::new(0, number, 0), Search::new());
            let mut all: Vec<usize> = (0..9).map(|turn| homes.take(run, turn % 2, &search)).collect();
            all.sort_unstable();
            assert_eq!(all, (0..9).collect::<Vec<_>>());
        }
    }
}
