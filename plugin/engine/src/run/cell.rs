//! A running unit with its ports: the part of a plan that lives on from one plan to the next.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use atomic_float::AtomicF32;
use atomic_refcell::AtomicRefCell;
use manycord_modules::{BLOCK, Group, In, Io, LANES, LaneEvent, LaneMask, Out, Setup, Signal, Unit};

use super::handed::Handed;
use super::stage::Stage;

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
        let outputs = cell.outputs.len();
        Running { cell: AtomicRefCell::new(cell), meter, outputs, handed: OnceLock::new() }
    }

    /// Makes room for what it hands over, off the audio path.
    pub(crate) fn make_handed(&self) {
        self.handed.get_or_init(|| Handed::new(self.outputs));
    }
}

/// Why a unit does not put out what it computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Health {
    Good,
    /// Put out something non-finite: silent to the end of the grid block, then reset.
    Muted,
    /// Panicked: silent for good.
    Quarantined,
}

/// One unit for one group of lanes, its gathered inputs and its outputs.
pub(crate) struct Cell {
    unit: Box<dyn Unit>,
    pub(crate) inputs: Box<[Signal]>,
    pub(crate) params: Box<[Signal]>,
    /// The knob's travel that each param holds, NaN while it moves: what rests need not be computed again.
    pub(crate) held: Box<[f32]>,
    /// Outputs of the block; older frames stay, so that a feedback cable finds the frame before.
    pub(crate) outputs: Box<[[Group; BLOCK]]>,
    /// Whether the unit's group sleeps; its outputs are then zero.
    pub(crate) asleep: bool,
    /// Greatest magnitude put out on the lanes in use since the last grid line, in volts.
    peak: f32,
    /// The same for the grid block before, and for the one before that.
    pub(crate) last_peak: f32,
    pub(crate) earlier_peak: f32,
    /// Grid blocks for which the unit's group has been silent; kept by its first unit.
    pub(crate) quiet: u32,
    health: Health,
    /// Whether it is bypassed for the rest of the grid block and does not move on; `None` until the first range.
    bypassed: Option<bool>,
}

/// What one call of a unit needs to know besides its signals.
pub(crate) struct Call<'a> {
    pub(crate) stage: &'a Stage,
    pub(crate) meter: &'a Meter,
    pub(crate) events: &'a [LaneEvent],
    pub(crate) patched: u32,
    pub(crate) wanted: u32,
    /// Lanes in use.
    pub(crate) lanes: LaneMask,
    /// Pairs of input and output that a bypassed unit passes on.
    pub(crate) routes: &'static [(In, Out)],
    /// 0 in, 1 bypassed.
    pub(crate) bypass: u32,
}

impl Cell {
    pub(crate) fn new(kind: &manycord_modules::Kind, setup: &Setup, asleep: bool) -> Cell {
        Cell {
            unit: kind.make(setup),
            inputs: kind
                .spec
                .inputs
                .iter()
                .map(|port| {
                    let mut signal = Signal::default();
                    signal.hold(Group::splat(port.normal));
                    signal
                })
                .collect(),
            params: vec![Signal::default(); kind.spec.params.len()].into(),
            held: vec![f32::NAN; kind.spec.params.len()].into(),
            outputs: vec![[Group::ZERO; BLOCK]; kind.spec.outputs.len()].into(),
            asleep,
            peak: 0.0,
            last_peak: 0.0,
            earlier_peak: 0.0,
            quiet: 0,
            health: Health::Good,
            bypassed: None,
        }
    }

    /// Takes saved module state over; off the audio path, before the cell first runs.
    pub(crate) fn load(&mut self, state: &manycord_modules::Value) -> Result<(), String> {
        self.unit.load(state)
    }

    /// Renders a range whose inputs and params are gathered.
    #[inline(always)]
    pub(crate) fn process(&mut self, call: &Call<'_>, range: Range<usize>) {
        if range.start == 0 && self.health == Health::Muted {
            self.unit.reset(LaneMask::ALL);
            self.health = Health::Good;
        }
        let bypass = &call.stage.dials[call.bypass as usize];
        // Decided once per grid block, so that the unit moves on for as long however the block is cut.
        let decided = self.bypassed.filter(|_| range.start > 0);
        let bypassed = decided.unwrap_or_else(|| bypass.steady() == Some(1.0));
        self.bypassed = Some(bypassed);
        if bypassed {
            self.silence(range.clone());
        } else if self.health == Health::Good {
            self.render(call, range.clone());
        } else {
            self.silence(range.clone());
        }
        if bypass.steady() != Some(0.0) {
            self.mix_bypass(call, range.clone());
        }
        self.measure(call, range.clone());
        if range.end == BLOCK {
            self.close_block(call.meter);
        }
    }

    fn close_block(&mut self, meter: &Meter) {
        self.earlier_peak = std::mem::replace(&mut self.last_peak, std::mem::take(&mut self.peak));
        // About 300 ms of fall at 48 kHz: slow enough to be read.
        let shown = meter.level.load(Ordering::Relaxed) * 0.97;
        meter.level.store(shown.max(self.last_peak), Ordering::Relaxed);
    }

    fn render(&mut self, call: &Call<'_>, range: Range<usize>) {
        let mut io = Io {
            inputs: &self.inputs,
            params: &self.params,
            outputs: &mut self.outputs,
            events: call.events,
            host: &call.stage.host,
            patched: call.patched,
            wanted: call.wanted,
        };
        let unit = &mut self.unit;
        // A panic leaves the unit in an unknown state; it is never called again.
        if catch_unwind(AssertUnwindSafe(|| unit.process(&mut io, range.clone()))).is_err() {
            self.quarantine(call.meter);
            self.silence(range);
        }
    }

    /// What a bypassed unit puts out: its routes, crossfaded while the switch moves.
    #[inline(always)]
    fn mix_bypass(&mut self, call: &Call<'_>, range: Range<usize>) {
        let bypass = &call.stage.dials[call.bypass as usize];
        for (place, output) in self.outputs.iter_mut().enumerate() {
            let route = call.routes.iter().find(|(_, output)| output.index() == place);
            for frame in range.clone() {
                let share = bypass.at(frame);
                let around = route.map_or(Group::ZERO, |(input, _)| self.inputs[input.index()].at(frame));
                output[frame] = output[frame] * (1.0 - share) + around * share;
            }
        }
    }

    /// Looks for the peak, and for anything non-finite, which no neighbour may see.
    #[inline(always)]
    fn measure(&mut self, call: &Call<'_>, range: Range<usize>) {
        // Magnitudes as bits are in the order of the numbers, with infinity and NaN above all: one maximum tells both.
        let mut most = [0; LANES];
        for (place, output) in self.outputs.iter().enumerate() {
            if call.wanted >> place & 1 == 0 {
                continue;
            }
            for group in &output[range.clone()] {
                for lane in 0..LANES {
                    let magnitude = group[lane].to_bits() & 0x7fff_ffff;
                    most[lane] = if magnitude > most[lane] { magnitude } else { most[lane] };
                }
            }
        }
        let peak = Group(most.map(f32::from_bits));
        if !peak.is_finite() {
            self.mute(call.meter, range);
            return;
        }
        let peak = peak.select(Group::ZERO, call.lanes).peak();
        if peak > self.peak {
            self.peak = peak;
        }
    }

    /// Silences the unit from its first non-finite frame to the end of the grid block.
    fn mute(&mut self, meter: &Meter, range: Range<usize>) {
        let bad = |frame: &usize| self.outputs.iter().any(|output| !output[*frame].is_finite());
        let first = range.clone().find(bad).unwrap_or(range.start);
        self.silence(first..range.end);
        if self.health == Health::Good {
            self.health = Health::Muted;
        }
        meter.resets.fetch_add(1, Ordering::Relaxed);
    }

    fn silence(&mut self, range: Range<usize>) {
        for output in &mut self.outputs {
            output[range.clone()].fill(Group::ZERO);
        }
    }

    /// The unit's group falls asleep: nothing audible leaves it.
    pub(crate) fn sleep(&mut self, meter: &Meter) {
        self.asleep = true;
        meter.asleep.store(true, Ordering::Relaxed);
        self.silence(0..BLOCK);
    }

    /// The unit's group wakes: whatever it did before is forgotten.
    pub(crate) fn wake(&mut self, meter: &Meter) {
        self.asleep = false;
        self.bypassed = None;
        meter.asleep.store(false, Ordering::Relaxed);
        self.forget(meter);
    }

    /// Forgets tails and voices.
    pub(crate) fn forget(&mut self, meter: &Meter) {
        self.silence(0..BLOCK);
        if self.health == Health::Quarantined {
            return;
        }
        let unit = &mut self.unit;
        self.health = Health::Good;
        if catch_unwind(AssertUnwindSafe(|| unit.reset(LaneMask::ALL))).is_err() {
            self.quarantine(meter);
        }
    }

    /// Silences the unit for good.
    pub(crate) fn quarantine(&mut self, meter: &Meter) {
        self.health = Health::Quarantined;
        meter.trouble.store(QUARANTINED, Ordering::Relaxed);
    }
}
