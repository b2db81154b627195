//! What the units of a patch cost, recorded while it plays on one thread.

use std::collections::HashMap;
use std::time::Instant;

use manycord_engine::GraphReport;

use crate::pacing::SAMPLE_RATE;
use crate::piece::Piece;
use crate::quantile::Quantiles;

/// Readings of the units' costs, and frames from one to the next.
const READINGS: usize = 20;
const EVERY: usize = SAMPLE_RATE as usize / 20;

/// Costs for a whole block, in ns.
pub(super) struct Record {
    /// By module, or section of one, and group of lanes.
    units: HashMap<(String, u32), f32>,
    /// Of a whole block, all that is around the tasks included.
    pub(super) block_ns: f64,
}

impl Record {
    /// Plays a second in blocks of so many frames, which must be the engine's own.
    pub(super) fn of(piece: &mut Piece, block: usize) -> Record {
        let mut readings: HashMap<(String, u32), Vec<f64>> = HashMap::new();
        let mut blocks = Vec::new();
        for _ in 0..READINGS {
            for _ in 0..EVERY / block {
                let begun = Instant::now();
                piece.block(block);
                blocks.push(begun.elapsed().as_secs_f64() * 1e9);
            }
            for part in piece.control.graph().tasks.into_iter().flat_map(|task| task.parts) {
                readings.entry((part.name(), part.group)).or_default().push(f64::from(part.cost_ns));
            }
        }
        // Medians: now and then the machine does something else.
        let median = |(unit, costs)| (unit, Quantiles::of(costs).median() as f32);
        let units = readings.into_iter().map(median).collect();
        Record { units, block_ns: Quantiles::of(blocks).median() }
    }

    /// Puts the recorded costs into a plan of the same patch.
    pub(super) fn apply(&self, plan: &mut GraphReport) {
        for task in &mut plan.tasks {
            for part in &mut task.parts {
                let unit = (part.name(), part.group);
                part.cost_ns = self.units.get(&unit).copied().unwrap_or(0.0);
            }
            task.cost_ns = task.parts.iter().map(|part| part.cost_ns).sum();
        }
        plan.total_ns = plan.tasks.iter().map(|task| task.cost_ns).sum();
    }
}
