//! What each figure must be.

use crate::rows::Target;

use super::fixture::{WORKERS, at_once};

/// What a figure must be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bound {
    /// Name of the figure.
    pub metric: &'static str,
    /// Its unit.
    pub unit: &'static str,
    /// What it must be; `None`: it is told, not judged.
    pub target: Option<Target>,
    /// Whether other programs on the machine can spoil it: it may then be measured again.
    pub is_timing: bool,
}

const fn timing(metric: &'static str, unit: &'static str, target: Target) -> Bound {
    Bound { metric, unit, target: Some(target), is_timing: true }
}

/// Something that must not be, however busy the machine is.
const fn none_of(metric: &'static str, unit: &'static str) -> Bound {
    Bound { metric, unit, target: Some(Target::AtMost(0.0)), is_timing: false }
}

const fn told(metric: &'static str, unit: &'static str) -> Bound {
    Bound { metric, unit, target: None, is_timing: false }
}

/// All figures; that of `workers_at_once` depends on the machine, see [`bound`].
pub const BOUNDS: &[Bound] = &[
    timing("pool_creation_ms", "ms", Target::AtMost(20.0)),
    none_of("first_run_allocations", ""),
    Bound {
        metric: "memory_per_worker_kb",
        unit: "kB",
        target: Some(Target::AtMost(1_024.0)),
        is_timing: false,
    },
    timing("cold_submit_us", "us", Target::AtMost(2.0)),
    timing("cold_round_trip_us", "us", Target::AtMost(500.0)),
    told("cold_wake_us", "us"),
    none_of("threads_spawned", ""),
    timing("warm_submit_us_p99", "us", Target::AtMost(2.0)),
    timing("stream_round_trip_us_p50", "us", Target::AtMost(5.0)),
    timing("parked_round_trip_us_p99", "us", Target::AtMost(150.0)),
    timing("concurrent_submit_us", "us", Target::AtMost(10.0)),
    timing("workers_at_once", "", Target::AtLeast(1.0)),
    told("all_cores_busy_us", "us"),
    timing("parallel_efficiency", "share", Target::AtLeast(0.9)),
    told("control_efficiency", "share"),
    timing("share_of_control", "share", Target::AtLeast(0.9)),
    none_of("copied_bytes", "B"),
    timing("visibility_us_p50", "us", Target::AtMost(1.0)),
    none_of("growth_bytes", "B"),
    none_of("growth_allocations", ""),
    none_of("threads_changed", ""),
    told("growth_resident_kb", "kB"),
    timing("panic_detect_us", "us", Target::AtMost(1_000.0)),
    none_of("neighbours_changed", ""),
    timing("thread_replace_ms", "ms", Target::AtMost(100.0)),
    timing("thread_gap_ms", "ms", Target::AtMost(20.0)),
    timing("neighbour_gap_ms", "ms", Target::AtMost(20.0)),
    timing("stuck_recover_ms", "ms", Target::AtMost(50.0)),
    none_of("stuck_unnamed", ""),
    none_of("stuck_allocations", ""),
    none_of("tasks_lost", ""),
    none_of("outputs_changed", ""),
    told("orders_seen", ""),
    timing("shutdown_ms", "ms", Target::AtMost(50.0)),
    none_of("left_behind", ""),
];

/// What the figure of this name must be on this machine.
///
/// # Panics
/// When there is no such figure.
pub fn bound(metric: &str) -> Bound {
    let known = BOUNDS.iter().find(|bound| bound.metric == metric);
    let mut bound = *known.unwrap_or_else(|| panic!("there is no figure `{metric}`"));
    if metric == "workers_at_once" {
        bound.target = Some(Target::AtLeast(at_once(WORKERS) as f64));
    }
    bound
}
