//! What was rendered on its way to the host.

use std::ops::Range;

use manycord_modules::{BLOCK, Group, LANES};

use super::{Engine, FULL_SCALE_VOLTS};
use crate::event::HostBlock;
use crate::plan::Plan;

/// Frames that have been rendered, and where they belong.
pub(super) struct Heard {
    /// Number of the grid block.
    pub(super) block: u64,
    /// Frames of that block.
    pub(super) range: Range<usize>,
    /// Where they begin in the host's block.
    pub(super) done: usize,
}

impl Engine {
    /// Sums the Output modules into the host's block.
    pub(super) fn deliver(&mut self, plan: &Plan, host: &mut HostBlock<'_>, heard: Heard) {
        let Heard { block, range, done } = heard;
        let end = done + range.len();
        // A tail renders what was handed over one block before; one that catches up does so in that very block.
        let read = block + u64::from(plan.overlapping().is_some());
        for (side, host) in host.outputs.iter_mut().enumerate() {
            let host = &mut host[done..end];
            match self.parting.heard(plan, block, side) {
                Some(volts) => host.copy_from_slice(&volts[range.clone()]),
                None => {
                    host.fill(0.0);
                    sum_outputs(plan, read, side, range.start, host);
                }
            }
            let peak = scale(host);
            self.doze.note(block, peak);
            self.pulse.peak[side] = self.pulse.peak[side].max(peak);
        }
        self.late.fade_in(&mut host.outputs, done..end);
        self.declick.apply(&mut host.outputs, done..end);
        for (last, host) in self.last.iter_mut().zip(&host.outputs) {
            *last = host[end - 1];
        }
    }
}

/// Turns volts into the host's samples; returns the greatest magnitude.
fn scale(samples: &mut [f32]) -> f32 {
    // In eight turns, so that no sample waits for the one before.
    let mut peaks = Group::ZERO;
    for eight in samples.chunks_mut(LANES) {
        for (peak, sample) in peaks.0.iter_mut().zip(eight) {
            *sample *= 1.0 / FULL_SCALE_VOLTS;
            *peak = if sample.abs() > *peak { sample.abs() } else { *peak };
        }
    }
    peaks.peak()
}

/// Adds up what the Output modules of a plan put out on a side, from a frame of the block on.
pub(super) fn sum_outputs(plan: &Plan, block: u64, side: usize, start: usize, volts: &mut [f32]) {
    let mut add = |output: &[Group; BLOCK]| {
        for (volts, group) in volts.iter_mut().zip(&output[start..]) {
            *volts += group[0];
        }
    };
    for &number in &plan.outputs {
        let unit = &plan.units[number as usize];
        match unit.running.handed.get() {
            Some(handed) if unit.hands => add(&handed.read(block).outputs[side]),
            _ => add(&plan.cell(number).borrow().body.outputs[side]),
        }
    }
}
