//! Pipelined plans come and go: the tail of a plan that leaves still owes the block that its head has rendered.
//! It plays it at once, into a buffer that the host hears over the block to come, so that the next plan finds all
//! units at the same frame.

use std::sync::Arc;

use manycord_modules::BLOCK;
use manycord_pool::Outcome;

use super::Engine;
use super::deliver::sum_outputs;
use crate::plan::{Plan, PlanFlow};
use crate::run::rest::{self, Side};
use crate::run::tail::Tail;

/// What the host hears while the tail of a new plan has nothing to render yet, in volts.
#[derive(Debug)]
pub(crate) struct Parting {
    sides: [[f32; BLOCK]; 2],
    /// Number of the grid block over which it is heard.
    block: u64,
    /// Number of the last grid block at whose start a leaving plan's tail has played what it owed.
    paid: u64,
    /// Another patch begins when it is over.
    fresh: bool,
}

impl Parting {
    /// Silence over the first block of the stream.
    pub(crate) fn new() -> Parting {
        Parting { sides: [[0.0; BLOCK]; 2], block: 0, paid: u64::MAX, fresh: false }
    }

    /// Volts of a side over the block, if this is what the host hears.
    pub(super) fn heard(&self, plan: &Plan, block: u64, side: usize) -> Option<&[f32; BLOCK]> {
        (plan.is_pipelined() && self.block == block).then(|| &self.sides[side])
    }

    /// What was to be heard is forgotten.
    pub(super) fn silence(&mut self) {
        self.sides = [[0.0; BLOCK]; 2];
    }
}

impl Engine {
    /// Before the plan leaves at a grid line: its tail plays the block that it owes. Returns whether it has.
    pub(super) fn part(&mut self, period_ns: u32) -> bool {
        let flow = self.flow.clone();
        let plan = flow.job();
        let block = self.frame / BLOCK as u64;
        // Once only: a tail that was late here would be late again, and no plan would ever come in.
        let owes = std::mem::replace(&mut self.parting.paid, block) != block;
        let owing = |tail: &&Tail| owes && !tail.catches_up && !tail.rests(block);
        if let Some(tail) = plan.tail.as_ref().filter(owing) {
            rest::watch(plan, rest::patience(self.sample_rate), Side::Tail { head_is_ahead: true });
            plan.stage.borrow_mut().from_block = u64::MAX;
            let mut start = 0;
            while start < BLOCK {
                let end = tail.next_change(block, start);
                tail.stage_alone(block, start..end);
                let hint = self.hint(plan, period_ns, end - start);
                if self.client.run(&flow, &hint) == Outcome::Late && !self.wait_if_nobody_listens(0) {
                    return false;
                }
                start = end;
            }
        }
        true
    }

    /// After plans were taken in at a grid line: what the host hears while their tail has nothing to render, and how
    /// it gets there without a click. `old` was heard so far, `fresh` says that another patch begins.
    pub(super) fn bridge(&mut self, old: &Arc<PlanFlow>, fresh: bool) {
        let (old, flow) = (old.job(), self.flow.clone());
        let (was, is) = (old.is_pipelined(), flow.job().is_pipelined());
        let ramp = flow.job().ramp_frames;
        if is {
            self.parting.block = self.frame / BLOCK as u64;
            self.parting.fresh = fresh && was;
            for side in 0..2 {
                let mut volts = [0.0; BLOCK];
                // A plan that was given up keeps its cells.
                if (was || !fresh) && old.is_sound() {
                    sum_outputs(old, self.parting.block, side, 0, &mut volts);
                }
                self.parting.sides[side] = volts;
            }
        }
        match (was == is, fresh) {
            (true, false) => {}
            // The old patch is still heard.
            (true, true) if is => {}
            (_, true) => self.declick.start(self.last, ramp),
            // 64 frames come twice, or never.
            (false, false) => self.declick.bridge(self.last, ramp),
        }
    }

    /// After a gap, at a grid line: what was handed over before is gone.
    pub(super) fn restart_tail(&mut self) {
        let (flow, block) = (self.flow.clone(), self.frame / BLOCK as u64);
        if let Some(tail) = &flow.job().tail {
            tail.begin(&flow.job().stage.borrow(), block);
            self.trail.skip_to(self.frame);
            self.parting.block = block;
            self.parting.silence();
        }
    }

    /// At the grid line where the parting block is over.
    pub(super) fn end_parting(&mut self) {
        if std::mem::take(&mut self.parting.fresh) {
            self.declick.start(self.last, self.flow.job().ramp_frames);
        }
    }
}
