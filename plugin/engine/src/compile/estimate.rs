//! What units cost, in ns per whole block: measured, learnt from others of their kind, or assumed.

use std::collections::HashMap;
use std::sync::atomic::Ordering;

use manycord_modules::{Class, Spec};

use super::order::Order;
use super::units::Built;
use crate::plan::{Plan, PlanUnit, Step};

/// How much dearer a unit is when it renders frame by frame.
const FRAME_BY_FRAME: f32 = 4.0;

/// What units of each kind were measured to cost on this machine, outside cycles. It outlives patches.
#[derive(Default)]
pub(crate) struct Estimates {
    learnt: HashMap<&'static str, f32>,
}

/// Cost of one unit, or of more.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Cost {
    /// While it is awake.
    pub(crate) awake: f32,
    /// As it is now: next to nothing while it sleeps.
    pub(crate) now: f32,
}

impl std::ops::AddAssign for Cost {
    fn add_assign(&mut self, other: Cost) {
        self.awake += other.awake;
        self.now += other.now;
    }
}

impl Estimates {
    /// Takes over what a plan's units were measured to cost.
    pub(crate) fn learn(&mut self, plan: &Plan) {
        let mut sums: HashMap<&'static str, (f32, f32)> = HashMap::new();
        for step in plan.tasks.iter().flat_map(|task| &task.steps) {
            let Step::Unit(unit) = step else { continue };
            let unit = &plan.units[*unit as usize];
            // Ordering: the number stands for itself.
            let measured = unit.running.meter.cost_ns.load(Ordering::Relaxed);
            if measured > 0.0 {
                let (sum, count) = sums.entry(unit.spec.id).or_default();
                *sum += measured;
                *count += 1.0;
            }
        }
        self.learnt.extend(sums.into_iter().map(|(kind, (sum, count))| (kind, sum / count)));
    }

    /// Notes in every unit what it is taken to cost until it is measured.
    pub(crate) fn assume(&self, built: &mut Built, order: &Order) {
        for component in &order.components {
            let factor = if component.cycle { FRAME_BY_FRAME } else { 1.0 };
            for &unit in &component.units {
                let unit = &mut built.units[unit as usize];
                let learnt = self.learnt.get(unit.spec.id).copied();
                unit.assumed_ns = learnt.unwrap_or_else(|| typical_ns(unit.spec)) * factor;
            }
        }
    }
}

/// Measured or assumed cost of a unit that is awake.
fn awake_ns(unit: &PlanUnit) -> f32 {
    // Ordering: the number stands for itself.
    let measured = unit.running.meter.cost_ns.load(Ordering::Relaxed);
    if measured > 0.0 { measured } else { unit.assumed_ns }
}

/// Cost of a unit.
pub(crate) fn cost(unit: &PlanUnit) -> Cost {
    let awake = awake_ns(unit);
    // Ordering: it only steers who runs what.
    let asleep = unit.running.meter.asleep.load(Ordering::Relaxed);
    Cost { awake, now: if asleep { 0.0 } else { awake } }
}

/// Where nothing was learnt yet: measured on a 4 GHz desktop core with AVX2. Only what stands far from its
/// shelf's middle is named. Sections share a module's work evenly.
fn typical_ns(spec: &Spec) -> f32 {
    let whole = match (spec.id, spec.class) {
        ("ladder", _) => 3_800.0,
        ("output", _) => 1_400.0,
        (_, Class::Effect) => 4_000.0,
        (_, Class::Filter) => 2_400.0,
        (_, Class::Source | Class::Shape) => 1_200.0,
        (_, Class::Io | Class::Modulation) => 700.0,
        (_, Class::Level | Class::Sequence) => 400.0,
        (_, Class::Pitch | Class::Logic | Class::Utility) => 300.0,
    };
    whole / spec.sections.len().max(1) as f32
}
