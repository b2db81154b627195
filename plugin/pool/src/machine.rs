//! Which CPUs we may use.

/// CPUs that this process may keep busy: its affinity mask, less what a control group's quota leaves.
pub fn usable_cpus() -> usize {
    // The standard library reads the affinity mask of the calling thread and the quotas of both kinds of
    // control groups.
    std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get)
}
