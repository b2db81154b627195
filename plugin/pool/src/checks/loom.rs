//! The pool's own parts, two or three threads at a time.

mod flow;
mod gate;
mod inbox;
mod phase;
mod slot;
mod station;

use std::sync::Arc;

use loom::cell::UnsafeCell;

use crate::flow::Core;
use crate::queue::Queue;
use crate::slot::Slot;
use crate::sync::atomic::{Fences, put_fences};

/// Tries all schedules with at most so many preemptions; threads that wait or end are switched from for free.
fn model(preemptions: usize, run: impl Fn() + Sync + Send + Clone + 'static) {
    for fences in [Fences::AfterWrites, Fences::BeforeReads] {
        put_fences(fences);
        let mut builder = ::loom::model::Builder::new();
        builder.preemption_bound = Some(preemptions);
        builder.max_branches = 20_000;
        builder.check(run.clone());
    }
}

fn slot() -> Arc<Slot> {
    Arc::new(Slot::new(Queue::new_fifo().stealer()))
}

/// Stands for a flow where nothing looks into it.
fn core(number: usize) -> *const Core {
    std::ptr::without_provenance(number * 64)
}

/// Memory that the protocol must hand over: any unordered access is found.
#[derive(Debug)]
struct Handed(UnsafeCell<u32>);

// SAFETY: the checker reports each access that is not ordered after the others.
unsafe impl Sync for Handed {}

impl Handed {
    fn new() -> Handed {
        Handed(UnsafeCell::new(0))
    }

    fn set(&self, value: u32) {
        // SAFETY: the checker reports a second access at the same time before it happens.
        self.0.with_mut(|cell| unsafe { *cell = value });
    }

    fn get(&self) -> u32 {
        // SAFETY: as in `set`.
        self.0.with(|cell| unsafe { *cell })
    }
}
