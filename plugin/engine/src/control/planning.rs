//! How the work is shared out, and what came of it: none of this changes the sound.

use std::sync::atomic::Ordering;

use super::Control;
use crate::compile::Overlap;
use crate::plan::PlanUnit;
use crate::plan_report::{self, GraphReport};
use crate::timeline::{self, Timeline};

impl Control {
    /// Says whether [`Control::collect`] shares the work out anew by itself when costs have changed. It does at first.
    pub fn adapt(&mut self, adapts: bool) {
        self.adapts = adapts;
    }

    /// Shares the work of the playing patch out anew, by what its units cost now. The sound does not change.
    pub fn replan(&mut self) {
        // It compiled before.
        let _ = self.compile(self.playing.clone(), self.fading, true);
    }

    /// Says when head and tail of a patch may render side by side, and makes a plan for it. The sound does not change.
    pub fn overlap(&mut self, overlap: Overlap) {
        self.calls.overlap = overlap;
        self.replan();
    }

    /// Replaces what modules (by id and group of lanes) were measured to cost, in ns for a whole block: for tests and
    /// forecasts. Sections share it evenly. Measurements go on from there.
    pub fn assume_costs(&self, mut cost_ns: impl FnMut(&str, u32) -> f32) {
        let plan = self.newest.job();
        let is_same = |a: &&PlanUnit, b: &&PlanUnit| (a.module, a.group) == (b.module, b.group);
        let units: Vec<&PlanUnit> = plan.units.iter().collect();
        for units in units.chunk_by(is_same) {
            let whole_ns = cost_ns(&plan.modules[units[0].module as usize].id, units[0].group);
            let each_ns = whole_ns / units.len() as f32;
            units.iter().for_each(|unit| unit.running.meter.cost_ns.store(each_ns, Ordering::Relaxed));
        }
    }

    /// Tasks of the newest plan, with their costs as measured so far.
    pub fn graph(&self) -> GraphReport {
        plan_report::graph(&self.newest)
    }

    /// Makes plans for so many threads from the next edit on, whatever the pool has: to learn what another
    /// machine would do. The sound does not depend on it.
    pub fn plan_for(&mut self, threads: usize) {
        self.threads = threads.max(1);
    }

    /// Asks the newest plan to take down who runs what when, once.
    pub fn record(&mut self) {
        self.newest.job().recorder.want();
        self.recorded = Some(self.newest.clone());
    }

    /// What [`Control::record`] asked for, once the engine has rendered it; told once.
    pub fn timeline(&mut self) -> Option<Timeline> {
        let timeline = timeline::read(self.recorded.as_ref()?)?;
        self.recorded = None;
        Some(timeline)
    }
}
