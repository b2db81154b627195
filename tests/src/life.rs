//! The life of a patch: host blocks cut at random, edits, jumps of the song and, if asked for, new plans for the same
//! patch. The same seed gives the same life, whatever the plans and the cuts.

use manycord_engine::patch::{Cable, Macro, MacroTarget, Patch, PortRef};
use manycord_engine::{Control, Engine, Event, HostBlock, Overlap};
use manycord_modules::Transport;

use crate::performance;
use crate::random::{self, Random};
use crate::render::{self, SAMPLE_RATE, pool};

/// Frames from one edit to the next.
const EDIT_EVERY: usize = 2_048;

/// How a patch is played.
#[derive(Clone, Copy, Debug)]
pub struct Life {
    /// Of notes, edits and the song.
    pub seed: u64,
    /// Worker threads besides the caller's.
    pub workers: usize,
    /// Frames in all.
    pub frames: usize,
    /// Whether new plans are made now and then, for costs at random. The blocks are then cut elsewhere too.
    pub replans: bool,
    /// When head and tail of a patch that is not pipelined render side by side.
    pub overlap: Overlap,
}

/// An engine for a patch of the catalog.
pub fn begin(patch: &Patch, workers: usize) -> (Control, Engine) {
    render::begin(patch.clone(), &pool(workers))
}

/// Whether a plan is cut so that modules lie on both sides.
pub fn is_cut(control: &Control) -> bool {
    let report = control.graph();
    let parts = || report.tasks.iter().flat_map(|task| &task.parts);
    parts().any(|part| part.tail) && parts().any(|part| !part.tail)
}

/// A random patch whose macros move knobs; some lead all that is heard through effects.
pub fn patch(seed: u64, number: u64, with_effects: bool) -> Patch {
    let mut patch = random::patch(number);
    if with_effects {
        add_effects(&mut patch, seed);
    }
    map_macros(&mut patch, seed);
    patch
}

/// Plays a patch. Returns left and right, and how many plans were made besides those that edits need.
pub fn play(patch: &Patch, life: &Life) -> ([Vec<f32>; 2], u32) {
    let events = performance::events(life.seed, life.frames);
    let (mut control, mut engine) = begin(patch, life.workers);
    control.overlap(life.overlap);
    let (mut edits, mut chance) = (Random(life.seed), Random(life.seed ^ 0xd41f));
    let song = Song::new(life.seed, life.frames);
    let mut sides = [vec![0.0; life.frames], vec![0.0; life.frames]];
    let input: Vec<f32> = (0..life.frames).map(|frame| ((frame * 37) % 101) as f32 * 0.002 - 0.1).collect();
    let (mut frame, mut made) = (0, 0);
    while frame < life.frames {
        if frame > 0 && frame.is_multiple_of(EDIT_EVERY) {
            let next = random::edit(&mut edits, control.patch());
            control.edit(next).expect("random edits compile");
        }
        let next_edit = (frame / EDIT_EVERY + 1) * EDIT_EVERY;
        let end =
            (frame + 1 + chance.below(300)).min(next_edit).min(song.next_change(frame)).min(life.frames);
        if life.replans && chance.chance(0.3) {
            let spread = 10.0f32.powi(1 + chance.below(5) as i32);
            control.assume_costs(|_, _| 10.0 + chance.share() * spread);
            control.replan();
            made += 1;
        }
        let here: Vec<Event> = (events.iter())
            .filter(|event| (frame..end).contains(&(event.frame as usize)))
            .map(|event| Event { frame: event.frame - frame as u32, ..*event })
            .collect();
        let [left, right] = &mut sides;
        engine.process(HostBlock {
            inputs: [&input[frame..end], &input[frame..end], &[], &[]],
            outputs: [&mut left[frame..end], &mut right[frame..end]],
            events: &here,
            transport: song.at(frame),
        });
        frame = end;
        // Dropping faded cables is an edit too: it must fall on the same frame in every life.
        if frame.is_multiple_of(EDIT_EVERY) {
            control.collect();
        }
    }
    (sides, made)
}

/// A song that stops, jumps and changes its tempo.
struct Song {
    /// From which frame on, and how it goes there.
    parts: Vec<(usize, Transport)>,
}

impl Song {
    fn new(seed: u64, frames: usize) -> Song {
        let mut random = Random(seed ^ 0x50a6);
        let mut starts: Vec<usize> = (0..6).map(|_| random.below(frames)).collect();
        starts.push(0);
        starts.sort_unstable();
        starts.dedup();
        let part = |start: usize| {
            let playing = random.chance(0.8);
            // Powers of two: positions are exact however the host cuts its blocks.
            let pace = (1 + random.below(15)) as f64 / 131_072.0;
            let transport = Transport {
                playing,
                tempo_bpm: pace * f64::from(SAMPLE_RATE) * 60.0,
                beats: random.below(64) as f64 * 0.25,
                beats_per_frame: if playing { pace } else { 0.0 },
                beats_per_bar: 4.0,
            };
            (start, transport)
        };
        Song { parts: starts.into_iter().map(part).collect() }
    }

    /// As the host tells it at the start of a block.
    fn at(&self, frame: usize) -> Transport {
        let (start, song) = self.parts[self.parts.partition_point(|part| part.0 <= frame) - 1];
        Transport { beats: song.beats + (frame - start) as f64 * song.beats_per_frame, ..song }
    }

    fn next_change(&self, frame: usize) -> usize {
        self.parts.iter().map(|part| part.0).find(|&start| start > frame).unwrap_or(usize::MAX)
    }
}

/// Maps a few knobs to macros, which a performance moves: the document hears of those moves late.
pub fn map_macros(patch: &mut Patch, seed: u64) {
    let mut random = Random(seed ^ 0x3ac);
    for index in 1..=4 {
        let module = random.pick(&patch.modules);
        let Some(kind) = manycord_modules::find(&module.kind) else { continue };
        let Some(param) = kind.spec.params.iter().find(|param| !param.structural) else { continue };
        let knob = PortRef { module: module.id.clone(), port: param.id.into() };
        let target = MacroTarget { param: knob, from: param.min, to: param.max };
        patch.macros.push(Macro { index, targets: vec![target], ..Macro::default() });
    }
}

/// Leads all that the module `output` hears through three effects in a row, out of any loop.
pub fn add_effects(patch: &mut Patch, seed: u64) {
    let mut random = Random(seed ^ 0xeffe);
    let chain = ["fx_chorus", "fx_delay", "fx_reverb", "output"];
    patch.cables.retain(|cable| cable.from.module != "output");
    let heard = |port: &PortRef| port.module == "output" && ["left", "right"].contains(&port.port.as_str());
    for cable in patch.cables.iter_mut().filter(|cable| heard(&cable.to)) {
        cable.to.module = chain[0].into();
    }
    for ends in chain.windows(2) {
        let kind = manycord_modules::find(ends[0].trim_start_matches("fx_")).expect("the effect is there");
        patch.modules.push(random::module(&mut random, kind, ends[0].into()));
        for side in ["left", "right"] {
            let port = |module: &str| PortRef { module: module.into(), port: side.into() };
            patch.cables.push(Cable { from: port(ends[0]), to: port(ends[1]), depth: 1.0, color: None });
        }
    }
}
