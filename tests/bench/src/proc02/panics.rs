//! A task that panics: noticed at once, and nobody else is touched.

use std::panic::{panic_any, set_hook, take_hook};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use anyhow::{Result, ensure};
use manycord_pool::Outcome;

use super::fixture::{TOGETHER, WORKERS, client, now_ns, pool, us_between, with_one_for_workers};
use super::{Effort, Figure};
use crate::quantile::Quantiles;
use crate::work::compute;

/// What the task panics with; the hook of the process stays silent about it.
struct Expected;

/// Tasks beside the one that panics, which is the last.
const NEIGHBOURS: usize = 2 * WORKERS;
/// Steps of a neighbour's work.
const STEPS: u32 = 5_000;

/// Time from a panic in a worker until the caller knows, and neighbours whose output differs.
pub fn panics(effort: Effort) -> Result<Vec<Figure>> {
    let pool = pool();
    let mut client = client(&pool);
    let outputs: Arc<[AtomicU64]> = (0..NEIGHBOURS).map(|_| AtomicU64::new(0)).collect();
    let (panicked_ns, round) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicUsize::new(0)));
    let flow = {
        let (outputs, panicked_ns, round) = (outputs.clone(), panicked_ns.clone(), round.clone());
        with_one_for_workers(NEIGHBOURS + 1, move |task, _| {
            let round = round.load(Ordering::Relaxed);
            match outputs.get(task) {
                Some(output) => output.store(render(task, round), Ordering::Relaxed),
                None => {
                    panicked_ns.store(now_ns(), Ordering::Relaxed);
                    panic_any(Expected);
                }
            }
        })
    };
    let (mut times, mut changed) = (Vec::new(), 0);
    let quiet = Quiet::new();
    for number in 0..effort.pick(50, 500) {
        round.store(number, Ordering::Relaxed);
        let outcome = client.run(&flow, &TOGETHER);
        let known_ns = now_ns();
        ensure!(outcome == Outcome::Panicked(1), "a panic is told as {outcome:?}");
        times.push(us_between(panicked_ns.load(Ordering::Relaxed), known_ns));
        changed += (0..NEIGHBOURS)
            .filter(|&task| outputs[task].load(Ordering::Relaxed) != render(task, number))
            .count();
    }
    drop(quiet);
    ensure!(pool.workers() == WORKERS, "a worker is lost");
    Ok(vec![
        Figure::new("caught", "panic_detect_us", Quantiles::of(times).median()),
        Figure::new("caught", "neighbours_changed", changed as f64),
    ])
}

/// What a neighbour puts out in a round.
fn render(task: usize, round: usize) -> u64 {
    u64::from(compute(STEPS + (task + round) as u32).to_bits()) ^ (task * 1_000_003 + round) as u64
}

type Hook = Box<dyn Fn(&std::panic::PanicHookInfo<'_>) + Sync + Send>;

/// While it lives, expected panics print nothing, all others do as before.
struct Quiet(Arc<Hook>);

impl Quiet {
    fn new() -> Quiet {
        let before: Arc<Hook> = Arc::new(take_hook());
        let others = before.clone();
        set_hook(Box::new(move |info| {
            if !info.payload().is::<Expected>() {
                others(info);
            }
        }));
        Quiet(before)
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        // A hook cannot be set by a thread that panics.
        if !std::thread::panicking() {
            let before = self.0.clone();
            set_hook(Box::new(move |info| before(info)));
        }
    }
}
