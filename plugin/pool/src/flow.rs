//! A graph with its job and the counters of its runs.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::graph::Graph;
use crate::homes::{Homes, Search};
use crate::seat::Seat;
use crate::slot::Token;
use crate::sync::atomic::{AtomicU32, Ordering};

/// What the tasks of a graph do.
pub trait Job: Send + Sync + 'static {
    /// Runs one task. All its predecessors have returned, and what they wrote is visible.
    fn run(&self, task: usize, seat: &Seat);

    /// The thread that runs this part of this task, as named to [`Seat::enter`] or [`Seat::note`] (`None`: before the
    /// first), does not come back; the run was given up. Called off the audio path.
    fn lost(&self, _task: usize, _part: Option<u32>) {}
}

/// The part of a flow that does not depend on the job's type.
pub(crate) struct Core {
    pub(crate) graph: Graph,
    pub(crate) homes: Homes,
    /// Predecessors that each task still waits for; whoever takes one to 0 re-arms it for the next run.
    pending: Box<[AtomicU32]>,
    /// Runs a task of the job behind this core; caught panics give `false`.
    execute: unsafe fn(*const Core, usize, &Seat) -> bool,
    /// Tells the job what was lost; takes and gives back shares in the flow.
    lost: unsafe fn(*const Core, usize, Option<u32>),
    retain: unsafe fn(*const Core),
    release: unsafe fn(*const Core),
}

/// A graph with its job: what a run executes. Built off the hot path and shared.
#[repr(C)]
pub struct Flow<J: Job> {
    /// First, so that a pointer to the flow is a pointer to its core.
    core: Core,
    job: J,
}

impl<J: Job> Flow<J> {
    /// Puts a job on a graph.
    pub fn new(graph: Graph, job: J) -> Arc<Flow<J>> {
        let pending = graph.waits.iter().map(|&waits| AtomicU32::new(waits)).collect();
        Arc::new(Flow {
            core: Core {
                homes: Homes::new(graph.roots.len()),
                graph,
                pending,
                execute: execute::<J>,
                lost: lost::<J>,
                retain: retain::<J>,
                release: release::<J>,
            },
            job,
        })
    }

    /// The job.
    pub fn job(&self) -> &J {
        &self.job
    }

    /// The graph.
    pub fn graph(&self) -> &Graph {
        &self.core.graph
    }

    pub(crate) fn homes(&self) -> &Homes {
        &self.core.homes
    }

    /// Pointer to the core, valid for the whole flow.
    pub(crate) fn core(self: &Arc<Self>) -> *const Core {
        Arc::as_ptr(self).cast()
    }
}

/// # Safety
/// `core` must be the first field of a live `Flow<J>`, reached by a pointer to the flow.
unsafe fn execute<J: Job>(core: *const Core, task: usize, seat: &Seat) -> bool {
    // SAFETY: the caller's promise; `Flow` is `repr(C)` with the core first, and the pointer was made from one
    // to the flow, so that it may reach all of it.
    let flow = unsafe { &*core.cast::<Flow<J>>() };
    catch_unwind(AssertUnwindSafe(|| flow.job.run(task, seat))).is_ok()
}

/// # Safety
/// As for [`execute`].
unsafe fn lost<J: Job>(core: *const Core, task: usize, part: Option<u32>) {
    // SAFETY: the caller's promise, as in `execute`.
    let flow = unsafe { &*core.cast::<Flow<J>>() };
    // A job that fails even here must not take the supervisor down.
    let _ = catch_unwind(AssertUnwindSafe(|| flow.job.lost(task, part)));
}

/// # Safety
/// As for [`execute`]; the flow is in an [`Arc`], as [`Flow::new`] makes it.
unsafe fn retain<J: Job>(core: *const Core) {
    // SAFETY: the pointer was made by `Arc::as_ptr` and the flow is alive.
    unsafe { Arc::increment_strong_count(core.cast::<Flow<J>>()) };
}

/// # Safety
/// As for [`retain`], of which each call allows one of this.
unsafe fn release<J: Job>(core: *const Core) {
    // SAFETY: the pointer was made by `Arc::as_ptr`, and this share was taken by `retain`.
    unsafe { Arc::decrement_strong_count(core.cast::<Flow<J>>()) };
}

impl Core {
    /// Takes a root for the holder of a permit, for the thread of this seat. Returns the task.
    ///
    /// # Safety
    /// `this` comes from [`Flow::core`]; the permit was claimed in a run of it that goes on until the root has run.
    pub(crate) unsafe fn take_root(this: *const Core, permit: Token, seat: &Seat, search: &Search) -> u32 {
        // SAFETY: the caller's promise: the run, and with it the flow, is alive.
        let (homes, graph) = unsafe { (&(*this).homes, &(*this).graph) };
        graph.roots[homes.take(permit, seat.number() as u32, search)]
    }

    /// Takes a share in the flow.
    ///
    /// # Safety
    /// `this` comes from [`Flow::core`] of a flow that is alive.
    pub(crate) unsafe fn share(this: *const Core) -> Share {
        // SAFETY: the caller's promise; `retain` was made for the type of this very flow.
        unsafe { ((*this).retain)(this) };
        Share(this)
    }

    /// Runs one task. Returns whether it did not panic.
    ///
    /// # Safety
    /// `this` comes from [`Flow::core`] of a flow that is alive throughout the call.
    pub(crate) unsafe fn run(this: *const Core, task: u32, seat: &Seat) -> bool {
        // SAFETY: the caller's promise.
        let execute = unsafe { (*this).execute };
        // SAFETY: `execute` was made for the type of the very flow that `this` points into.
        unsafe { execute(this, task as usize, seat) }
    }

    /// One predecessor of `task` has ended. Returns whether it was the last; the count is then re-armed.
    ///
    /// # Safety
    /// `this` comes from [`Flow::core`], and the calling task has not arrived at `task` before in this run.
    /// When this returns `false` the run may be over and the flow gone.
    // AcqRel: the release publishes what the predecessor wrote; the acquire of the one that reaches zero
    // receives what all of them wrote. The re-arming store is published with the task's own completion.
    pub(crate) unsafe fn arrive(this: *const Core, task: u32) -> bool {
        // SAFETY: the run goes on until this arrival, so that the flow is alive up to the decrement; it goes on
        // beyond it when the arrival is the last, since `task` has then yet to run.
        let (pending, waits) =
            unsafe { (&(&(*this).pending)[task as usize], (*this).graph.waits[task as usize]) };
        let last = pending.fetch_sub(1, Ordering::AcqRel) == 1;
        if last {
            pending.store(waits, Ordering::Relaxed);
        }
        last
    }
}

/// A share in a flow of whatever job: it lives at least as long as this. Dropping the last one frees the flow, so
/// that it must not happen on the audio path.
#[derive(Debug)]
pub(crate) struct Share(*const Core);

// SAFETY: a share is an `Arc` of a flow, whose job is `Send` and `Sync`.
unsafe impl Send for Share {}

impl Share {
    /// The thread in this part of this task does not come back.
    pub(crate) fn lost(&self, task: u32, part: Option<u32>) {
        // SAFETY: the share keeps the flow alive; `lost` was made for the type of this very flow.
        unsafe { ((*self.0).lost)(self.0, task as usize, part) };
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        // SAFETY: this share was taken by `retain` and is given back once.
        unsafe { ((*self.0).release)(self.0) };
    }
}
