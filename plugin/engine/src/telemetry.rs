//! How it goes, for whoever watches: written by the audio side once per host block, never waited for.

use std::sync::atomic::Ordering;

use crate::plan::Plan;

/// The pulse of the engine.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pulse {
    /// Frames rendered since the stream began.
    pub frames: u64,
    /// Greatest magnitude of left and right in the last block, 1.0 = 0 dBFS.
    pub peak: [f32; 2],
    /// Notes held or sustained.
    pub voices: u32,
    /// Rendering time over block length, smoothed; 1 is the limit.
    pub load: f32,
    /// Frames of the last block.
    pub block_frames: u32,
    /// Longest block since the engine was made, in µs.
    pub longest_block_us: f32,
}

impl Pulse {
    pub(crate) fn note_block(&mut self, took_ns: f32, frames: usize, sample_rate: f32) {
        if frames > 0 {
            self.block_frames = frames as u32;
            let length_ns = frames as f32 / sample_rate * 1e9;
            self.load += (took_ns / length_ns - self.load) * 0.05;
            self.longest_block_us = self.longest_block_us.max(took_ns * 1e-3);
        }
    }
}

pub(crate) type PulseWriter = triple_buffer::Input<Pulse>;

/// What the editing side sees of one module.
#[derive(Clone, Debug, PartialEq)]
pub struct ModuleReport {
    /// The module's id in the patch.
    pub id: String,
    /// Rendering time over block length, all groups together.
    pub load: f32,
    /// Greatest magnitude on its outputs, in volts, falling slowly.
    pub level: f32,
    /// Times that it put out something non-finite and was reset.
    pub resets: u32,
    /// Whether it panicked or did not return, and was silenced.
    pub quarantined: bool,
}

/// Reports of a plan's modules, in patch order.
// Ordering: each number stands for itself.
pub(crate) fn modules(plan: &Plan, block_ns: f32) -> Vec<ModuleReport> {
    let report = |module: &crate::plan::PlanModule| {
        let meters = || plan.meters(module);
        ModuleReport {
            id: module.id.to_string(),
            load: meters().map(|meter| meter.cost_ns.load(Ordering::Relaxed)).sum::<f32>() / block_ns,
            level: meters().map(|meter| meter.level.load(Ordering::Relaxed)).fold(0.0, f32::max),
            resets: meters().map(|meter| meter.resets.load(Ordering::Relaxed)).sum(),
            quarantined: meters().any(|meter| meter.is_quarantined()),
        }
    };
    plan.modules.iter().map(report).collect()
}
