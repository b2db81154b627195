//! What more threads gain on real sound: each task is an instrument of eight voices (two saws, ladder, envelopes and
//! LFO each, chorus and reverb for all) rendered by the engine, as every patch consists of.

use std::hint::black_box;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anyhow::{Result, ensure};
use manycord_engine::{Control, Engine, EngineSetup, Event, start};
use manycord_modules::CATALOG;
use manycord_pool::{Config, Hint, Outcome, Pool, usable_cpus};
use manycord_tests::render;

use super::fixture::{TOGETHER, client, side_by_side};
use super::{Effort, Figure};
use crate::pacing::SAMPLE_RATE;
use crate::quantile::Quantiles;
use crate::reference::{heavy, keys};

/// Voices of an instrument: one group.
const VOICES: usize = 8;
/// Frames that a task renders.
const FRAMES: usize = 128;
/// Tasks per thread: with one each, whoever is disturbed keeps all others waiting.
const TASKS: usize = 4;
/// Blocks of a turn; the serial loop and the pool take turns.
const TURN: usize = 6;

/// Speed-up over one thread as a share of the threads, for 1, 2, 4, 8… threads as the machine has cores; beside it
/// that of threads which share the work out beforehand, so that one sees what the machine has to give.
pub fn efficiency(effort: Effort) -> Result<Vec<Figure>> {
    let cores = usable_cpus();
    let doubling = (0..).map(|power| 1 << power).take_while(|&threads| threads < cores);
    let mut figures = Vec::new();
    for threads in doubling.chain([cores]) {
        let case = format!("dsp-w{threads}");
        let [pool, control] = gains(effort, threads)?.map(|gain| gain / threads as f64);
        figures.extend([
            Figure::new(&case, "parallel_efficiency", pool),
            Figure::new(&case, "control_efficiency", control),
            Figure::new(&case, "share_of_control", pool / control),
        ]);
    }
    Ok(figures)
}

/// Speed-up of so many threads over one, the middle one of several turns: of the pool, and of plain threads.
fn gains(effort: Effort, threads: usize) -> Result<[f64; 2]> {
    let pool = Pool::new(&Config { workers: Some(threads - 1), ..Config::default() });
    ensure!(pool.workers() + 1 == threads, "the system gives {} workers", pool.workers());
    let mut client = client(&pool);
    let instruments: Result<Vec<Mutex<Instrument>>> =
        (0..threads * TASKS).map(|_| Ok(Mutex::new(Instrument::new()?))).collect();
    let instruments: Arc<[Mutex<Instrument>]> = instruments?.into();
    let flow = {
        let instruments = instruments.clone();
        side_by_side(instruments.len(), move |task, _| play(&instruments[task]))
    };
    let hint = Hint { useful: threads as u32, ..TOGETHER };
    let mut gains = [Vec::new(), Vec::new()];
    for turn in 0..effort.pick(10, 60) {
        let serial = timed(|| (0..TURN).for_each(|_| instruments.iter().for_each(play)));
        let mut good = true;
        let pooled = timed(|| (0..TURN).for_each(|_| good &= client.run(&flow, &hint) == Outcome::Done));
        ensure!(good, "a block does not end well");
        let control = timed(|| by_plain_threads(&instruments));
        // The first turn finds cold caches.
        if turn > 0 {
            gains[0].push(serial / pooled);
            gains[1].push(serial / control);
        }
    }
    Ok(gains.map(|gains| Quantiles::of(gains).median()))
}

fn play(instrument: &Mutex<Instrument>) {
    instrument.lock().unwrap_or_else(PoisonError::into_inner).block(&[]);
}

fn timed(work: impl FnOnce()) -> f64 {
    let begun = Instant::now();
    work();
    begun.elapsed().as_secs_f64()
}

/// A turn in which each thread has its own instruments and waits for nobody before the end.
fn by_plain_threads(instruments: &[Mutex<Instrument>]) {
    let turn = |own: &[Mutex<Instrument>]| (0..TURN).for_each(|_| own.iter().for_each(play));
    std::thread::scope(|scope| {
        let mut shares = instruments.chunks(TASKS);
        let first = shares.next().unwrap_or_default();
        shares.for_each(|own| drop(scope.spawn(move || turn(own))));
        turn(first);
    });
}

/// One instrument with all its voices held.
struct Instrument {
    engine: Engine,
    /// Kept: the engine sends it what is to be freed.
    _control: Control,
    sides: [Vec<f32>; 2],
}

impl Instrument {
    fn new() -> Result<Instrument> {
        let alone = Pool::new(&Config { workers: Some(0), ..Config::default() });
        let (control, engine) = start(EngineSetup {
            sample_rate: SAMPLE_RATE,
            call_frames: 0,
            pool: alone,
            patch: heavy(VOICES),
            catalog: CATALOG,
        })?;
        let mut instrument =
            Instrument { engine, _control: control, sides: [vec![0.0; FRAMES], vec![0.0; FRAMES]] };
        instrument.block(&keys(VOICES));
        Ok(instrument)
    }

    fn block(&mut self, events: &[Event]) {
        render::block(&mut self.engine, 0..FRAMES, events, &[0.0; FRAMES], &mut self.sides);
        black_box(&self.sides);
    }
}
