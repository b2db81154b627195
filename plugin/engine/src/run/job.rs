//! The pool's view of a plan: run the task with this number.

use std::ops::Range;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use arrayvec::ArrayVec;
use atomic_refcell::AtomicRef;
use manycord_modules::{BLOCK, Group, LaneEvent, Signal, Simd, Work};
use manycord_pool::{Job, Seat};

use super::body::{Body, Call, Gathered};
use super::cycle::Cycle;
use super::gather;
use super::running::Cell;
use super::stage::Stage;
use crate::plan::{PORTS, Plan, PlanUnit, Step, bits};

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
                Step::Cycle(members) => self.level.run(Cycle { plan: self, stage, members, seat }),
            }
        }
        if let Some(begun_ns) = begun_ns {
            self.recorder.task_ended(task, seat.number(), begun_ns);
        }
    }

    fn lost(&self, task: usize, unit: Option<u32>) {
        let unit = unit.unwrap_or_else(|| self.tasks[task].steps[0].units()[0]);
        let unit = &self.units[unit as usize];
        unit.running.meter.lose();
        if !unit.spec.unproven {
            // It reads its inputs where they were put out: they stay borrowed as it does.
            let feeds = unit.inputs.iter().flat_map(|feeds| &feeds.cables);
            for tap in feeds.flat_map(|feed| &feed.taps) {
                self.units[tap.unit as usize].running.meter.lose();
            }
        }
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
    fn run<S: Simd>(self, simd: S) {
        let Render { plan, stage, number } = self;
        let unit = &plan.units[number];
        let mut cell = unit.running.cell.borrow_mut();
        let Cell { intake, body } = &mut *cell;
        if body.asleep {
            hand_over(unit, body, stage);
            return;
        }
        let begun = stage.measured.then(Instant::now);
        intake.settle(unit, stage);
        let mut read: ArrayVec<Option<AtomicRef<'_, [Group; BLOCK]>>, PORTS> = ArrayVec::new();
        for place in 0..intake.inputs.len() {
            if intake.plain >> place & 1 == 1 {
                read.push(Some(gather::plain(place, unit, &plan.units, stage)));
                continue;
            }
            if unit.fed >> place & 1 == 1 {
                gather::input(intake.inputs[place].moving(), place, unit, &plan.units, stage);
            }
            read.push(None);
        }
        for place in bits(unit.modulated) {
            intake.modulate(place, unit, &plan.units, stage);
        }
        let mut inputs: ArrayVec<Signal<'_>, PORTS> = ArrayVec::new();
        for (plain, buffer) in read.iter().zip(&intake.inputs) {
            inputs.push(plain.as_ref().map_or(buffer.signal(), |frames| Signal::moving(frames)));
        }
        let gathered = Gathered { inputs: &inputs, params: &intake.params, bypass: intake.bypass };
        body.process(simd, &call(unit, stage, stage.range.clone()), &gathered, stage.range.clone());
        hand_over(unit, body, stage);
        if let Some(begun) = begun {
            note_cost(&unit.running.meter.cost_ns, begun.elapsed(), stage.range.len());
        }
    }
}

/// Puts the staged range of a unit's outputs where the tail finds it one block later.
pub(super) fn hand_over(unit: &PlanUnit, body: &Body, stage: &Stage) {
    match unit.running.handed.get() {
        Some(handed) if unit.hands && body.asleep => handed.write_silence(stage.block),
        Some(handed) if unit.hands => handed.write(stage, unit, body),
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
        folded: unit.folded,
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

#[cfg(test)]
mod tests {
    use manycord_modules::CATALOG;
    use manycord_pool::{Config, Pool};

    use super::*;
    use crate::{EngineSetup, Patch, start};

    const PATCH: &str = r#"
manycord = 1
module = [{ id = "lfo", kind = "lfo" }, { id = "osc", kind = "vco" }, { id = "filter", kind = "svf" }, { id = "out", kind = "output" }]
cable = [{ from = "lfo.sine", to = "osc.fm" }, { from = "osc.saw", to = "filter.in" }, { from = "filter.low", to = "out.left" }]
"#;

    #[test]
    fn who_does_not_return_keeps_what_it_reads() {
        let patch = Patch::parse(PATCH, "test").unwrap();
        let pool = Pool::new(&Config { workers: Some(1), ..Config::default() });
        let setup = EngineSetup { sample_rate: 48_000.0, call_frames: 0, pool, patch, catalog: CATALOG };
        let (_control, engine) = start(setup).unwrap();
        let plan = engine.flow.job();
        let module = |unit: u32| &*plan.modules[plan.units[unit as usize].module as usize].id;
        let filter = (0..plan.units.len() as u32).find(|&unit| module(unit) == "filter").unwrap();
        assert!(plan.is_sound());
        plan.lost(0, Some(filter));
        let is_lost = |unit: &u32| plan.units[*unit as usize].running.meter.is_lost();
        let lost: Vec<&str> = (0..plan.units.len() as u32).filter(is_lost).map(module).collect();
        assert_eq!(lost, ["osc", "filter"]);
        assert!(!plan.is_sound());
    }
}
