//! The pool's view of a plan: run the task with this number.

use std::ops::Range;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use manycord_modules::{LaneEvent, Work};
use manycord_pool::{Job, Seat};

use super::cell::{Call, Cell};
use super::stage::Stage;
use super::{cycle, gather};
use crate::plan::{Plan, PlanUnit, Step};

impl Job for Plan {
    fn run(&self, task: usize, seat: &Seat) {
        let begun_ns = self.recorder.task_begins();
        let head = self.stage.borrow();
        let tail = self.tail.as_ref().map(|tail| tail.stage.borrow());
        for step in &self.tasks[task].steps {
            let first = step.units()[0];
            if !seat.enter(first) {
                return;
            }
            let stage = tail.as_ref().filter(|_| self.units[first as usize].tail).unwrap_or(&head);
            match step {
                _ if stage.rests() => {}
                Step::Unit(unit) => self.level.run(Render { plan: self, stage, number: *unit as usize }),
                Step::Cycle(members) => cycle::render(self, stage, members, seat),
            }
        }
        if let Some(begun_ns) = begun_ns {
            self.recorder.task_ended(task, seat.number(), begun_ns);
        }
    }

    fn lost(&self, task: usize, unit: Option<u32>) {
        let unit = unit.unwrap_or_else(|| self.tasks[task].steps[0].units()[0]);
        self.units[unit as usize].running.meter.lose();
    }
}

/// One unit for the staged range.
struct Render<'a> {
    plan: &'a Plan,
    stage: &'a Stage,
    number: usize,
}

impl Work for Render<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Render { plan, stage, number } = self;
        let unit = &plan.units[number];
        let mut cell = unit.running.cell.borrow_mut();
        if cell.asleep {
            hand_over(unit, &cell, stage);
            return;
        }
        let begun = stage.measured.then(Instant::now);
        let cell = &mut *cell;
        let range = stage.range.clone();
        for (place, signal) in cell.inputs.iter_mut().enumerate() {
            let normal = unit.spec.inputs[place].normal;
            gather::input(signal, &unit.inputs[place], normal, &plan.units, stage, range.clone());
        }
        for (place, signal) in cell.params.iter_mut().zip(&mut cell.held).enumerate() {
            let knob = &stage.dials[unit.knob(place) as usize];
            let param = &unit.spec.params[place];
            gather::param(signal, param, &unit.params[place], knob, &plan.units, stage, range.clone());
        }
        cell.process(&call(unit, stage, range.clone()), range.clone());
        hand_over(unit, cell, stage);
        if let Some(begun) = begun {
            note_cost(&unit.running.meter.cost_ns, begun.elapsed(), range.len());
        }
    }
}

/// Puts the staged range of a unit's outputs where the tail finds it one block later.
pub(super) fn hand_over(unit: &PlanUnit, cell: &Cell, stage: &Stage) {
    match unit.running.handed.get() {
        Some(handed) if unit.hands && cell.asleep => handed.write_silence(stage.block),
        Some(handed) if unit.hands => handed.write(stage.block, &cell.outputs, stage.range.clone()),
        _ => {}
    }
}

/// What a unit needs besides its signals to render a part of the staged range.
pub(super) fn call<'a>(unit: &'a PlanUnit, stage: &'a Stage, part: Range<usize>) -> Call<'a> {
    Call {
        stage,
        meter: &unit.running.meter,
        events: unit.events.map_or(&[][..], |list| within(&stage.events[list as usize], part)),
        patched: unit.patched,
        wanted: unit.wanted,
        lanes: unit.lanes,
        routes: unit.spec.bypass,
        bypass: unit.bypass,
    }
}

/// The events of a part of the range; they are sorted by frame.
fn within(events: &[LaneEvent], part: Range<usize>) -> &[LaneEvent] {
    let first = events.partition_point(|event| event.frame < part.start);
    let end = events.partition_point(|event| event.frame < part.end);
    &events[first..end]
}

/// Smooths a measured time into a cost per whole block. A thread that lost its CPU meanwhile took long for no
/// fault of the unit's: one measurement adds little, and costs fall sooner than they rise.
// Ordering: the number stands for itself and only steers choices that do not change the sound.
pub(super) fn note_cost(cost: &atomic_float::AtomicF32, took: Duration, frames: usize) {
    let ns = took.as_nanos() as f32 * (manycord_modules::BLOCK as f32 / frames as f32);
    let before = cost.load(Ordering::Relaxed);
    let change = if ns > before { (ns - before).min(before) * 0.125 } else { (ns - before) * 0.25 };
    cost.store(if before == 0.0 { ns } else { before + change }, Ordering::Relaxed);
}
