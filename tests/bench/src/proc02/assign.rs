//! How long it takes to hand tasks over and to have their results back.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Result, ensure};
use manycord_pool::{Client, Flow, Hint, Job, Outcome, Seat};
use manycord_tests::held::threads;

use super::fixture::{TOGETHER, WORKERS, client, graph, now_ns, pool, us_between};
use super::{Effort, Figure};
use crate::load::FRAMES;
use crate::pacing::{Pacer, period};
use crate::quantile::Quantiles;
use crate::work::{Speed, compute};

/// Assignments after which the report calls a pool warm.
const WARM_UP: usize = 10;
/// After this long without work all workers sleep.
const ASLEEP: Duration = Duration::from_millis(3);

/// Notes when the caller begins its first task.
struct Begins {
    first_ns: AtomicU64,
    steps: u32,
}

impl Job for Begins {
    fn run(&self, _task: usize, seat: &Seat) {
        if seat.number() == 0 && self.first_ns.load(Ordering::Relaxed) == 0 {
            self.first_ns.store(now_ns(), Ordering::Relaxed);
        }
        black_box(compute(black_box(self.steps)));
    }
}

/// Tasks side by side, of this many steps; only workers may run the last of them if it is `handed`.
fn tasks(count: usize, steps: u32, handed: bool) -> Arc<Flow<Begins>> {
    let graph = if handed { graph(count).guard([count as u32 - 1]) } else { graph(count) };
    Flow::new(graph, Begins { first_ns: AtomicU64::new(0), steps })
}

/// Times of one assignment, in µs.
struct Times {
    /// Where workers took all tasks before the caller came to one, the whole round trip: it was at most that.
    submit: f64,
    round_trip: f64,
}

fn assign(client: &mut Client, flow: &Arc<Flow<Begins>>, hint: &Hint) -> Result<Times> {
    let first = &flow.job().first_ns;
    first.store(0, Ordering::Relaxed);
    let called = now_ns();
    let outcome = client.run(flow, hint);
    let returned = now_ns();
    ensure!(outcome == Outcome::Done, "{outcome:?}");
    let begun = match first.load(Ordering::Relaxed) {
        0 => returned,
        begun => begun,
    };
    Ok(Times { submit: us_between(called, begun), round_trip: us_between(called, returned) })
}

fn submits(times: &[Times]) -> Quantiles {
    Quantiles::of(times.iter().map(|times| times.submit).collect())
}

fn round_trips(times: &[Times]) -> Quantiles {
    Quantiles::of(times.iter().map(|times| times.round_trip).collect())
}

/// The first assignment to a pool whose workers have gone to sleep: to whoever is quickest, which is the caller; and
/// to a worker.
pub fn cold(effort: Effort) -> Result<Vec<Figure>> {
    let (mut caller, mut worker, mut spawned) = (Vec::new(), Vec::new(), 0);
    // So much that woken workers do not take it all before the caller has woken the others.
    let steps = Speed::calibrate().steps(5.0);
    for _ in 0..effort.pick(20, 100) {
        for (times, handed) in [(&mut caller, false), (&mut worker, true)] {
            let pool = pool();
            let mut client = client(&pool);
            let flow = if handed { tasks(WORKERS + 2, steps, true) } else { tasks(1, 0, false) };
            sleep(ASLEEP);
            let before = threads();
            times.push(assign(&mut client, &flow, &TOGETHER)?);
            spawned += threads().iter().filter(|thread| !before.contains(thread)).count();
        }
    }
    Ok(vec![
        Figure::new("to-the-caller", "cold_submit_us", submits(&caller).median()),
        Figure::new("to-the-caller", "cold_round_trip_us", round_trips(&caller).median()),
        Figure::new("to-a-worker", "cold_wake_us", submits(&worker).median()),
        Figure::new("to-a-worker", "cold_round_trip_us", round_trips(&worker).median()),
        Figure::new("both", "threads_spawned", spawned as f64),
    ])
}

/// Assignments to a pool that has had some already.
pub fn warm(effort: Effort) -> Result<Vec<Figure>> {
    let pool = pool();
    let mut client = client(&pool);
    let flow = tasks(WORKERS + 1, 0, false);
    for _ in 0..WARM_UP {
        assign(&mut client, &flow, &TOGETHER)?;
    }
    let count = effort.pick(5_000, 50_000);
    let times: Result<Vec<Times>> = (0..count).map(|_| assign(&mut client, &flow, &TOGETHER)).collect();
    Ok(vec![Figure::new("after-10", "warm_submit_us_p99", submits(&times?).at(0.99))])
}

/// One task to a worker and back, in each block of a stream at a host's pace, after the block's other work.
pub fn stream(effort: Effort) -> Result<Vec<Figure>> {
    let pool = pool();
    let mut client = client(&pool);
    let steps = Speed::calibrate().steps(20.0);
    let (work, task) = (tasks(WORKERS, steps, false), tasks(1, 0, true));
    let period = period(FRAMES);
    let hint = Hint { serial_ns: 160_000, period_ns: period.as_nanos() as u32, ..TOGETHER };
    let mut pacer = Pacer::new(period);
    let mut times = Vec::new();
    for _ in 0..effort.pick(500, 5_000) {
        pacer.wait();
        assign(&mut client, &work, &hint)?;
        times.push(assign(&mut client, &task, &hint)?);
    }
    Ok(vec![Figure::new("b64", "stream_round_trip_us_p50", round_trips(&times).median())])
}

/// One task to a worker and back while all workers sleep.
pub fn parked(effort: Effort) -> Result<Vec<Figure>> {
    let pool = pool();
    let mut client = client(&pool);
    let task = tasks(1, 0, true);
    let mut times = Vec::new();
    for _ in 0..effort.pick(300, 2_000) {
        sleep(ASLEEP);
        times.push(assign(&mut client, &task, &TOGETHER)?);
    }
    Ok(vec![Figure::new("asleep", "parked_round_trip_us_p99", round_trips(&times).at(0.99))])
}

/// Eight tasks at once.
pub fn concurrent(effort: Effort) -> Result<Vec<Figure>> {
    let pool = pool();
    let mut client = client(&pool);
    let flow = tasks(WORKERS, Speed::calibrate().steps(20.0), false);
    let mut times = Vec::new();
    for _ in 0..effort.pick(200, 2_000) {
        times.push(assign(&mut client, &flow, &TOGETHER)?);
    }
    Ok(vec![Figure::new("8-tasks", "concurrent_submit_us", submits(&times).median())])
}
