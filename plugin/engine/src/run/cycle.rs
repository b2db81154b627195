//! Feedback: the units of a cycle step frame by frame, so that a back edge has exactly one frame of delay.

use std::time::Instant;

use arrayvec::ArrayVec;
use manycord_modules::Group;
use manycord_pool::Seat;

use super::gather;
use super::job::{call, hand_over, note_cost};
use super::stage::Stage;
use crate::plan::{Plan, PlanUnit};

/// Ports that a cycle can reach on one unit; specs have at most 32 inputs and 32 params.
const PORTS: usize = 64;

/// Renders the members of a cycle for the staged range.
pub(super) fn render(plan: &Plan, stage: &Stage, members: &[u32], seat: &Seat) {
    let is_awake = |unit: &&u32| !plan.cell(**unit).borrow().asleep;
    let awake = members.iter().filter(is_awake).count() as u32;
    if awake == members.len() as u32 {
        step_through(plan, stage, members.iter().copied(), awake, seat);
    } else if awake > 0 {
        step_through(plan, stage, members.iter().filter(is_awake).copied(), awake, seat);
    }
    for &unit in members {
        hand_over(&plan.units[unit as usize], &plan.cell(unit).borrow(), stage);
    }
}

/// Steps the `count` members that are awake through the staged range.
fn step_through(
    plan: &Plan,
    stage: &Stage,
    members: impl Iterator<Item = u32> + Clone,
    count: u32,
    seat: &Seat,
) {
    let begun = stage.measured.then(Instant::now);
    for unit in members.clone() {
        gather_outer(plan, stage, &plan.units[unit as usize]);
    }
    for frame in stage.range.clone() {
        for unit in members.clone() {
            seat.note(unit);
            step(plan, stage, &plan.units[unit as usize], frame);
        }
    }
    if let Some(begun) = begun {
        // The members' times cannot be told apart frame by frame: each takes an even share.
        let took = begun.elapsed() / count;
        for unit in members {
            note_cost(&plan.units[unit as usize].running.meter.cost_ns, took, stage.range.len());
        }
    }
}

/// Gathers what comes from outside the cycle, for the whole range.
fn gather_outer(plan: &Plan, stage: &Stage, unit: &PlanUnit) {
    let mut cell = unit.running.cell.borrow_mut();
    let cell = &mut *cell;
    for (place, signal) in cell.inputs.iter_mut().enumerate() {
        let feeds = &unit.inputs[place];
        if !feeds.inner {
            let normal = unit.spec.inputs[place].normal;
            gather::input(signal, feeds, normal, &plan.units, stage, stage.range.clone());
        }
    }
    for (place, signal) in cell.params.iter_mut().zip(&mut cell.held).enumerate() {
        let feeds = &unit.params[place];
        if !feeds.inner {
            let (param, knob) = (&unit.spec.params[place], &stage.dials[unit.knob(place) as usize]);
            gather::param(signal, param, feeds, knob, &plan.units, stage, stage.range.clone());
        }
    }
}

/// Renders one frame of one member.
fn step(plan: &Plan, stage: &Stage, unit: &PlanUnit, frame: usize) {
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
    for &(place, value) in &inputs {
        cell.inputs[place].moving()[frame] = value;
    }
    for &(place, value) in &params {
        cell.params[place].moving()[frame] = value;
        cell.held[place] = f32::NAN;
    }
    cell.process(&call(unit, stage, frame..frame + 1), frame..frame + 1);
}
