//! The same through the real CLAP bundle, with the threads that each instance has besides the pool.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::Result;
use manycord_tests::held::{Thread, threads};
use manycord_tests::host::{Bundle, Deck, Instance, Score};

use super::{BLOCKS, INSTANCES};
use crate::pacing::{Pacer, SAMPLE_RATE, period};
use crate::rows::{Rows, Target};

/// Keys that each instance has played before it falls silent.
const KEYS: std::ops::Range<u8> = 48..56;
/// Frames of the notes, and of the silence in which the patch that comes with a new instance dozes off.
const NOTES: u64 = 24_000;
const SILENCE: usize = 20 * SAMPLE_RATE as usize;
/// After a change each instance's keeper looks around often for a while.
const SETTLING: Duration = Duration::from_secs(1);

/// Measures what eight silent instances cost, the time in their `process` and on their own threads.
pub(super) fn run(rows: &mut Rows, length: Duration) -> Result<()> {
    let Some(path) = bundle() else {
        rows.note("no bundle: `cargo xtask bundle manycord --release` makes it");
        return Ok(());
    };
    let bundle = Bundle::load(&path)?;
    let mut instances = (0..INSTANCES).map(|_| Instance::new(&bundle)).collect::<Result<Vec<_>>>()?;
    let mut decks = Vec::new();
    for instance in &mut instances {
        let mut deck = instance.activate(f64::from(SAMPLE_RATE), BLOCKS[2] as u32)?;
        deck.set_score(Score::new(KEYS.flat_map(|key| Score::note(0, NOTES, key)).collect()));
        deck.play(SILENCE, || BLOCKS[2])?;
        decks.push(deck);
    }
    std::thread::sleep(SETTLING);
    for frames in BLOCKS {
        rows.note(&format!("bundle-silent-8x-b{frames}"));
        let (inside, beside) = spent(&mut decks, frames, length)?;
        let case = format!("bundle-silent-8x-b{frames}");
        rows.add(&case, "cpu_percent", inside + beside, "%", Some(Target::AtMost(0.5)));
        rows.add(&case, "own_threads_percent", beside, "%", None);
    }
    for (instance, deck) in instances.iter_mut().zip(decks) {
        instance.deactivate(deck);
    }
    Ok(())
}

/// The bundle, if it lies where it is made.
fn bundle() -> Option<PathBuf> {
    let own = std::env::current_exe().ok()?;
    let path = own.parent()?.parent()?.join("bundled/manycord.clap");
    (cfg!(target_os = "linux") && path.exists()).then_some(path)
}

/// Time spent in the instances' `process`, and by the threads that the bundle has started, in % of a core.
fn spent(decks: &mut [Deck], frames: usize, length: Duration) -> Result<(f64, f64)> {
    // The first thread is the host's; the host has no other.
    let own = std::process::id();
    let others = || threads().into_iter().filter(|&number| number != own);
    let ran_ns = || -> u64 { others().filter_map(Thread::find).map(|thread| thread.ran_ns).sum() };
    let mut pacer = Pacer::new(period(frames));
    let (begun, before, mut inside) = (Instant::now(), ran_ns(), Duration::ZERO);
    while begun.elapsed() < length {
        pacer.wait();
        for deck in &mut *decks {
            let earlier = deck.times.sum;
            deck.block(frames)?;
            inside += deck.times.sum - earlier;
            deck.heard.iter_mut().for_each(Vec::clear);
        }
    }
    let percent = |seconds: f64| seconds / begun.elapsed().as_secs_f64() * 100.0;
    Ok((percent(inside.as_secs_f64()), percent((ran_ns() - before) as f64 * 1e-9)))
}
