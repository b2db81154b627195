//! Queues that their owner pushes to and pops from, and others steal from.

#[cfg(not(miri))]
pub(crate) use crossbeam_deque::{Steal, Stealer, Worker as Queue};
#[cfg(miri)]
pub(crate) use locked::{Steal, Stealer, Worker as Queue};

#[cfg(miri)]
mod locked;
