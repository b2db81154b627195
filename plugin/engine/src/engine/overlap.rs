//! Tail and head side by side within one call of the host: while the head renders a grid block, the tail renders the
//! one before; it catches up before the call ends, so that the host hears nothing late.
//!
//! Where else it must have caught up: at a grid line where a plan comes in, and where the patch may doze off, which is
//! decided by what the host has heard.

use manycord_modules::BLOCK;
use manycord_pool::{Hint, Outcome};

use super::Engine;
use super::deliver::Heard;
use crate::event::HostBlock;
use crate::plan::Plan;
use crate::run::rest::{self, Side};
use crate::run::tail::Tail;

/// Where a tail that catches up stands, in frames since the stream began.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Trail {
    /// It has rendered up to here.
    at: u64,
    /// It is rendering up to here.
    staged: u64,
    /// Number, plus 1, of the last grid block before which its groups were looked at.
    watched: u64,
}

impl Trail {
    /// Nothing is left to render before `frame`.
    pub(super) fn skip_to(&mut self, frame: u64) {
        (self.at, self.staged) = (frame, frame);
    }

    /// What was staged has been rendered.
    pub(super) fn arrive(&mut self) {
        self.at = self.staged;
    }

    /// Whether the tail takes part in the coming run.
    pub(super) fn moves(&self) -> bool {
        self.staged > self.at
    }
}

impl Engine {
    /// Frames of the host's block that can be heard when the head has rendered `done`.
    pub(super) fn heard(&self, done: usize) -> usize {
        let behind = if self.flow.job().overlapping().is_some() { self.frame - self.trail.at } else { 0 };
        done.saturating_sub(behind as usize)
    }

    /// Whether the tail must have caught up before the head crosses this grid line, where plans swap or do not.
    pub(super) fn must_catch_up(&self, swaps: bool) -> bool {
        // What it is to read is written anew in the block after the next.
        let is_last = self.trail.at + (BLOCK as u64) < self.frame;
        let behind = self.flow.job().overlapping().is_some() && self.trail.at < self.frame;
        behind && (is_last || swaps || self.is_still())
    }

    /// Renders what the tail still owes, into the host's block, of which the head has rendered `done` frames. Returns
    /// whether it could.
    pub(super) fn catch_up(&mut self, block: &mut HostBlock<'_>, done: usize, period_ns: u32) -> bool {
        let flow = self.flow.clone();
        let plan = flow.job();
        let Some(tail) = plan.overlapping() else { return true };
        while self.trail.at < self.frame {
            plan.stage.borrow_mut().from_block = u64::MAX;
            self.stage_tail(plan, tail);
            let share = (self.trail.staged - self.trail.at) as f32 / BLOCK as f32;
            let hint = Hint {
                serial_ns: (self.tail_cost_ns * share) as u32,
                useful: tail.useful,
                ..self.hint(plan, period_ns, 0)
            };
            if self.client.run(&flow, &hint) == Outcome::Late && !self.wait_if_nobody_listens(0) {
                return false;
            }
            self.deliver_tail(plan, block, done);
        }
        true
    }

    /// Lays out the next range of the tail: up to where the head has rendered, at most to the end of the grid block.
    fn stage_tail(&mut self, plan: &Plan, tail: &Tail) {
        let (block, start) = (self.trail.at / BLOCK as u64, (self.trail.at % BLOCK as u64) as usize);
        if start == 0 {
            self.watch_tail(plan);
        }
        let rendered = (self.frame - block * BLOCK as u64).min(BLOCK as u64) as usize;
        let end = rendered.min(tail.next_change(block + 1, start));
        tail.stage.borrow_mut().from_block = 0;
        tail.stage_alone(block + 1, start..end);
        self.trail.staged = block * BLOCK as u64 + end as u64;
    }

    /// The same beside the head, if the head is a grid block further by then: they never touch the same half of what
    /// is handed over.
    pub(super) fn stage_tail_beside_head(&mut self, plan: &Plan) {
        let Some(tail) = plan.overlapping() else { return };
        tail.keep(&plan.stage.borrow());
        if self.trail.at / (BLOCK as u64) < self.frame / BLOCK as u64 {
            self.stage_tail(plan, tail);
        } else {
            tail.stage.borrow_mut().from_block = u64::MAX;
            self.trail.staged = self.trail.at;
        }
    }

    /// Looks at the tail's groups where the head crosses a grid line and the tail stands at it too.
    pub(super) fn watch_level_tail(&mut self, plan: &Plan) {
        if self.trail.at == self.frame {
            self.watch_tail(plan);
        }
    }

    /// Looks once at the tail's groups before it crosses a grid line.
    fn watch_tail(&mut self, plan: &Plan) {
        let block = self.trail.at / BLOCK as u64;
        if std::mem::replace(&mut self.trail.watched, block + 1) != block + 1 {
            let head_is_ahead = self.frame >= (block + 1) * BLOCK as u64;
            rest::watch(plan, rest::patience(self.sample_rate), Side::Tail { head_is_ahead });
        }
    }

    /// Gives the host what the tail has just rendered; the head began its last range at frame `done` of the host's
    /// block.
    pub(super) fn deliver_tail(&mut self, plan: &Plan, host: &mut HostBlock<'_>, done: usize) {
        let (from, to) = (self.trail.at, self.trail.staged);
        self.trail.arrive();
        // What was due in a call that is over, since a module was late, is heard no more.
        let from = from.max(self.frame.saturating_sub(done as u64));
        if from < to {
            let block = from / BLOCK as u64;
            let start = (from % BLOCK as u64) as usize;
            let range = start..start + (to - from) as usize;
            let done = done - (self.frame - from) as usize;
            self.deliver(plan, host, Heard { block, range, done });
        }
    }
}
