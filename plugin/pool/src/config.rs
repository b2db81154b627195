//! How a pool is made.

/// Settings of a pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Worker threads; `None`: as many as the machine's usable CPUs less one, at most [`Config::MOST`].
    pub workers: Option<usize>,
    /// What workers do between blocks.
    pub idle: IdlePolicy,
    /// Hands every run that has any width over, however little there is to do: for tests, since it is slower.
    pub eager: bool,
    /// Whether workers keep off the CPU of the thread that they work for; without it they often wait for that very
    /// thread.
    pub placement: bool,
}

impl Default for Config {
    fn default() -> Config {
        Config { workers: None, idle: IdlePolicy::default(), eager: false, placement: true }
    }
}

impl Config {
    /// Most workers of a pool; a block of sound rarely has more to do at once.
    pub const MOST: usize = 63;

    pub(crate) fn worker_count(&self) -> usize {
        let wanted = self.workers.unwrap_or_else(|| crate::system::usable_cpus().saturating_sub(1));
        wanted.min(Self::MOST)
    }
}

/// What workers do between blocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IdlePolicy {
    /// Sleep until woken: nothing burnt, 50 µs late.
    Park,
    /// Never sleep: at once there, a whole core burnt per worker.
    Spin,
    /// Sleep, and be awake just before the next block of a periodic host.
    #[default]
    Anticipate,
}
