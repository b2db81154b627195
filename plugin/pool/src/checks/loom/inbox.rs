//! A task for a hungry caller that goes away at that moment.

use std::sync::Arc;

use loom::sync::atomic::Ordering;
use loom::thread;

use super::{core, model, slot};
use crate::gate::Gate;
use crate::slot::Token;

/// The worker that hands it over, or the caller, finds it; it does not lie there while all sleep.
#[test]
fn a_task_for_a_caller_that_left_is_found() {
    model(4, || {
        let (slot, gate) = (slot(), Arc::new(Gate::new()));
        let run = Token::new(0, slot.open(core(1), 0, 1), 0);
        slot.hungry.store(true, Ordering::Relaxed);
        let worker = {
            let (slot, gate) = (slot.clone(), gate.clone());
            thread::spawn(move || {
                let handed = slot.hungry.load(Ordering::Relaxed) && slot.inbox.push(run).is_ok();
                if !handed {
                    slot.leaf_ended();
                }
                // As a worker goes on: looks for work, sleeps on what it has seen.
                while !slot.ended() {
                    let seen = gate.seen();
                    if slot.phase.is_late() && slot.inbox.pop().is_some() {
                        slot.leaf_ended();
                    } else if !slot.ended() {
                        gate.sleep(seen, None);
                    }
                }
            })
        };
        // The caller has waited for long enough; it looks once more.
        slot.hungry.store(false, Ordering::Relaxed);
        if slot.inbox.pop().is_some() {
            slot.leaf_ended();
            // The end of the scene, for a worker that sleeps.
            gate.announce(|sleepers| sleepers);
        } else {
            slot.phase.leave(run.run());
            gate.announce(|sleepers| if slot.inbox.is_empty() { 0 } else { sleepers });
        }
        worker.join().unwrap();
    });
}
