//! A running unit with its ports: the part of a plan that lives on from one plan to the next.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use atomic_float::AtomicF32;
use atomic_refcell::AtomicRefCell;
use manycord_modules::{Kind, Setup};

use super::body::Body;
use super::handed::Handed;
use super::intake::Intake;

/// What the editing side may read of a unit at any time.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    /// Time for a whole block, smoothed, in ns.
    pub(crate) cost_ns: AtomicF32,
    /// Greatest magnitude on any output over the last blocks, in volts.
    pub(crate) level: AtomicF32,
    /// Times the unit put out something non-finite and was reset.
    pub(crate) resets: AtomicU32,
    /// [`QUARANTINED`] once the unit panicked: it stays silent until it is made anew; [`LOST`] when a call of it did
    /// not return.
    trouble: AtomicU32,
    /// Whether the unit's group sleeps.
    pub(crate) asleep: AtomicBool,
}

/// The unit panicked, or it stands in for one that was lost.
const QUARANTINED: u32 = 1;
/// A call of the unit did not return: its cell stays borrowed, by a thread that was given up.
const LOST: u32 = 2;

impl Meter {
    /// Of a new unit.
    pub(crate) fn new(asleep: bool) -> Meter {
        Meter { asleep: asleep.into(), ..Meter::default() }
    }

    /// Of a unit that is silent from the start.
    pub(crate) fn quarantined() -> Meter {
        Meter { trouble: AtomicU32::new(QUARANTINED), ..Meter::default() }
    }

    pub(crate) fn quarantine(&self) {
        self.trouble.store(QUARANTINED, Ordering::Relaxed);
    }

    pub(crate) fn lose(&self) {
        self.trouble.store(LOST, Ordering::Relaxed);
    }

    pub(crate) fn is_lost(&self) -> bool {
        self.trouble.load(Ordering::Relaxed) == LOST
    }

    pub(crate) fn is_quarantined(&self) -> bool {
        self.trouble.load(Ordering::Relaxed) != 0
    }
}

/// A running unit, shared by the plans that follow each other. Only the audio path may borrow the cell; the
/// editing side reads the meter.
pub(crate) struct Running {
    pub(crate) cell: AtomicRefCell<Cell>,
    pub(crate) meter: Meter,
    outputs: usize,
    /// Made when a pipelined plan first needs it.
    pub(crate) handed: OnceLock<Handed>,
}

impl Running {
    pub(crate) fn new(cell: Cell, meter: Meter) -> Running {
        let outputs = cell.body.outputs.len();
        Running { cell: AtomicRefCell::new(cell), meter, outputs, handed: OnceLock::new() }
    }

    /// Makes room for what it hands over, off the audio path.
    pub(crate) fn make_handed(&self) {
        self.handed.get_or_init(|| Handed::new(self.outputs));
    }
}

/// One unit for one group of lanes, with what it takes in and what it puts out.
pub(crate) struct Cell {
    pub(crate) intake: Intake,
    pub(crate) body: Body,
}

impl Cell {
    pub(crate) fn new(kind: &Kind, setup: &Setup, asleep: bool) -> Cell {
        Cell { intake: Intake::new(kind.spec), body: Body::new(kind, setup, asleep) }
    }
}
