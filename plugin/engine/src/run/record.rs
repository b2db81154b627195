//! Who ran which task when: taken down for one range when the editing side asks, in room that every plan has.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Instant;

/// Where a record stands.
const OFF: u32 = 0;
const WANTED: u32 = 1;
const RUNS: u32 = 2;
const DONE: u32 = 3;

/// The record of a plan.
pub(crate) struct Recorder {
    base: Instant,
    state: AtomicU32,
    /// The range as a whole, as the caller sees it.
    whole: Stretch,
    tasks: Box<[Stretch]>,
}

/// From when to when, in ns since the plan was made, and on which seat. Each number stands for itself.
#[derive(Debug, Default)]
pub(crate) struct Stretch {
    pub(crate) begun_ns: AtomicU64,
    pub(crate) ended_ns: AtomicU64,
    pub(crate) seat: AtomicU32,
}

impl Recorder {
    pub(crate) fn new(tasks: usize) -> Recorder {
        Recorder {
            base: Instant::now(),
            state: AtomicU32::new(OFF),
            whole: Stretch::default(),
            tasks: (0..tasks).map(|_| Stretch::default()).collect(),
        }
    }

    /// Asks for the next range.
    pub(crate) fn want(&self) {
        self.state.store(WANTED, Ordering::Relaxed);
    }

    /// A range is about to run. Returns whether it is taken down. Only the caller's thread.
    pub(crate) fn begin(&self) -> bool {
        let wanted = self.state.load(Ordering::Relaxed) == WANTED;
        if wanted {
            self.whole.begun_ns.store(self.now(), Ordering::Relaxed);
            // The start of the run publishes this to whoever takes part.
            self.state.store(RUNS, Ordering::Relaxed);
        }
        wanted
    }

    /// The range that is taken down has run.
    pub(crate) fn end(&self) {
        self.whole.ended_ns.store(self.now(), Ordering::Relaxed);
        // Release: pairs with the acquire of `read`.
        self.state.store(DONE, Ordering::Release);
    }

    /// Takes a task down, if wanted: when it begins.
    pub(crate) fn task_begins(&self) -> Option<u64> {
        (self.state.load(Ordering::Relaxed) == RUNS).then(|| self.now())
    }

    /// The same: it has ended.
    pub(crate) fn task_ended(&self, task: usize, seat: usize, begun_ns: u64) {
        let stretch = &self.tasks[task];
        stretch.begun_ns.store(begun_ns, Ordering::Relaxed);
        stretch.ended_ns.store(self.now(), Ordering::Relaxed);
        stretch.seat.store(seat as u32, Ordering::Relaxed);
    }

    /// What was taken down, once that is done: the range and each task.
    pub(crate) fn read(&self) -> Option<(&Stretch, &[Stretch])> {
        (self.state.load(Ordering::Acquire) == DONE).then_some((&self.whole, &self.tasks))
    }

    fn now(&self) -> u64 {
        self.base.elapsed().as_nanos() as u64
    }
}
