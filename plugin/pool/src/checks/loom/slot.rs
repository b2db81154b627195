//! Opening, claiming, ending: what is staged reaches whoever claims, what is written reaches the caller.

use std::sync::Arc;

use loom::thread;

use super::{Handed, core, model, slot};
use crate::slot::Slot;

struct Run {
    slot: Arc<Slot>,
    /// Written by the caller before each run.
    staged: Handed,
    results: [Handed; 2],
}

impl Run {
    fn new() -> Arc<Run> {
        Arc::new(Run { slot: slot(), staged: Handed::new(), results: [Handed::new(), Handed::new()] })
    }

    /// Claims one root and runs it. Returns whether there was one.
    fn help(&self) -> bool {
        let Some((run, place)) = self.slot.claim() else { return false };
        assert_eq!(self.slot.core(), core(run as usize), "a root of one run, the core of another");
        let staged = self.staged.get();
        assert_eq!(u64::from(staged), run, "what was staged for another run");
        // Two claims of the same root would be two unordered writes.
        self.results[place as usize].set(staged * 10 + place);
        self.slot.leaf_ended();
        true
    }

    fn whole(&self, run: u32, roots: usize) {
        self.staged.set(run);
        assert_eq!(self.slot.open(core(run as usize), roots, roots as u32), u64::from(run));
        while self.help() {}
        while !self.slot.ended() {
            thread::yield_now();
        }
        for place in 0..roots {
            assert_eq!(self.results[place].get(), run * 10 + place as u32);
        }
    }
}

#[test]
fn roots_are_claimed_once_and_everything_is_handed_over() {
    model(3, || {
        let run = Run::new();
        let helpers: Vec<_> = (0..2)
            .map(|_| {
                let run = run.clone();
                thread::spawn(move || while run.help() {})
            })
            .collect();
        run.whole(1, 2);
        helpers.into_iter().for_each(|helper| helper.join().unwrap());
    });
}

/// The helper may have read the word of the first run when it claims in the second.
#[test]
fn a_claim_belongs_to_the_run_that_goes_on() {
    model(4, || {
        let run = Run::new();
        let helper = {
            let run = run.clone();
            thread::spawn(move || {
                for _ in 0..2 {
                    run.help();
                }
            })
        };
        run.whole(1, 1);
        run.whole(2, 2);
        helper.join().unwrap();
    });
}
