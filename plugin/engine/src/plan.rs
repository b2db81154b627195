//! A compiled patch: immutable but for the state of its units and its stage.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use atomic_refcell::AtomicRefCell;
use manycord_modules::{LaneMask, Level, Spec};
use manycord_pool::{Flow, Graph};
use smallvec::SmallVec;

use crate::run::dial::{Dial, MacroTravel};
use crate::run::record::Recorder;
use crate::run::running::{Cell, Meter, Running};
use crate::run::stage::Stage;
use crate::run::tail::Tail;
use crate::voices::Voices;

/// Most inputs and most params that a unit can have.
pub(crate) const PORTS: usize = u32::BITS as usize;

/// The places of set bits, ascending.
#[inline(always)]
pub(crate) fn bits(mut set: u32) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let place = set.trailing_zeros();
        set &= set.wrapping_sub(1);
        (place < u32::BITS).then_some(place as usize)
    })
}

/// A running unit, shared by the plans that follow each other.
pub(crate) type SharedUnit = Arc<Running>;

/// One output of one unit, as an input sees it.
#[derive(Clone, Debug)]
pub(crate) struct Tap {
    pub(crate) unit: u32,
    pub(crate) output: u8,
    /// Lanes that are added up when the input is mono and the source is poly.
    pub(crate) lanes: LaneMask,
    /// Closes a cycle: reads the frame before.
    pub(crate) back: bool,
    /// Leads from the head of a plan that is cut in two into its tail: reads the block before.
    pub(crate) handed: bool,
}

/// One cable into one input of one unit.
#[derive(Clone, Debug)]
pub(crate) struct Feed {
    /// One tap, or one per group of a poly source that is added up.
    pub(crate) taps: SmallVec<[Tap; 2]>,
    /// Whether the lanes are added up.
    pub(crate) fold: bool,
    /// Dial of the cable's depth.
    pub(crate) depth: u32,
}

/// The cables of one input.
#[derive(Clone, Debug, Default)]
pub(crate) struct Feeds {
    pub(crate) cables: Vec<Feed>,
    /// Whether any of them comes from the unit's own cycle: then it is gathered frame by frame.
    pub(crate) inner: bool,
}

/// One unit in its place.
pub(crate) struct PlanUnit {
    pub(crate) running: SharedUnit,
    pub(crate) spec: &'static Spec,
    /// Module in [`Plan::modules`].
    pub(crate) module: u32,
    /// Group of lanes, from 0.
    pub(crate) group: u32,
    /// The module's section that it renders, if it has any.
    pub(crate) section: Option<&'static str>,
    pub(crate) inputs: Box<[Feeds]>,
    pub(crate) params: Box<[Feeds]>,
    /// Dial of its first param; those of the others follow.
    pub(crate) first_knob: u32,
    /// Dial of the bypass switch.
    pub(crate) bypass: u32,
    /// List in [`Stage::events`], for Notes.
    pub(crate) events: Option<u32>,
    pub(crate) patched: u32,
    /// Bit per input and per param: whether a cable arrives here. A patched input may belong to another section.
    pub(crate) fed: u32,
    pub(crate) modulated: u32,
    pub(crate) wanted: u32,
    /// Bit per output: whether anything reads its lanes added up.
    pub(crate) folded: u32,
    pub(crate) lanes: LaneMask,
    /// Whether it belongs to the tail of a plan that is cut in two, which renders one block behind.
    pub(crate) tail: bool,
    /// Whether it hands its outputs to the tail or, without one, to the host.
    pub(crate) hands: bool,
    /// Bit per output: whether all of it is handed over; of others only the sum of the lanes is.
    pub(crate) handed: u32,
    /// What it is taken to cost for a whole block until that is measured, in ns.
    pub(crate) assumed_ns: f32,
}

impl PlanUnit {
    /// Dial of a param.
    pub(crate) fn knob(&self, place: usize) -> u32 {
        self.first_knob + place as u32
    }

    /// Dials of all params.
    pub(crate) fn knobs(&self) -> Range<u32> {
        self.first_knob..self.knob(self.params.len())
    }
}

/// What one thread runs without stopping: units in order; more than one in a step form a cycle.
#[derive(Clone, Debug)]
pub(crate) struct Task {
    pub(crate) steps: Vec<Step>,
}

/// Part of a task.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// A unit rendered range by range.
    Unit(u32),
    /// Units rendered frame by frame.
    Cycle(Vec<u32>),
}

impl Step {
    /// All its units.
    pub(crate) fn units(&self) -> &[u32] {
        match self {
            Step::Unit(unit) => std::slice::from_ref(unit),
            Step::Cycle(members) => members,
        }
    }
}

/// Longest path from the start of each task to the end, by what each task costs.
pub(crate) fn longest_paths(graph: &Graph, costs: &[f32]) -> Vec<f32> {
    let mut paths = costs.to_vec();
    for &task in graph.serial_order().iter().rev() {
        let rest = graph.successors(task as usize).iter().map(|&next| paths[next as usize]);
        paths[task as usize] += rest.fold(0.0, f32::max);
    }
    paths
}

/// Units of one group that sleep and wake together.
#[derive(Default)]
pub(crate) struct RestGroup {
    pub(crate) units: Vec<u32>,
    /// Units that others outside the group hear.
    pub(crate) exits: Vec<u32>,
    /// Units elsewhere whose sound comes in.
    pub(crate) feeders: Vec<u32>,
    /// Notes modules that play it, with the group of lanes.
    pub(crate) notes: Vec<(u32, u32)>,
    /// Whether something that runs freely could end a silence: then it never sleeps.
    pub(crate) restless: bool,
    /// Whether its units belong to the tail of a plan that is cut in two.
    pub(crate) tail: bool,
}

/// A Notes module.
pub(crate) struct NotesModule {
    pub(crate) voices: Arc<AtomicRefCell<Voices>>,
    pub(crate) settings: crate::voices::Settings,
    /// First event list; one per group follows.
    pub(crate) events: u32,
    pub(crate) groups: u32,
    /// Rest group per group of lanes.
    pub(crate) rest: Vec<u32>,
}

/// A param that a macro moves.
#[derive(Clone, Debug)]
pub(crate) struct MacroRoute {
    pub(crate) dial: u32,
    pub(crate) travel: MacroTravel,
}

/// A module's name in the patch and its units, by group, for reports.
pub(crate) struct PlanModule {
    pub(crate) id: Arc<str>,
    pub(crate) units: Range<usize>,
}

/// The compiled patch; the job of a [`Flow`].
pub(crate) struct Plan {
    /// What the glue between units is computed on; the units have theirs.
    pub(crate) level: Level,
    pub(crate) units: Box<[PlanUnit]>,
    pub(crate) tasks: Box<[Task]>,
    pub(crate) modules: Vec<PlanModule>,
    /// The shared side of [`Stage::dials`].
    pub(crate) dials: Box<[Arc<Dial>]>,
    /// Where each dial stood in the plan before.
    pub(crate) inherited: Box<[Option<u32>]>,
    pub(crate) notes: Vec<NotesModule>,
    pub(crate) rest: Vec<RestGroup>,
    /// Targets per macro.
    pub(crate) macros: Vec<Vec<MacroRoute>>,
    /// Units whose outputs the host hears, in patch order.
    pub(crate) outputs: Vec<u32>,
    pub(crate) stage: AtomicRefCell<Stage>,
    /// Whether any module brings the host's audio in.
    pub(crate) hears_host: bool,
    /// The tail, if the plan is cut in two.
    pub(crate) tail: Option<Tail>,
    /// Frames per call of the host that it was made for.
    pub(crate) call_frames: usize,
    pub(crate) recorder: Recorder,
    /// Longest way from an input or a note to the host, in frames.
    pub(crate) latency: u32,
    /// Estimated cost per task, in ns for a whole block, and along the longest path.
    pub(crate) costs: Costs,
    pub(crate) ramp_frames: u32,
    /// Nothing is taken over from the plan before: another patch begins.
    pub(crate) fresh: bool,
    /// The plan before was of the same patch: nothing that sounds changes.
    pub(crate) again: bool,
    /// Whether a silence may end without a note.
    pub(crate) restless: bool,
    /// For how long its modules can be silent and then sound by themselves.
    pub(crate) memory_seconds: f32,
    /// Frame of the stream at which the engine took the plan in, plus 1; 0 before.
    pub(crate) installed: AtomicU64,
}

/// What a plan is estimated to cost per whole block: as it was when it was made, when units that slept counted for
/// nothing, and when all of them are awake.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Costs {
    pub(crate) now: Load,
    pub(crate) awake: Load,
}

/// Work of a block.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Load {
    pub(crate) total_ns: f32,
    /// The longest path.
    pub(crate) critical_ns: f32,
    /// When the last task ends on the threads at hand.
    pub(crate) ends_ns: f32,
}

impl Load {
    /// Threads that can be kept busy.
    pub(crate) fn useful(&self) -> u32 {
        // A second thread for a twentieth of the work costs more than it gains.
        if self.critical_ns > 0.0 { (self.total_ns / self.critical_ns + 0.95) as u32 } else { 1 }
    }
}

/// A plan ready to run.
pub(crate) type PlanFlow = Flow<Plan>;

impl Plan {
    /// Whether every unit's cell can be had: none is held by a thread that does not come back.
    pub(crate) fn is_sound(&self) -> bool {
        !self.units.iter().any(|unit| unit.running.meter.is_lost())
    }

    /// Whether the host hears the plan one grid block late.
    pub(crate) fn is_pipelined(&self) -> bool {
        self.tail.as_ref().is_some_and(|tail| !tail.catches_up)
    }

    /// The tail, if it catches up with the head before a call of the host ends.
    pub(crate) fn overlapping(&self) -> Option<&Tail> {
        self.tail.as_ref().filter(|tail| tail.catches_up)
    }

    /// What may be read of a module's units at any time, by group.
    pub(crate) fn meters(&self, module: &PlanModule) -> impl Iterator<Item = &Meter> + use<'_> {
        self.units[module.units.clone()].iter().map(|unit| &unit.running.meter)
    }

    /// A unit's cell; only for the audio path.
    pub(crate) fn cell(&self, unit: u32) -> &AtomicRefCell<Cell> {
        &self.units[unit as usize].running.cell
    }
}
