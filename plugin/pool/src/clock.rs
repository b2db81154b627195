//! Time since the pool was made.

/// A clock that never goes back, whatever happens to the time of day.
#[derive(Debug)]
pub(crate) struct Clock {
    #[cfg(not(shuttle))]
    base: std::time::Instant,
    /// Under the checker each look takes a tenth of a millisecond: schedules can be repeated, and are short.
    #[cfg(shuttle)]
    looks: std::sync::atomic::AtomicU64,
}

impl Clock {
    #[cfg(not(shuttle))]
    pub(crate) fn new() -> Clock {
        Clock { base: std::time::Instant::now() }
    }

    /// Nanoseconds.
    #[cfg(not(shuttle))]
    pub(crate) fn ns(&self) -> u64 {
        self.base.elapsed().as_nanos() as u64
    }

    #[cfg(shuttle)]
    pub(crate) fn new() -> Clock {
        Clock { looks: std::sync::atomic::AtomicU64::new(0) }
    }

    #[cfg(shuttle)]
    pub(crate) fn ns(&self) -> u64 {
        self.looks.fetch_add(100_000, std::sync::atomic::Ordering::Relaxed)
    }
}
