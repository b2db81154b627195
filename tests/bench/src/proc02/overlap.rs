//! How many threads run tasks inside the same instant. Every task looks at the clock all the time; where it misses a
//! stretch, its thread had lost the processor. What is left are the times in which it truly ran, and no machine can
//! show more of them at once than it has cores.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Result, ensure};
use manycord_pool::Outcome;

use super::fixture::{TOGETHER, WORKERS, client, now_ns, pool, side_by_side, us_between};
use super::{Effort, Figure, fixture};

/// A task runs for so long, times without the processor not counted, in ns.
const RUN_NS: u64 = 3_000_000;
/// A stretch that the clock jumps over is time without the processor, in ns.
const LOST_NS: u64 = 5_000;

/// A stretch of time, in ns.
type Stretch = (u64, u64);

/// Eight long tasks on eight workers and the caller.
pub fn overlap(effort: Effort) -> Result<Vec<Figure>> {
    let pool = pool();
    let mut client = client(&pool);
    let stretches: Arc<[Mutex<Vec<Stretch>>]> = (0..WORKERS).map(|_| Mutex::default()).collect();
    let flow = {
        let stretches = stretches.clone();
        side_by_side(WORKERS, move |task, _| {
            *stretches[task].lock().unwrap_or_else(PoisonError::into_inner) = run();
        })
    };
    let (mut most, mut busy) = (0, f64::INFINITY);
    // A client runs alone 16 times before it tries what others gain it.
    for _ in 0..effort.pick(24, 40) {
        let called = now_ns();
        let outcome = client.run(&flow, &TOGETHER);
        ensure!(outcome == Outcome::Done, "{outcome:?}");
        let all: Vec<Stretch> = stretches
            .iter()
            .flat_map(|ran| std::mem::take(&mut *ran.lock().unwrap_or_else(PoisonError::into_inner)))
            .collect();
        let (at_once, since) = most_at_once(&all);
        most = most.max(at_once);
        if at_once >= fixture::at_once(WORKERS) {
            busy = busy.min(us_between(called, since));
        }
    }
    Ok(vec![
        Figure::new("8-tasks", "workers_at_once", most as f64),
        Figure::new("8-tasks", "all_cores_busy_us", busy),
    ])
}

/// Runs for [`RUN_NS`]; returns when it did.
fn run() -> Vec<Stretch> {
    let mut stretches = Vec::with_capacity(256);
    let (mut begun, mut ran) = (now_ns(), 0);
    let mut last = begun;
    while ran < RUN_NS {
        let now = now_ns();
        if now - last > LOST_NS {
            stretches.push((begun, last));
            begun = now;
        } else {
            ran += now - last;
        }
        last = now;
    }
    stretches.push((begun, last));
    stretches
}

/// The greatest number of stretches that share an instant, and the first such instant.
fn most_at_once(stretches: &[Stretch]) -> (usize, u64) {
    // At the same instant an end comes before a beginning: they do not share it.
    let mut changes: Vec<(u64, i32)> =
        stretches.iter().flat_map(|&(begun, ended)| [(begun, 1), (ended, -1)]).collect();
    changes.sort_unstable();
    let (mut now, mut most, mut since) = (0, 0, 0);
    for (at, change) in changes {
        now += change;
        if now > most {
            (most, since) = (now, at);
        }
    }
    (most as usize, since)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_shares_an_instant_counts() {
        assert_eq!(most_at_once(&[]), (0, 0));
        assert_eq!(most_at_once(&[(0, 10), (10, 20), (20, 30)]), (1, 0));
        assert_eq!(most_at_once(&[(0, 10), (5, 20), (9, 30), (10, 40)]), (3, 9));
    }
}
