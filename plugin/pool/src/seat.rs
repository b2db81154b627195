//! Where a task runs: which thread it is, and how far it has come.

use crate::station::Station;
use std::sync::Arc;

/// The place of a thread in a run, handed to every task.
#[derive(Debug)]
pub struct Seat {
    number: usize,
    /// A worker's; the caller of a run cannot be told to stop.
    station: Option<Arc<Station>>,
}

impl Seat {
    /// The caller's.
    pub(crate) fn caller() -> Seat {
        Seat { number: 0, station: None }
    }

    /// A worker's.
    pub(crate) fn worker(number: usize, station: Arc<Station>) -> Seat {
        Seat { number, station: Some(station) }
    }

    /// 0 for the caller of [`crate::Client::run`], else the worker's number from 1 on.
    pub fn number(&self) -> usize {
        self.number
    }

    /// Tells that the task goes on with this part of it. Returns `false` once the run was given up: the task must
    /// then return at once and touch nothing that other runs share.
    #[must_use]
    pub fn enter(&self, part: u32) -> bool {
        self.station.as_ref().is_none_or(|station| station.enter(part))
    }

    /// As [`Seat::enter`], but only to be named if it does not return; costs next to nothing.
    pub fn note(&self, part: u32) {
        if let Some(station) = &self.station {
            station.note(part);
        }
    }

    pub(crate) fn station(&self) -> Option<&Station> {
        self.station.as_deref()
    }
}
