//! The worker pool row by row. A pool of Python processes was measured by a report, PROC-02; these are its rows and
//! what it did not dare, measured on ours. `tests/specs/PROC-02_worker_pool_assignment.feature` says what each must
//! show, the suite `proc02` tells the figures.
//!
//! The pool has no call that only submits: [`manycord_pool::Client::run`] submits, takes part and returns with the
//! results. **Submit** is therefore the time from that call until the calling thread begins its first task: the run
//! is then open, sleepers have been woken, and every other thread may take tasks. **Round trip** is the time from the
//! call to its return. Where a row says that a *worker* does the task, the task is guarded: the caller may not.

mod assign;
mod bound;
mod buffers;
mod creation;
mod efficiency;
mod faults;
mod fixture;
mod growth;
mod many;
mod overlap;
mod panics;
mod shutdown;

use anyhow::Result;

pub use bound::{BOUNDS, Bound, bound};
pub use fixture::WORKERS;

/// How often things are repeated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Effort {
    /// For tests.
    #[default]
    Quick,
    /// For figures to be quoted.
    Full,
}

impl Effort {
    /// One number or the other.
    pub(crate) fn pick<T>(self, quick: T, full: T) -> T {
        match self {
            Effort::Quick => quick,
            Effort::Full => full,
        }
    }
}

/// What was measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// Of what, where a metric has several.
    pub case: String,
    /// One of [`BOUNDS`].
    pub metric: &'static str,
    /// In the bound's unit.
    pub value: f64,
}

impl Figure {
    fn new(case: impl Into<String>, metric: &'static str, value: f64) -> Figure {
        Figure { case: case.into(), metric, value }
    }

    /// Whether it is as it must be.
    pub fn is_good(&self) -> bool {
        bound(self.metric).target.is_none_or(|target| target.is_met(self.value))
    }
}

/// A row of the specification.
pub struct Row {
    /// As scenarios name it.
    pub name: &'static str,
    /// Measures.
    pub measure: fn(Effort) -> Result<Vec<Figure>>,
}

/// All rows, in the order of the report.
pub const ROWS: &[Row] = &[
    Row { name: "creation", measure: creation::creation },
    Row { name: "cold assignment", measure: assign::cold },
    Row { name: "warm assignment", measure: assign::warm },
    Row { name: "assignment in a stream", measure: assign::stream },
    Row { name: "assignment to sleepers", measure: assign::parked },
    Row { name: "concurrent assignment", measure: assign::concurrent },
    Row { name: "workers at once", measure: overlap::overlap },
    Row { name: "parallel efficiency", measure: efficiency::efficiency },
    Row { name: "shared buffers", measure: buffers::buffers },
    Row { name: "growth", measure: growth::growth },
    Row { name: "panic", measure: panics::panics },
    Row { name: "thread that ends", measure: faults::thread_ends },
    Row { name: "task that never returns", measure: faults::never_returns },
    Row { name: "many tasks", measure: many::many },
    Row { name: "shutdown", measure: shutdown::shutdown },
];

/// The row of this name.
///
/// # Panics
/// When there is none.
pub fn row(name: &str) -> &'static Row {
    ROWS.iter().find(|row| row.name == name).unwrap_or_else(|| panic!("there is no row `{name}`"))
}
