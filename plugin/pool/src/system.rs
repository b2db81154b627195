//! What we ask of the operating system: where threads run, how they sleep, whether they still live. Nothing here needs
//! privileges; what the system refuses is done without.

#[cfg(all(target_os = "linux", not(any(miri, loom, shuttle))))]
pub(crate) mod futex;
#[cfg(all(target_os = "linux", not(any(miri, loom, shuttle))))]
mod linux;
#[cfg(not(all(target_os = "linux", not(any(miri, loom, shuttle)))))]
mod plain;

#[cfg(all(target_os = "linux", not(any(miri, loom, shuttle))))]
pub(crate) use linux::{
    Identity, Placement, Scheduling, current_cpu, demote, give_way, precise_timers, reap, stay_loaded,
    this_thread, workers_of_others,
};
#[cfg(not(all(target_os = "linux", not(any(miri, loom, shuttle)))))]
pub(crate) use plain::{
    Identity, Placement, Scheduling, current_cpu, demote, give_way, precise_timers, reap, stay_loaded,
    this_thread, workers_of_others,
};

/// CPUs that this process may keep busy: its affinity mask, less what a control group's quota leaves.
pub fn usable_cpus() -> usize {
    // The standard library reads the affinity mask of the calling thread and the quotas of both kinds of
    // control groups.
    std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get)
}
