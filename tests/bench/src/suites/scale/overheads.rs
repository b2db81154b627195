//! What it costs on this machine to move work between threads, measured with the pool itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;
use manycord_pool::{Client, Flow, Graph, Hint, Job, Seat};

use crate::pacing::SAMPLE_RATE;
use crate::piece::{Piece, pool};
use crate::quantile::Quantiles;
use crate::reference::heavy;
use crate::score::Score;
use crate::simulate::Overheads;

/// Makes workers take part, whatever a run costs.
const TOGETHER: Hint = Hint { serial_ns: u32::MAX, useful: 2, period_ns: 0, patience_ns: None };
/// Length of a task that is timed, so that another thread has time to take its neighbour.
const WORK: Duration = Duration::from_micros(30);
/// Tasks in a row whose changeovers are timed.
const CHAIN: usize = 256;
/// For how long workers are left alone until they sleep.
const ASLEEP: Duration = Duration::from_millis(3);
/// On a machine with one CPU, where nothing can be handed over; measured elsewhere, in ns.
const TYPICAL: Overheads = Overheads { task: 40.0, handoff: 900.0, start: 900.0, end: 200.0 };

/// Overheads of this machine, and how long after the call a worker starts that was asleep, in ns.
pub(super) fn measure(cpus: usize, rounds: usize) -> Result<(Overheads, f64)> {
    if cpus < 2 {
        return Ok((TYPICAL, f64::NAN));
    }
    let pool = pool(1);
    let mut client = pool.client().map_err(|error| anyhow::anyhow!("{error}"))?;
    let chain: Vec<Vec<u32>> =
        (1..=CHAIN).map(|next| if next < CHAIN { vec![next as u32] } else { vec![] }).collect();
    let [chain, fork, pair] =
        [(chain, Duration::ZERO), (vec![vec![1, 2], vec![], vec![]], WORK), (vec![vec![], vec![]], WORK)]
            .map(|(successors, work)| Timed::flow(&successors, work));
    let overheads = Overheads {
        task: median(rounds, || Some(run(&mut client, &chain).1 as f64 / CHAIN as f64)),
        handoff: median(rounds, || handoff(&mut client, &fork)),
        start: median(rounds, || start(&mut client, &pair)),
        end: median(rounds, || {
            let (called, took) = run(&mut client, &pair);
            Some((called + took).saturating_sub(pair.job().last_end()) as f64)
        }),
    };
    let wake = median(rounds.min(200), || {
        thread::sleep(ASLEEP);
        start(&mut client, &pair)
    });
    Ok((overheads, wake))
}

/// How much longer the same work takes on so many threads at once, each with an instance of its own, than on
/// one: what the cores share, memory and clock rate above all.
pub(super) fn slowdown(threads: usize, rounds: usize) -> Result<f64> {
    let inline = pool(0);
    let mut pieces = Vec::new();
    for _ in 0..threads {
        let mut piece = Piece::new(&heavy(16), &inline, Score::held(16))?;
        piece.play(SAMPLE_RATE as usize / 10, 64);
        pieces.push(piece);
    }
    let frames = SAMPLE_RATE as usize / 4;
    let mut ratios = Vec::new();
    for _ in 0..rounds {
        let alone = timed(&mut pieces[0], frames);
        let together: Vec<f64> = thread::scope(|scope| {
            let threads: Vec<_> =
                pieces.iter_mut().map(|piece| scope.spawn(move || timed(piece, frames))).collect();
            threads.into_iter().map(|thread| thread.join().expect("playing does not panic")).collect()
        });
        ratios.push(Quantiles::of(together).median() / alone);
    }
    Ok(Quantiles::of(ratios).median())
}

fn timed(piece: &mut Piece, frames: usize) -> f64 {
    let begun = Instant::now();
    piece.play(frames, 64);
    begun.elapsed().as_secs_f64()
}

/// The median of what so many rounds give, of those that give anything; NaN when none does.
fn median(rounds: usize, mut round: impl FnMut() -> Option<f64>) -> f64 {
    Quantiles::of((0..rounds).filter_map(|_| round()).collect()).median()
}

/// Runs a flow; returns when it was called and how long it took, in ns.
fn run(client: &mut Client, flow: &Arc<Flow<Timed>>) -> (u64, u64) {
    let called = flow.job().now();
    client.run(flow, &TOGETHER);
    (called, flow.job().now() - called)
}

/// From the call to the start on the worker, if it took part.
fn start(client: &mut Client, pair: &Arc<Flow<Timed>>) -> Option<f64> {
    let (called, _) = run(client, pair);
    let job = pair.job();
    let worker = (0..2).find(|&task| job.seat(task) != 0)?;
    // When the caller ran both, or the worker did, nothing was shared.
    (job.seat(1 - worker) == 0).then(|| job.started(worker).saturating_sub(called) as f64)
}

/// From the end of a task to the start of its successor on the other thread, if it went there.
fn handoff(client: &mut Client, fork: &Arc<Flow<Timed>>) -> Option<f64> {
    run(client, fork);
    let job = fork.job();
    let other = (1..3).find(|&task| job.seat(task) != job.seat(0))?;
    Some(job.started(other).saturating_sub(job.ended(0)) as f64)
}

/// Tasks that last so long and note when, and on which thread.
struct Timed {
    base: Instant,
    work: Duration,
    notes: Vec<[AtomicU64; 2]>,
    seats: Vec<AtomicU32>,
}

// Ordering: the pool makes what tasks wrote visible to whoever ran them.
impl Timed {
    fn flow(successors: &[Vec<u32>], work: Duration) -> Arc<Flow<Timed>> {
        let graph = Graph::new(successors, &vec![0; successors.len()]).expect("the graph is sound");
        let notes = successors.iter().map(|_| Default::default()).collect();
        let seats = successors.iter().map(|_| AtomicU32::new(0)).collect();
        Flow::new(graph, Timed { base: Instant::now(), work, notes, seats })
    }

    fn now(&self) -> u64 {
        self.base.elapsed().as_nanos() as u64
    }

    fn started(&self, task: usize) -> u64 {
        self.notes[task][0].load(Ordering::Relaxed)
    }

    fn ended(&self, task: usize) -> u64 {
        self.notes[task][1].load(Ordering::Relaxed)
    }

    fn seat(&self, task: usize) -> u32 {
        self.seats[task].load(Ordering::Relaxed)
    }

    fn last_end(&self) -> u64 {
        (0..self.notes.len()).map(|task| self.ended(task)).max().unwrap_or(0)
    }
}

impl Job for Timed {
    fn run(&self, task: usize, seat: &Seat) {
        if self.work.is_zero() {
            return;
        }
        let begun = Instant::now();
        self.notes[task][0].store(self.now(), Ordering::Relaxed);
        self.seats[task].store(seat.number() as u32, Ordering::Relaxed);
        while begun.elapsed() < self.work {
            std::hint::spin_loop();
        }
        self.notes[task][1].store(self.now(), Ordering::Relaxed);
    }
}
