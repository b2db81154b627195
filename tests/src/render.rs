//! Plays a patch as a host would, in blocks of any size, and hashes what comes out.

use std::sync::Arc;

use manycord_engine::{Control, Engine, EngineSetup, Event, HostBlock, Overlap, Patch, start};
use manycord_modules::{CATALOG, Kind, Transport};
use manycord_pool::{Config, Pool};

use crate::random::{self, Random};

/// Frames per second of every render here.
pub const SAMPLE_RATE: f32 = 48_000.0;

/// How to play.
#[derive(Clone, Debug)]
pub struct Play<'a> {
    /// Worker threads besides the caller's.
    pub workers: usize,
    /// Frames per host block.
    pub block: usize,
    /// Frames in all.
    pub frames: usize,
    /// What the player does.
    pub events: &'a [Event],
    /// Frames (even) between two random edits from this seed; `None`: no edits.
    pub edits: Option<(usize, u64)>,
}

/// A pool with this many workers, whatever the machine has; they take part in every block, however small.
pub fn pool(workers: usize) -> Arc<Pool> {
    Pool::new(&Config { workers: Some(workers), eager: true, ..Config::default() })
}

/// An engine for a patch of the catalog.
pub fn begin(patch: Patch, pool: &Arc<Pool>) -> (Control, Engine) {
    begin_with(patch, CATALOG, pool)
}

/// The same for a patch of other modules.
pub fn begin_with(patch: Patch, catalog: &'static [Kind], pool: &Arc<Pool>) -> (Control, Engine) {
    let setup = EngineSetup { sample_rate: SAMPLE_RATE, call_frames: 0, pool: pool.clone(), patch, catalog };
    start(setup).expect("the patch compiles")
}

/// Plays a patch; returns left and right. With workers, head and tail overlap wherever the patch can be cut; without,
/// nowhere.
pub fn play(patch: &Patch, play: &Play<'_>, pool: &Arc<Pool>) -> [Vec<f32>; 2] {
    let (mut control, mut engine) = begin(patch.clone(), pool);
    control.overlap(if play.workers > 0 { Overlap::Always } else { Overlap::Never });
    let mut random = play.edits.map(|(_, seed)| Random(seed));
    let mut sides = [vec![0.0; play.frames], vec![0.0; play.frames]];
    let input: Vec<f32> = (0..play.frames).map(|frame| ((frame * 37) % 101) as f32 * 0.002 - 0.1).collect();
    let mut frame = 0;
    while frame < play.frames {
        let mut end = (frame + play.block).min(play.frames);
        if let Some((every, _)) = play.edits {
            if frame > 0 && frame.is_multiple_of(every) {
                edit(&mut control, random.as_mut().expect("edits have a seed"));
            }
            end = end.min((frame / (every / 2) + 1) * (every / 2));
        }
        let here: Vec<Event> = (play.events.iter())
            .filter(|event| (frame..end).contains(&(event.frame as usize)))
            .map(|event| Event { frame: event.frame - frame as u32, ..*event })
            .collect();
        block(&mut engine, frame..end, &here, &input, &mut sides);
        frame = end;
        // Dropping faded cables is an edit too: it must fall on the same frame in every render.
        if play.edits.is_some_and(|(every, _)| frame.is_multiple_of(every / 2)) {
            control.collect();
        }
    }
    sides
}

fn edit(control: &mut Control, random: &mut Random) {
    let next = random::edit(random, control.patch());
    control.edit(next).expect("random edits compile");
}

/// Renders a range as one host block; `events` count from its start. Allocates nothing.
pub fn block(
    engine: &mut Engine,
    range: std::ops::Range<usize>,
    events: &[Event],
    input: &[f32],
    sides: &mut [Vec<f32>; 2],
) {
    let beats_per_frame = 2.0 / f64::from(SAMPLE_RATE);
    let [left, right] = sides;
    engine.process(HostBlock {
        inputs: [&input[range.clone()], &input[range.clone()], &[], &[]],
        outputs: [&mut left[range.clone()], &mut right[range.clone()]],
        events,
        transport: Transport {
            playing: true,
            tempo_bpm: 120.0,
            beats: range.start as f64 * beats_per_frame,
            beats_per_frame,
            beats_per_bar: 4.0,
        },
    });
}

/// Hash of a render's bits (FNV-1a); no two zeros are told apart.
pub fn hash(sides: &[Vec<f32>; 2]) -> u64 {
    let bits = sides.iter().flatten().map(|value| (value + 0.0).to_bits());
    bits.fold(0xcbf2_9ce4_8422_2325, |hash, bits| (hash ^ u64::from(bits)).wrapping_mul(0x0100_0000_01b3))
}
