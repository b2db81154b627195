//! A diamond: its last task runs once per run, after both sides, and the counters re-arm themselves.

use std::sync::Arc;

use loom::thread;

use super::{Handed, model, slot};
use crate::flow::{Core, Flow, Job};
use crate::graph::Graph;
use crate::seat::Seat;
use crate::slot::Slot;

/// Tasks 0 and 1 write, task 2 reads both.
struct Diamond {
    sides: [Handed; 2],
    sum: Handed,
}

impl Job for Diamond {
    fn run(&self, task: usize, _seat: &Seat) {
        match task {
            0 | 1 => self.sides[task].set(self.sides[task].get() + 1),
            _ => self.sum.set(self.sides[0].get() + self.sides[1].get()),
        }
    }
}

/// Runs a root and, if this thread is the last to arrive, what follows.
fn help(slot: &Slot, flow: &Arc<Flow<Diamond>>) {
    let Some((_, place)) = slot.claim() else { return };
    let (core, seat) = (flow.core(), Seat::caller());
    // SAFETY: the flow is alive, each root is claimed once and arrives once.
    unsafe {
        Core::run(core, place, &seat);
        if Core::arrive(core, 2) {
            Core::run(core, 2, &seat);
            slot.leaf_ended();
        }
    }
}

#[test]
fn the_last_to_arrive_runs_on_and_the_counters_re_arm() {
    model(3, || {
        let graph = Graph::new(&[vec![2], vec![2], Vec::new()], &[1, 1, 1]).unwrap();
        let job = Diamond { sides: [Handed::new(), Handed::new()], sum: Handed::new() };
        let (slot, flow) = (slot(), Flow::new(graph, job));
        let helper = {
            let (slot, flow) = (slot.clone(), flow.clone());
            thread::spawn(move || (0..2).for_each(|_| help(&slot, &flow)))
        };
        for run in 1..=2 {
            slot.open(flow.core(), 2, 1);
            (0..2).for_each(|_| help(&slot, &flow));
            while !slot.ended() {
                thread::yield_now();
            }
            assert_eq!(flow.job().sum.get(), 2 * run);
        }
        helper.join().unwrap();
    });
}
