//! Where a task runs: which thread it is, and how far it has come.

/// The place of a thread in a run, handed to every task.
#[derive(Debug)]
pub struct Seat {
    number: usize,
}

impl Seat {
    pub(crate) fn new(number: usize) -> Seat {
        Seat { number }
    }

    /// 0 for the caller of [`crate::Client::run`], else the worker's number from 1 on.
    pub fn number(&self) -> usize {
        self.number
    }

    /// Tells that the task goes on with this part of it. Returns `false` once the run was given up: the task must
    /// then return at once and touch nothing that other runs share.
    #[must_use]
    pub fn enter(&self, _part: u32) -> bool {
        true
    }

    /// As [`Seat::enter`], but only to be named if it does not return; costs next to nothing.
    pub fn note(&self, _part: u32) {}
}
