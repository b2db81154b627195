//! Plays a CLAP plugin as a process of its own; see `--help`.
#![forbid(unsafe_code)]

mod args;
mod report;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use manycord::song::Song;
use manycord_tests::host::{
    Action, Bundle, Deck, Edits, Input, Instance, Param, Score, Shim, Timed, state_of_patch,
};

use crate::args::{Args, USAGE};

/// Frames that are announced to the plugin at most, whatever the blocks are.
const MOST_ANNOUNCED: usize = 8_192;

fn main() -> std::process::ExitCode {
    let done = Args::read().and_then(|args| args.map_or_else(|| Ok(print!("{USAGE}")), |args| run(&args)));
    match done {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("headless-host: {error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<()> {
    let bundle = Bundle::load(&args.plugin)?;
    let mut instance = Instance::new(&bundle)?;
    let params = instance.params();
    if args.list {
        for param in &params {
            println!("{}\t{}\t{} to {}", param.id, param.name, param.range[0], param.range[1]);
        }
    }
    let states = args.patches.iter().map(|path| patch_state(path)).collect::<Result<Vec<_>>>()?;
    if let Some(path) = &args.state {
        instance.load(&read(path)?)?;
    } else if let Some(state) = states.first() {
        instance.load(state)?;
    }
    let song = args.midi.as_deref().map(Song::load).transpose()?;
    let seconds = args.seconds.unwrap_or_else(|| 2.0 + song.as_ref().map_or(0.0, Song::length));
    let frames = (seconds * args.rate).round() as usize;

    let largest = args.blocks.iter().copied().max().unwrap_or(1).min(MOST_ANNOUNCED);
    let mut deck = instance.activate(args.rate, largest as u32)?;
    let mut events =
        song.as_ref().map(|song| Score::of_song(song, args.rate).events().to_vec()).unwrap_or_default();
    if args.automate {
        events.extend(automation(&params, args.rate, frames));
    }
    deck.set_score(Score::new(events));
    deck.set_allocating(args.allocate);
    if let Some(song) = song {
        deck.set_tempo(song);
    }
    if let Some(hertz) = args.sine {
        deck.set_input(Input::Sine(hertz));
    }
    let workers = report::workers();
    let shim = Shim::find();
    if let Some(shim) = &shim {
        // What a worker's own start allocates is no part of the audio path.
        std::thread::sleep(Duration::from_millis(500));
        shim.arm(true);
    }
    let every = Duration::from_millis(args.edit_every.unwrap_or(0));
    let mut edits = Edits::new(if args.edit_every.is_some() { states } else { Vec::new() }, every);
    let mut next = 0;
    let mut progress = Progress { played: deck.played(), frames, shown: Instant::now() };
    while (deck.position() as usize) < frames {
        let left = frames - deck.position() as usize;
        let playing = stretch(deck, left, args, next)?;
        while !playing.is_finished() {
            instance.idle();
            edits.idle(&mut instance)?;
            if args.progress {
                progress.show();
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        (deck, next) = playing.join().map_err(|_| anyhow::anyhow!("the audio thread panicked"))??;
    }
    if let Some(shim) = &shim {
        shim.arm(false);
    }
    let figures = report::Figures {
        plugin: bundle.name.clone(),
        params: params.len(),
        rate: args.rate,
        latency: instance.latency(),
        workers,
        edits: edits.done,
        times: deck.times,
        heard: std::mem::take(&mut deck.heard),
        allocations: shim.map(|shim| (shim.count(), shim.first_offender())),
    };
    instance.deactivate(deck);
    if let Some(path) = &args.save_state {
        std::fs::write(path, instance.save()?).with_context(|| format!("{}", path.display()))?;
    }
    figures.put(args)
}

/// Each param in turn goes somewhere else, one each 10 ms.
fn automation(params: &[Param], rate: f64, frames: usize) -> impl Iterator<Item = Timed> {
    let every = (rate * 0.01) as usize;
    (0..frames).step_by(every.max(1)).zip(params.iter().cycle()).enumerate().map(
        |(number, (frame, param))| {
            // Golden-ratio steps: spread evenly, never the same.
            let share = (number as f64 * 0.618_033_988_749_895).fract();
            let value = param.range[0] + (param.range[1] - param.range[0]) * share;
            Timed { frame: frame as u64, action: Action::Param(param.id, value) }
        },
    )
}

/// Tells whoever started us how much is played, ten times a second.
struct Progress {
    played: Arc<AtomicU64>,
    frames: usize,
    shown: Instant,
}

impl Progress {
    fn show(&mut self) {
        if self.shown.elapsed() > Duration::from_millis(100) {
            self.shown = Instant::now();
            println!("progress {:.3}", self.played.load(Ordering::Relaxed) as f64 / self.frames as f64);
        }
    }
}

/// Plays on a new thread: all that is left, or as many blocks as one thread is to play. Returns where in the list
/// of block sizes it ended.
fn stretch(
    mut deck: Deck,
    frames: usize,
    args: &Args,
    mut next: usize,
) -> Result<JoinHandle<Result<(Deck, usize)>>> {
    let blocks = args.new_thread_every.unwrap_or(usize::MAX);
    let sizes = args.blocks.clone();
    let thread = std::thread::Builder::new().name("host-audio".into());
    let playing = thread.spawn(move || {
        let end = deck.position() + frames as u64;
        for _ in 0..blocks {
            let left = (end - deck.position()) as usize;
            if left == 0 {
                break;
            }
            deck.block(sizes[next % sizes.len()].min(left))?;
            next += 1;
        }
        Ok((deck, next))
    });
    playing.context("no thread can be started")
}

fn patch_state(path: &Path) -> Result<Vec<u8>> {
    let text = String::from_utf8(read(path)?).with_context(|| format!("{} is no text", path.display()))?;
    Ok(state_of_patch(&text))
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))
}
