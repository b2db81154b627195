//! `soak`: a minute at a sound card's pace, with seven tenths of what one core can do and an edit from another
//! thread every tenth of a second; and beside it a thread that waits for the same clock and does nothing, which
//! shows what the system's scheduler is late by anyway.

use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use manycord_engine::Control;
use manycord_pool::usable_cpus;
use manycord_tests::host::Shim;

use crate::burden::Burden;
use crate::cpu::Usage;
use crate::edits::there_and_back;
use crate::pacing::{Pacer, period};
use crate::piece::{Performer, Piece, pool};
use crate::quantile::Quantiles;
use crate::rows::{Rows, Target};

/// Frames per block.
const BLOCK: usize = 64;
/// Load, as a share of what one thread can render.
const LOAD: f64 = 0.70;
/// Seconds of the soak, and of the idle machine before it.
const SECONDS: [(u64, u64); 2] = [(60, 5), (5, 1)];
/// Times between edits, and between looks at what the engine has done with.
const EDIT_EVERY: Duration = Duration::from_millis(100);
const COLLECT_EVERY: Duration = Duration::from_millis(10);

/// What a paced thread saw, in µs.
struct Watch {
    /// By how much it woke after its time.
    woke_late: Vec<f64>,
    /// Work of each block.
    took: Vec<f64>,
    /// By how much each block ended after the next was due.
    overran: Vec<f64>,
    /// Blocks that could not begin before the next was due.
    missed: u64,
    /// Blocks that were given up and left silent.
    silent: usize,
}

/// Runs the suite, with the shim that counts allocations where that has been built.
pub fn run(rows: &mut Rows) -> Result<()> {
    let shim = Shim::find();
    if let (None, Some(file)) = (shim, shim_file()) {
        return run_again_with(&file, rows.quick);
    }
    rows.note("how many voices are seven tenths of one core");
    let burden = Burden::of(LOAD, BLOCK)?;
    let (count, voices) = burden.size;
    rows.add("audio", "voices", (count * voices) as f64, "", None);
    rows.add("audio", "load_of_one_thread", burden.load, "share", None);
    let (seconds, before) = SECONDS[usize::from(rows.quick)];
    rows.note(&format!("{count} keyboards with {voices} voices each for {seconds} s"));
    let workers = usable_cpus().saturating_sub(1).max(1);
    let mut piece = Piece::new(&burden.patch, &pool(workers), burden.score())?;
    piece.settle()?;
    let idle = thread::spawn(move || watch(Duration::from_secs(before), &AtomicBool::new(false), |_| true));
    let idle = idle.join().expect("waiting does not panic");

    let Piece { mut control, mut performer } = piece;
    performer.set_live(true);
    let (length, end) = (Duration::from_secs(seconds), &AtomicBool::new(false));
    let (begun, used, counted) = (Instant::now(), Usage::now(), shim.map_or(0, |shim| shim.count()));
    let (audio, beside, edits) = thread::scope(|scope| {
        let audio = scope.spawn(|| perform(&mut performer, shim, length, end));
        let beside = scope.spawn(|| watch(length, end, |_| true));
        let edits = edit(&mut control, length);
        // Whoever fails ends the others.
        end.store(edits.is_err(), Ordering::Relaxed);
        (audio.join(), beside.join(), edits)
    });
    let used = Usage::now().since(used).cpu_s / begun.elapsed().as_secs_f64();
    let audio = audio.expect("rendering does not panic");
    let beside = beside.expect("waiting does not panic");
    tell_watch(rows, "control_before", &idle);
    tell_watch(rows, "control", &beside);
    tell_watch(rows, "audio", &audio);
    tell_audio(rows, &audio, &beside);
    rows.add("audio", "edits", edits? as f64, "", None);
    let casualties = control.take_casualties().len();
    rows.add("audio", "casualties", casualties as f64, "modules", Some(Target::AtMost(0.0)));
    rows.add("audio", "cores", used, "cores", None);
    if let Some(shim) = shim {
        let calls = (shim.count() - counted) as f64;
        rows.add("audio", "audio_path_allocations", calls, "calls", Some(Target::AtMost(0.0)));
    }
    Ok(())
}

/// The shim, if it lies beside this program.
fn shim_file() -> Option<PathBuf> {
    let file = std::env::current_exe().ok()?.with_file_name("libmanycord_malloc_shim.so");
    (cfg!(target_os = "linux") && file.exists()).then_some(file)
}

fn run_again_with(shim: &PathBuf, quick: bool) -> Result<()> {
    // A shim that cannot be loaded must not start this program for ever.
    const TRIED: &str = "MANYCORD_BENCH_SHIM";
    ensure!(std::env::var_os(TRIED).is_none(), "{} cannot be preloaded", shim.display());
    let mut again = Command::new(std::env::current_exe()?);
    again.arg("soak").args(quick.then_some("--quick")).env("LD_PRELOAD", shim).env(TRIED, "1");
    let status = again.status().context("the program cannot be started with the malloc shim")?;
    ensure!(status.success(), "with the malloc shim: {status}");
    Ok(())
}

/// Renders a block whenever one is due; what this thread and the workers allocate meanwhile is counted.
fn perform(performer: &mut Performer, shim: Option<Shim>, length: Duration, end: &AtomicBool) -> Watch {
    let counted = |counts: bool| {
        if let Some(shim) = shim {
            shim.arm(counts);
            if counts { shim.begin() } else { shim.end() }
        }
    };
    let watch = watch(length, end, |first| {
        if first {
            counted(true);
        }
        // All keys are held: what is silent was given up.
        performer.block(BLOCK).into_iter().flatten().any(|&value| value != 0.0)
    });
    counted(false);
    watch
}

/// Does some work whenever a block is due. It is told whether it is the first, and tells whether it was done.
fn watch(length: Duration, end: &AtomicBool, mut work: impl FnMut(bool) -> bool) -> Watch {
    let period = period(BLOCK);
    let blocks = (length.as_secs_f64() / period.as_secs_f64()) as usize;
    let room = || Vec::with_capacity(blocks);
    let mut watch = Watch { woke_late: room(), took: room(), overran: room(), missed: 0, silent: 0 };
    let begun = Instant::now();
    let mut pacer = Pacer::new(period);
    while watch.took.len() < blocks && begun.elapsed() < length && !end.load(Ordering::Relaxed) {
        let late = pacer.wait();
        let begun = Instant::now();
        let done = work(watch.took.is_empty());
        let took = begun.elapsed();
        let us = |time: Duration| time.as_secs_f64() * 1e6;
        watch.woke_late.push(us(late));
        watch.took.push(us(took));
        watch.overran.push(us((late + took).saturating_sub(period)));
        watch.silent += usize::from(!done);
    }
    watch.missed = pacer.missed;
    watch
}

/// Edits until the time is over; returns how often.
fn edit(control: &mut Control, length: Duration) -> Result<usize> {
    let begun = Instant::now();
    let mut edits = 0;
    while begun.elapsed() < length {
        if begun.elapsed() >= EDIT_EVERY * edits as u32 {
            there_and_back(control, edits)?;
            edits += 1;
        }
        control.collect();
        thread::sleep(COLLECT_EVERY);
    }
    Ok(edits)
}

fn tell_watch(rows: &mut Rows, case: &str, watch: &Watch) {
    let late = Quantiles::of(watch.woke_late.clone());
    rows.add(case, "woke_late_us_p50", late.median(), "us", None);
    rows.add(case, "woke_late_us_p99", late.at(0.99), "us", None);
    rows.add(case, "woke_late_us_max", late.most(), "us", None);
    let overran = watch.overran.iter().filter(|&&us| us > 0.0).count() as u64;
    rows.add(case, "missed_deadlines", (overran + watch.missed) as f64, "blocks", None);
}

fn tell_audio(rows: &mut Rows, audio: &Watch, beside: &Watch) {
    let took = Quantiles::of(audio.took.clone());
    rows.add("audio", "block_us_p50", took.median(), "us", None);
    rows.add("audio", "block_us_p99", took.at(0.99), "us", None);
    rows.add("audio", "block_us_max", took.most(), "us", None);
    rows.add("audio", "overran_us_max", Quantiles::of(audio.overran.clone()).most(), "us", None);
    rows.add("audio", "silent_blocks", audio.silent as f64, "blocks", Some(Target::AtMost(0.0)));
    // What the idle thread was late by at worst, the audio thread may be too.
    let jitter = Quantiles::of(beside.woke_late.clone()).most();
    let late = audio.overran.iter().filter(|&&us| us > jitter).count();
    rows.add("audio", "late_blocks", late as f64, "blocks", Some(Target::AtMost(0.0)));
}
