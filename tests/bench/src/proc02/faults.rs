//! A worker's thread that ends, a task that never returns: the client's sound and its neighbour's go on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use manycord_pool::{Client, Flow, Hint, Job, Outcome, Pool, Seat, Standing};

use super::fixture::{Do, TOGETHER, WORKERS, client, graph, now_ns, pool, side_by_side};
use super::{Effort, Figure};
use crate::heap;
use crate::load::FRAMES;
use crate::pacing::{Pacer, period};
use crate::quantile::Quantiles;
use crate::work::{Speed, compute};

/// Patience of a live client: it plays silence from then on.
const LIVE: Hint = Hint { patience_ns: Some(5_000_000), ..TOGETHER };
/// Faults in a row.
const FAULTS: usize = 10;
/// Healthy blocks before each fault.
const HEALTHY: usize = 20;
/// No fault may last so long: the measure breaks off.
const HOPELESS: Duration = Duration::from_secs(20);
/// What the faulty task calls the part in which it is at fault.
const PART: u32 = 7;

/// What goes wrong.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mischief {
    ThreadEnds,
    Loops,
}

/// Nine tasks; the last, which only workers run, is at fault.
struct Faulty {
    mischief: Mischief,
    released: AtomicBool,
    begun_ns: AtomicU64,
    /// Task and part that were named, plus one.
    named: AtomicU64,
}

impl Job for Faulty {
    fn run(&self, task: usize, seat: &Seat) {
        if task != WORKERS || !seat.enter(PART) {
            return;
        }
        self.begun_ns.store(now_ns(), Ordering::Relaxed);
        match self.mischief {
            Mischief::ThreadEnds => end_thread(),
            Mischief::Loops => {
                while !self.released.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            }
        }
    }

    fn lost(&self, task: usize, part: Option<u32>) {
        self.named.store(part.map_or(0, |part| name(task, part)), Ordering::Relaxed);
    }
}

fn name(task: usize, part: u32) -> u64 {
    1 + task as u64 * 1_000 + u64::from(part)
}

#[cfg(target_os = "linux")]
fn end_thread() {
    // SAFETY: ends the calling thread alone and at once, as a fault of the system would.
    unsafe { libc::syscall(libc::SYS_exit, 0) };
}

#[cfg(not(target_os = "linux"))]
fn end_thread() {}

fn faulty(mischief: Mischief) -> Arc<Flow<Faulty>> {
    let job = Faulty {
        mischief,
        released: AtomicBool::new(false),
        begun_ns: AtomicU64::new(0),
        named: AtomicU64::new(0),
    };
    Flow::new(graph(WORKERS + 1).guard([WORKERS as u32]), job)
}

/// What a client went through in one fault, in ms.
struct Fault {
    /// From the fault until the worker had been replaced and the client was free.
    replaced: f64,
    /// From the last good block to the next.
    gap: f64,
    /// From the block that was late until the next good one.
    recovered: f64,
    /// Allocations and frees on the calling thread.
    allocations: u64,
}

/// A stream of good blocks, a fault, and blocks until they are good again, at a host's pace.
fn suffer(client: &mut Client, flow: &Arc<Flow<Faulty>>, good: &Arc<Flow<impl Job>>) -> Result<Fault> {
    let mut pacer = Pacer::new(period(FRAMES));
    let allocations = heap::calls_here();
    for _ in 0..HEALTHY {
        pacer.wait();
        let outcome = client.run(good, &TOGETHER);
        ensure!(outcome == Outcome::Done, "a good block ends as {outcome:?}");
    }
    let last_good = now_ns();
    pacer.wait();
    let outcome = client.run(flow, &LIVE);
    let late = now_ns();
    ensure!(outcome == Outcome::Late, "a block that cannot end ends as {outcome:?}");
    let begun = Instant::now();
    let freed = loop {
        pacer.wait();
        match client.standing() {
            Standing::Wrecked => break now_ns(),
            Standing::Late => ensure!(begun.elapsed() < HOPELESS, "the run is never given up"),
            Standing::Free => bail!("a run that cannot end has ended"),
        }
    };
    let outcome = client.run(good, &TOGETHER);
    let good_again = now_ns();
    ensure!(outcome == Outcome::Done, "a good block after the fault ends as {outcome:?}");
    let ms = |from: u64, to: u64| to.saturating_sub(from) as f64 * 1e-6;
    Ok(Fault {
        replaced: ms(flow.job().begun_ns.load(Ordering::Relaxed), freed),
        gap: ms(last_good, good_again),
        recovered: ms(late, good_again),
        allocations: heap::calls_here() - allocations,
    })
}

/// Some work for the healthy.
fn good() -> Arc<Flow<Do<impl Fn(usize, &Seat) + Send + Sync + 'static>>> {
    let steps = Speed::calibrate().steps(10.0);
    side_by_side(WORKERS, move |_, _| {
        std::hint::black_box(compute(std::hint::black_box(steps)));
    })
}

/// Ten faults in a row while another client plays; returns them with the longest gap between two blocks of the other,
/// in ms.
fn all_faults(pool: &Arc<Pool>, flows: &[Arc<Flow<Faulty>>]) -> Result<(Vec<Fault>, f64)> {
    let over = AtomicBool::new(false);
    let mut client = client(pool);
    let good = good();
    std::thread::scope(|scope| {
        let neighbour = scope.spawn(|| neighbour(pool, &over));
        let mut faults = Vec::new();
        for flow in flows {
            faults.push(suffer(&mut client, flow, &good));
            if pool.workers() != WORKERS {
                faults.push(Err(anyhow::anyhow!("{} workers after a fault", pool.workers())));
            }
        }
        over.store(true, Ordering::Relaxed);
        let gap = neighbour.join().unwrap_or_else(|_| bail!("the neighbour panicked"))?;
        Ok((faults.into_iter().collect::<Result<_>>()?, gap))
    })
}

fn neighbour(pool: &Arc<Pool>, over: &AtomicBool) -> Result<f64> {
    let (mut client, good) = (client(pool), good());
    let mut pacer = Pacer::new(period(FRAMES));
    let (mut last, mut gap) = (now_ns(), 0);
    while !over.load(Ordering::Relaxed) {
        pacer.wait();
        let outcome = client.run(&good, &TOGETHER);
        ensure!(outcome == Outcome::Done, "a neighbour's block ends as {outcome:?}");
        let now = now_ns();
        gap = gap.max(now - last);
        last = now;
    }
    Ok(gap as f64 * 1e-6)
}

fn most(faults: &[Fault], figure: impl Fn(&Fault) -> f64) -> f64 {
    Quantiles::of(faults.iter().map(figure).collect()).most()
}

/// A worker's thread really ends: it is replaced. The worst of ten.
pub fn thread_ends(_: Effort) -> Result<Vec<Figure>> {
    let pool = pool();
    let flows: Vec<_> = (0..FAULTS).map(|_| faulty(Mischief::ThreadEnds)).collect();
    let (faults, neighbour_gap) = all_faults(&pool, &flows)?;
    Ok(vec![
        Figure::new("10-in-a-row", "thread_replace_ms", most(&faults, |fault| fault.replaced)),
        Figure::new("10-in-a-row", "thread_gap_ms", most(&faults, |fault| fault.gap)),
        Figure::new("beside-10-threads-that-end", "neighbour_gap_ms", neighbour_gap),
    ])
}

/// A task never returns: its run is given up, its thread replaced. The worst of ten, all of which go on looping.
pub fn never_returns(_: Effort) -> Result<Vec<Figure>> {
    ensure!(heap::is_counted(), "the heap is not counted");
    let pool = pool();
    let flows: Vec<_> = (0..FAULTS).map(|_| faulty(Mischief::Loops)).collect();
    let result = all_faults(&pool, &flows);
    flows.iter().for_each(|flow| flow.job().released.store(true, Ordering::Relaxed));
    let (faults, neighbour_gap) = result?;
    let unnamed =
        flows.iter().filter(|flow| flow.job().named.load(Ordering::Relaxed) != name(WORKERS, PART)).count();
    let begun = Instant::now();
    while flows.iter().any(|flow| Arc::strong_count(flow) > 1) {
        ensure!(begun.elapsed() < HOPELESS, "a thread that came back does not end");
        std::thread::sleep(Duration::from_millis(1));
    }
    let allocations: u64 = faults.iter().map(|fault| fault.allocations).sum();
    Ok(vec![
        Figure::new("10-in-a-row", "stuck_recover_ms", most(&faults, |fault| fault.recovered)),
        Figure::new("10-in-a-row", "stuck_unnamed", unnamed as f64),
        Figure::new("10-in-a-row", "stuck_allocations", allocations as f64),
        Figure::new("beside-10-endless-loops", "neighbour_gap_ms", neighbour_gap),
    ])
}
