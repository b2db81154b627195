//! Feedback: the units of a cycle step frame by frame, so that a back edge has exactly one frame of delay.

use std::time::Instant;

use arrayvec::ArrayVec;
use manycord_modules::{Buffer, Group, Signal, Simd, Work};
use manycord_pool::Seat;

use super::body::Gathered;
use super::gather;
use super::job::{call, hand_over, note_cost};
use super::running::Cell;
use super::stage::Stage;
use crate::plan::{PORTS, Plan, PlanUnit};

/// The members of a cycle for the staged range.
pub(super) struct Cycle<'a> {
    pub(super) plan: &'a Plan,
    pub(super) stage: &'a Stage,
    pub(super) members: &'a [u32],
    pub(super) seat: &'a Seat,
}

impl Work for Cycle<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Cycle { plan, stage, members, .. } = self;
        let is_asleep = |unit: &u32| plan.cell(*unit).borrow().body.asleep;
        let asleep = members.iter().filter(|unit| is_asleep(unit)).count();
        if asleep < members.len() {
            self.step_through(simd, (asleep > 0).then_some(&is_asleep), members.len() - asleep);
        }
        for &unit in members {
            hand_over(&plan.units[unit as usize], &plan.cell(unit).borrow().body, stage);
        }
    }
}

impl Cycle<'_> {
    /// Steps the `count` members that are awake through the staged range.
    #[inline(always)]
    fn step_through<S: Simd>(&self, simd: S, asleep: Option<&impl Fn(&u32) -> bool>, count: usize) {
        let Cycle { plan, stage, members, seat } = *self;
        let awake = || members.iter().filter(|unit| asleep.is_none_or(|asleep| !asleep(unit)));
        let begun = stage.measured.then(Instant::now);
        for &unit in awake() {
            let unit = &plan.units[unit as usize];
            unit.running.cell.borrow_mut().intake.gather_outer(unit, &plan.units, stage);
        }
        for frame in stage.range.clone() {
            for &unit in awake() {
                seat.note(unit);
                step(simd, plan, stage, &plan.units[unit as usize], frame);
            }
        }
        if let Some(begun) = begun {
            // The members' times cannot be told apart frame by frame: each takes an even share.
            let took = begun.elapsed() / count as u32;
            for &unit in awake() {
                note_cost(&plan.units[unit as usize].running.meter.cost_ns, took, stage.range.len());
            }
        }
    }
}

/// Renders one frame of one member.
#[inline(always)]
fn step<S: Simd>(simd: S, plan: &Plan, stage: &Stage, unit: &PlanUnit, frame: usize) {
    // Gathered before the cell is taken: a unit may feed itself.
    let mut inputs: ArrayVec<(usize, Group), PORTS> = ArrayVec::new();
    for (place, feeds) in unit.inputs.iter().enumerate().filter(|(_, feeds)| feeds.inner) {
        let normal = unit.spec.inputs[place].normal;
        inputs.push((place, gather::input_frame(feeds, normal, &plan.units, stage, frame)));
    }
    let mut params: ArrayVec<(usize, Group), PORTS> = ArrayVec::new();
    for (place, feeds) in unit.params.iter().enumerate().filter(|(_, feeds)| feeds.inner) {
        let (param, knob) = (&unit.spec.params[place], &stage.dials[unit.knob(place) as usize]);
        params.push((place, gather::param_frame(param, feeds, knob, &plan.units, stage, frame)));
    }
    let mut cell = unit.running.cell.borrow_mut();
    let Cell { intake, body } = &mut *cell;
    for &(place, volts) in &inputs {
        intake.set_input(place, frame, volts);
    }
    for &(place, value) in &params {
        intake.set_param(place, frame, value);
    }
    let inputs: ArrayVec<Signal<'_>, PORTS> = intake.inputs.iter().map(Buffer::signal).collect();
    let gathered = Gathered { inputs: &inputs, params: &intake.params, bypass: intake.bypass };
    body.process(simd, &call(unit, stage, frame..frame + 1), &gathered, frame..frame + 1);
}
