//! However many tasks a pool has run, it is as it was.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Result, ensure};
use manycord_pool::Outcome;
use manycord_tests::held::{resident_kb, threads};

use super::fixture::{TOGETHER, await_supervisor, client, pool, side_by_side};
use super::{Effort, Figure};
use crate::heap;

/// Tasks of a run.
const TASKS: usize = 200;

/// 400 tasks, then 1000, then ten million; a million in tests.
pub fn growth(effort: Effort) -> Result<Vec<Figure>> {
    ensure!(heap::is_counted(), "the heap is not counted");
    let pool = pool();
    let mut client = client(&pool);
    let ran: Arc<[AtomicU64]> = (0..TASKS).map(|_| AtomicU64::new(0)).collect();
    let flow = {
        let ran = ran.clone();
        side_by_side(TASKS, move |task, _| {
            ran[task].fetch_add(1, Ordering::Relaxed);
        })
    };
    await_supervisor();
    let mut figures = Vec::new();
    let mut expected = 0;
    for tasks in [400, 1_000, effort.pick(1_000_000, 10_000_000)] {
        let (threads_before, resident) = (threads(), resident_kb());
        let (live, calls) = (heap::live(), heap::calls());
        for _ in 0..tasks / TASKS {
            let outcome = client.run(&flow, &TOGETHER);
            ensure!(outcome == Outcome::Done, "{outcome:?}");
        }
        let (live, calls) = (heap::live() - live, heap::calls() - calls);
        let resident = resident_kb() as f64 - resident as f64;
        expected += (tasks / TASKS) as u64;
        ensure!(ran.iter().all(|ran| ran.load(Ordering::Relaxed) == expected), "not every task ran");
        let threads_after = threads();
        let changed = threads_before.iter().filter(|thread| !threads_after.contains(thread)).count()
            + threads_after.iter().filter(|thread| !threads_before.contains(thread)).count();
        let case = format!("{tasks}-tasks");
        figures.extend([
            Figure::new(&case, "growth_bytes", live.abs() as f64),
            Figure::new(&case, "growth_allocations", calls as f64),
            Figure::new(&case, "threads_changed", changed as f64),
            Figure::new(&case, "growth_resident_kb", resident),
        ]);
    }
    Ok(figures)
}
