//! Whether a plan still fits what its units cost: if not, the same patch is compiled again, off the audio path.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crate::compile::{Calls, cost};
use crate::plan::{PlanFlow, Task, longest_paths};
use crate::telemetry::Pulse;

/// Share by which the work or the longest path must have changed.
const SHARE: f32 = 0.25;
/// Changes below this are not worth a new plan, in ns per block: about a hand-off for each of a few tasks.
const LEAST_NS: f32 = 5_000.0;
/// Least time between two looks, and so between two plans.
const EVERY: Duration = Duration::from_secs(1);
/// Seconds of sound that a plan plays before its costs count: each unit is then measured ten times.
const WARM_SECONDS: f32 = 0.25;

/// When it was last looked.
#[derive(Default)]
pub(crate) struct Drift {
    looked: Option<Instant>,
}

impl Drift {
    /// Whether a plan should be made anew, by what the engine tells.
    pub(crate) fn calls_for_new_plan(&mut self, flow: &PlanFlow, pulse: &Pulse, sample_rate: f32) -> bool {
        if self.looked.is_some_and(|looked| looked.elapsed() < EVERY) {
            return false;
        }
        // Acquire: pairs with the engine's Release when it took the plan in.
        let installed = flow.job().installed.load(Ordering::Acquire);
        if installed == 0 || pulse.frames < installed + (WARM_SECONDS * sample_rate) as u64 {
            return false;
        }
        self.looked = Some(Instant::now());
        let are_long = |frames| Calls { frames, ..Calls::default() }.are_long();
        are_long(flow.job().call_frames) != are_long(pulse.block_frames as usize) || has_drifted(flow)
    }
}

/// Whether the work of a block or its longest path is no longer what the plan was made for.
fn has_drifted(flow: &PlanFlow) -> bool {
    let plan = flow.job();
    let units_ns =
        |units: &[u32]| units.iter().map(|&unit| cost(&plan.units[unit as usize]).now).sum::<f32>();
    let task_ns = |task: &Task| task.steps.iter().map(|step| units_ns(step.units())).sum();
    let costs: Vec<f32> = plan.tasks.iter().map(task_ns).collect();
    let differs = |was: f32, is: f32| (is - was).abs() > (was.min(is) * SHARE).max(LEAST_NS);
    let critical = longest_paths(flow.graph(), &costs).into_iter().fold(0.0, f32::max);
    differs(plan.costs.now.total_ns, costs.iter().sum()) || differs(plan.costs.now.critical_ns, critical)
}
