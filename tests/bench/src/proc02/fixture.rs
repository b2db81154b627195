//! What the rows share: a pool of the report's size, flows made of a closure, one clock.

use std::sync::{Arc, LazyLock};
use std::time::Instant;

use manycord_pool::{Client, Config, Flow, Graph, Hint, Job, Pool, Seat};
use manycord_tests::held::Thread;

/// Workers of the report's pool; the caller takes part besides.
pub const WORKERS: usize = 8;

/// Makes the workers take part, whatever a run costs.
pub const TOGETHER: Hint =
    Hint { serial_ns: u32::MAX, useful: WORKERS as u32 + 1, period_ns: 0, patience_ns: None };

/// A pool of the report's size.
pub fn pool() -> Arc<Pool> {
    Pool::new(&Config { workers: Some(WORKERS), ..Config::default() })
}

/// Waits until the pool's supervisor sleeps. It runs when the pool is made, but may still be giving back what its start
/// needed, which would be counted.
pub fn await_supervisor() {
    while !Thread::named("manycord-super").iter().any(|thread| thread.sleeps) {
        std::thread::yield_now();
    }
}

/// A seat of a pool that has few clients.
pub fn client(pool: &Arc<Pool>) -> Client {
    pool.client().expect("the pool has a free seat")
}

/// Threads that the machine can run at once, of so many.
pub fn at_once(threads: usize) -> usize {
    manycord_pool::usable_cpus().min(threads)
}

/// A job that is a closure.
pub struct Do<F>(F);

impl<F: Fn(usize, &Seat) + Send + Sync + 'static> Job for Do<F> {
    fn run(&self, task: usize, seat: &Seat) {
        (self.0)(task, seat);
    }
}

/// Tasks that wait for none of the others.
pub fn side_by_side<F>(tasks: usize, job: F) -> Arc<Flow<Do<F>>>
where
    F: Fn(usize, &Seat) + Send + Sync + 'static,
{
    Flow::new(graph(tasks), Do(job))
}

/// The same, of which only workers may run the last one: it is handed to another thread for sure.
pub fn with_one_for_workers<F>(tasks: usize, job: F) -> Arc<Flow<Do<F>>>
where
    F: Fn(usize, &Seat) + Send + Sync + 'static,
{
    Flow::new(graph(tasks).guard([tasks as u32 - 1]), Do(job))
}

/// Tasks that wait for none of the others.
pub fn graph(tasks: usize) -> Graph {
    let graph = Graph::new(&vec![Vec::new(); tasks], &vec![1; tasks]);
    graph.expect("tasks without successors are a sound graph")
}

/// Time on a clock that all threads share, in ns.
pub fn now_ns() -> u64 {
    static BASE: LazyLock<Instant> = LazyLock::new(Instant::now);
    BASE.elapsed().as_nanos() as u64
}

/// From one reading of [`now_ns`] to another, in µs; 0 when they are the other way round.
pub fn us_between(from: u64, to: u64) -> f64 {
    to.saturating_sub(from) as f64 * 1e-3
}
