//! One render of a song from its first frame to its last.

use std::time::Instant;

use indicatif::ProgressBar;
use manycord_engine::{Engine, EngineSetup, Event, GraphReport, HostBlock, Patch, start};
use manycord_modules::CATALOG;
use manycord_pool::{Config, Pool};

use super::args::Options;
use super::watch::Watch;
use crate::song::Song;

/// Longest wait for a tail to end, in seconds.
const MOST_TAIL: f64 = 30.0;

/// What a render gave.
pub(super) struct Take {
    /// Left and right, 1.0 = 0 dBFS.
    pub(super) sides: [Vec<f32>; 2],
    pub(super) seconds: f64,
    pub(super) wall_seconds: f64,
    pub(super) workers: usize,
    pub(super) latency: u32,
    /// The plan as it was at the end.
    pub(super) graph: GraphReport,
    /// What was seen of its blocks, if anybody wants to know.
    pub(super) watch: Watch,
}

/// Renders a song. The patch's latency is cut off at the start, so that the first note falls on its place.
pub(super) fn render(
    patch: &Patch,
    song: &Song,
    options: &Options,
    bar: &ProgressBar,
) -> anyhow::Result<Take> {
    let rate = f64::from(options.rate);
    let pool = Pool::new(&Config { workers: options.workers, ..Config::default() });
    let (mut control, mut engine) = start(EngineSetup {
        sample_rate: options.rate as f32,
        call_frames: options.block,
        pool: pool.clone(),
        patch: patch.clone(),
        catalog: CATALOG,
    })?;
    let latency = control.latency();
    let skip = latency as usize;
    let wanted = options.seconds.unwrap_or(song.length() + MOST_TAIL);
    let frames = (wanted * rate).round() as usize + skip;
    let song_end = (song.length() * rate) as usize;
    bar.set_length(frames as u64);
    let cuts = Cuts::of(song, rate);
    let mut sides = [Vec::with_capacity(frames), Vec::with_capacity(frames)];
    let (watched, mut watch) = (options.explain || options.timeline.is_some(), Watch::default());
    let begun = Instant::now();
    let mut next_event = 0;
    let mut frame = 0;
    while frame < frames {
        let length = cuts.within(frame, options.block).min(frames - frame);
        let events = song.events[next_event..].iter().map_while(|event| {
            let at = (event.seconds * rate).round() as usize;
            (at < frame + length)
                .then_some(Event { frame: at.saturating_sub(frame) as u32, kind: event.kind })
        });
        let events: Vec<Event> = events.collect();
        next_event += events.len();
        let transport = song.transport(frame as f64 / rate, rate);
        sides.iter_mut().for_each(|side| side.resize(frame + length, 0.0));
        process(&mut engine, &mut sides, frame, &events, transport);
        control.collect();
        if watched {
            watch.look(&mut control);
        }
        frame += length;
        bar.set_position(frame as u64);
        if options.seconds.is_none() && frame > song_end && engine.is_silent() {
            break;
        }
    }
    bar.finish_and_clear();
    let wall_seconds = begun.elapsed().as_secs_f64();
    sides.iter_mut().for_each(|side| drop(side.drain(..skip.min(side.len()))));
    let seconds = sides[0].len() as f64 / rate;
    Ok(Take { sides, seconds, wall_seconds, workers: pool.workers(), latency, graph: control.graph(), watch })
}

fn process(
    engine: &mut Engine,
    [left, right]: &mut [Vec<f32>; 2],
    frame: usize,
    events: &[Event],
    transport: manycord_modules::Transport,
) {
    engine.process(HostBlock {
        inputs: [&[]; 4],
        outputs: [&mut left[frame..], &mut right[frame..]],
        events,
        transport,
    });
}

/// Frames at which the tempo changes: blocks end there, so that each has one tempo.
struct Cuts(Vec<usize>);

impl Cuts {
    fn of(song: &Song, rate: f64) -> Cuts {
        Cuts(song.tempo_changes().map(|seconds| (seconds * rate).ceil() as usize).collect())
    }

    /// Length of a block from `frame`, at most `longest`.
    fn within(&self, frame: usize, longest: usize) -> usize {
        let next = self.0.iter().copied().find(|&cut| cut > frame);
        next.map_or(longest, |cut| longest.min(cut - frame))
    }
}
