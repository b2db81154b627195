//! A pool ends while it works, and leaves nothing behind.

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, ensure};
use manycord_tests::held::{Held, threads};

use super::fixture::{TOGETHER, WORKERS, client, pool, side_by_side};
use super::{Effort, Figure};
use crate::quantile::Quantiles;
use crate::work::{Speed, compute};

/// Lives of a pool.
const LIVES: usize = 50;
/// Lives after which the C library has made what it keeps for threads to come.
const WARM_UP: usize = 15;
/// Tasks of a block, of 100 µs each: it goes on for longer than a block of sound at low latency.
const TASKS: usize = 4 * WORKERS;
/// No two blocks last so long.
const HOPELESS: Duration = Duration::from_secs(20);

/// Time from the wish to end until no thread is left, the worst of all lives, and what they left behind.
pub fn shutdown(_: Effort) -> Result<Vec<Figure>> {
    let steps = Speed::calibrate().steps(100.0);
    for _ in 0..WARM_UP {
        life(steps)?;
    }
    let before = Held::now();
    let times: Result<Vec<f64>> = (0..LIVES).map(|_| life(steps)).collect();
    let after = Held::now();
    let left = |what: fn(&Held) -> usize| what(&after).saturating_sub(what(&before)) as f64;
    Ok(vec![
        Figure::new("while-processing", "shutdown_ms", Quantiles::of(times?).most()),
        Figure::new("threads-of-50-lives", "left_behind", left(|held| held.threads)),
        Figure::new("files-of-50-lives", "left_behind", left(|held| held.files)),
        Figure::new("mappings-of-50-lives", "left_behind", left(|held| held.mappings)),
    ])
}

/// One life; returns how long its end took, in ms.
fn life(steps: u32) -> Result<f64> {
    let before = threads().len();
    let (pool, end, blocks) = (pool(), AtomicBool::new(false), AtomicU32::new(0));
    let mut client = client(&pool);
    let flow = side_by_side(TASKS, move |_, _| {
        black_box(compute(black_box(steps)));
    });
    // The client holds the pool: the last to go ends the workers.
    drop(pool);
    std::thread::scope(|scope| {
        let (end, blocks) = (&end, &blocks);
        let player = scope.spawn(move || {
            while !end.load(Ordering::Relaxed) {
                client.run(&flow, &TOGETHER);
                blocks.fetch_add(1, Ordering::Relaxed);
            }
            drop(client);
            // Looked at from here: the kernel lists a thread for a moment after it was joined, and this one is ours.
            threads().len() - 1
        });
        let begun = Instant::now();
        while blocks.load(Ordering::Relaxed) < 2 && begun.elapsed() < HOPELESS {
            std::thread::yield_now();
        }
        let begun = Instant::now();
        end.store(true, Ordering::Relaxed);
        let left = player.join().map_err(|_| anyhow!("the player panicked"))?;
        let spent = begun.elapsed().as_secs_f64() * 1e3;
        ensure!(blocks.load(Ordering::Relaxed) >= 2, "no block ends");
        ensure!(left <= before, "{left} threads after the end, {before} before");
        while threads().len() > before && begun.elapsed() < HOPELESS {
            std::thread::yield_now();
        }
        Ok(spent)
    })
}
