//! A pool is made, and all its workers are ready at once.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use anyhow::{Result, ensure};
use manycord_pool::Outcome;
use manycord_tests::held::resident_kb;

use super::fixture::{TOGETHER, WORKERS, await_supervisor, client, pool, with_one_for_workers};
use super::{Effort, Figure};
use crate::heap;
use crate::quantile::Quantiles;

/// Tasks of the first run: several for each thread.
const TASKS: usize = 64;

/// Time until all workers are ready; what a worker takes of the machine's memory.
pub fn creation(effort: Effort) -> Result<Vec<Figure>> {
    ensure!(heap::is_counted(), "the heap is not counted");
    let (mut times, mut allocations, mut memory) = (Vec::new(), 0, 0.0f64);
    for _ in 0..effort.pick(10, 50) {
        let before = resident_kb();
        let begun = Instant::now();
        let pool = pool();
        times.push(begun.elapsed().as_secs_f64() * 1e3);
        ensure!(pool.workers() == WORKERS, "{} workers", pool.workers());
        let mut client = client(&pool);
        // No warm-up: the first run finds stacks, queues and float mode as every other does.
        let denormal = Arc::new(AtomicU32::new(0));
        let flow = {
            let denormal = denormal.clone();
            with_one_for_workers(TASKS, move |_, _| {
                let half = black_box(f32::MIN_POSITIVE) * black_box(0.5);
                denormal.fetch_add(u32::from(half != 0.0), Ordering::Relaxed);
            })
        };
        await_supervisor();
        let counted = heap::calls();
        let outcome = client.run(&flow, &TOGETHER);
        allocations += heap::calls() - counted;
        ensure!(outcome == Outcome::Done, "{outcome:?}");
        ensure!(denormal.load(Ordering::Relaxed) == 0, "a worker does not flush denormal numbers");
        // The first pool of a process tells most: later ones find its threads' stacks again.
        memory = memory.max(resident_kb().saturating_sub(before) as f64 / WORKERS as f64);
    }
    Ok(vec![
        Figure::new("8-workers", "pool_creation_ms", Quantiles::of(times).median()),
        Figure::new("8-workers", "first_run_allocations", allocations as f64),
        Figure::new("8-workers", "memory_per_worker_kb", memory),
    ])
}
