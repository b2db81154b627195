//! `edits`: how long a patch of three hundred modules takes to compile, and how soon a new module renders while the
//! engine plays at seven tenths of a core's capacity and a host calls for long blocks.
//!
//! An edit is timed from before the new patch is put together. Three moments are measured. *Rendered*: the new module
//! is first called. The engine takes plans in at every grid line of 64 frames, also within a host's call, so that a plan
//! waits for the next call only if it comes when this one is nearly over or has ended. *Frame*: the place of that first
//! frame in the stream, if the first frame of each block is heard when the host asks for it. A call renders faster than
//! its block is heard, so that a frame late in a block is rendered before its time; this is what an ear can tell, less
//! what the sound card adds, which is the same for all frames. *Block end*: the host has the block.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use manycord_engine::patch::{Cable, Patch, PatchModule, PortRef};
use manycord_modules::{CATALOG, Class, Group, In, Io, Kind, LaneMask, Module, Out, Setup, Spec};
use manycord_pool::usable_cpus;

use crate::burden::Burden;
use crate::edits::there_and_back;
use crate::pacing::{Pacer, SAMPLE_RATE, period};
use crate::piece::{Performer, Piece, pool};
use crate::quantile::Quantiles;
use crate::reference::keyboards;
use crate::rows::{Rows, Target};
use crate::score::Score;

/// Keyboards of eight modules each, and three effects: three hundred modules less one, which the edit adds.
const KEYBOARDS: usize = 37;
/// Voices of each keyboard.
const VOICES: [usize; 2] = [1, 16];
/// Longest time to compile, in ms.
const COMPILE_MS: f64 = 5.0;
/// Edits that are measured: all, and for a glance.
const COMPILES: [usize; 2] = [200, 20];
const EDITS: [usize; 2] = [300, 30];

/// Load as a share of one thread, and frames per host block.
const LOAD: f64 = 0.70;
const BLOCK: usize = 512;
/// Longest time from an edit to the first frame that the new module renders, in ms.
const HEARD_MS: f64 = 10.0;
/// Time between two edits: never in step with the blocks.
const EDIT_EVERY: Duration = Duration::from_micros(83_300);
/// An edit that takes as long as this has been lost.
const LOST: Duration = Duration::from_secs(2);

/// Runs the suite.
pub fn run(rows: &mut Rows) -> Result<()> {
    for voices in VOICES {
        compile(rows, voices)?;
    }
    play(rows)
}

fn compile(rows: &mut Rows, voices: usize) -> Result<()> {
    let case = format!("300-modules-{voices}v");
    rows.note(&case);
    let patch = keyboards(KEYBOARDS, voices);
    let workers = usable_cpus().saturating_sub(1).max(1);
    let mut piece = Piece::new(&patch, &pool(workers), Score::once(Vec::new()))?;
    piece.settle()?;
    let (mut edits, mut loads) = (Vec::new(), Vec::new());
    for round in 0..COMPILES[usize::from(rows.quick)] {
        let begun = Instant::now();
        there_and_back(&mut piece.control, round)?;
        edits.push(begun.elapsed().as_secs_f64() * 1e3);
        piece.play(2 * BLOCK, BLOCK);
        piece.control.collect();
    }
    for _ in 0..COMPILES[usize::from(rows.quick)] / 10 {
        let fresh = patch.clone();
        let begun = Instant::now();
        piece.control.load(fresh)?;
        loads.push(begun.elapsed().as_secs_f64() * 1e3);
        piece.play(2 * BLOCK, BLOCK);
        piece.control.collect();
    }
    let (edits, loads) = (Quantiles::of(edits), Quantiles::of(loads));
    rows.add(&case, "edit_ms_p50", edits.median(), "ms", Some(Target::AtMost(COMPILE_MS)));
    rows.add(&case, "edit_ms_p99", edits.at(0.99), "ms", None);
    rows.add(&case, "load_ms_p50", loads.median(), "ms", None);
    Ok(())
}

/// When a probe first rendered, in ns since the first look at this clock; 0: not yet.
static RENDERED: AtomicU64 = AtomicU64::new(0);
/// The frame that it rendered first; valid once the above is not 0.
static FIRST_FRAME: AtomicU64 = AtomicU64::new(0);

fn now_ns() -> u64 {
    static BASE: OnceLock<Instant> = OnceLock::new();
    BASE.get_or_init(Instant::now).elapsed().as_nanos() as u64 + 1
}

const IN: In = In::audio(0, "in");
const OUT: Out = Out::audio(0, "out");

/// Passes sound on, and tells when it first did.
struct Probe;

impl Module for Probe {
    const SPEC: Spec = Spec::new("probe", "Probe", Class::Utility)
        .help("Tells when it first rendered.")
        .inputs(&[IN])
        .outputs(&[OUT]);

    fn new(_: &Setup) -> Probe {
        Probe
    }

    fn reset(&mut self, _: LaneMask) {}

    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_>, frames: std::ops::Range<usize>) {
        if RENDERED.load(Ordering::Relaxed) == 0 {
            let song = io.host.transport;
            let frame = (song.beats / song.beats_per_frame).round() as u64 + frames.start as u64;
            // One of them is first; which one does not matter: all begin at the same frame.
            FIRST_FRAME.store(frame, Ordering::Relaxed);
            // Release: whoever sees the time sees the frame.
            let _ = RENDERED.compare_exchange(0, now_ns(), Ordering::Release, Ordering::Relaxed);
        }
        for frame in frames {
            let volts: Group = io.input(IN).at(frame);
            io.set(OUT, frame, volts);
        }
    }
}

/// The catalog with the probe; made once per run of the suite.
fn catalog() -> &'static [Kind] {
    Box::leak(CATALOG.iter().copied().chain([Kind::of::<Probe>()]).collect::<Box<[Kind]>>())
}

fn play(rows: &mut Rows) -> Result<()> {
    let case = format!("70-percent-b{BLOCK}");
    rows.note(&case);
    let burden = Burden::of(LOAD, BLOCK)?;
    rows.add(&case, "load_of_one_thread", burden.load, "share", None);
    let workers = usable_cpus().saturating_sub(1).max(1);
    let mut piece = Piece::with(&burden.patch, &pool(workers), burden.score(), catalog())?;
    piece.settle()?;
    let Piece { mut control, mut performer } = piece;
    performer.set_live(true);
    let (end, stream) = (AtomicBool::new(false), Stream::default());
    let plain = control.patch().clone();
    let (mut rendered, mut heard, mut handed) = (Vec::new(), Vec::new(), Vec::new());
    thread::scope(|scope| -> Result<()> {
        scope.spawn(|| perform(&mut performer, &stream, &end));
        let begun = Instant::now();
        let result = (0..EDITS[usize::from(rows.quick)]).try_for_each(|round| {
            thread::sleep((EDIT_EVERY * round as u32).saturating_sub(begun.elapsed()));
            RENDERED.store(0, Ordering::Relaxed);
            let edited = now_ns();
            control.edit(probed(&plain))?;
            let ms = |ns: u64| ns.saturating_sub(edited) as f64 / 1e6;
            // Acquire: pairs with the probe's release.
            let first = wait_for(|| Some(RENDERED.load(Ordering::Acquire)).filter(|&ns| ns > 0))?;
            rendered.push(ms(first));
            heard.push(ms(stream.heard_ns(FIRST_FRAME.load(Ordering::Relaxed))));
            let block = wait_for(|| Some(stream.delivered.load(Ordering::Relaxed)).filter(|&ns| ns > first))?;
            handed.push(ms(block));
            control.edit(plain.clone())?;
            // The probe plays on while its cable fades out; the next edit must find it gone.
            wait_for(|| {
                control.collect();
                RENDERED.store(0, Ordering::Relaxed);
                thread::sleep(2 * period(BLOCK));
                (RENDERED.load(Ordering::Relaxed) == 0).then_some(())
            })
        });
        // Whoever fails ends the other.
        end.store(true, Ordering::Relaxed);
        result
    })?;
    let [rendered, heard, handed] = [rendered, heard, handed].map(Quantiles::of);
    rows.add(&case, "edit_to_rendered_ms_p50", rendered.median(), "ms", None);
    rows.add(&case, "edit_to_rendered_ms_p99", rendered.at(0.99), "ms", Some(Target::AtMost(HEARD_MS)));
    rows.add(&case, "edit_to_frame_ms_p50", heard.median(), "ms", None);
    rows.add(&case, "edit_to_frame_ms_p99", heard.at(0.99), "ms", None);
    rows.add(&case, "edit_to_block_end_ms_p50", handed.median(), "ms", None);
    rows.add(&case, "edit_to_block_end_ms_p99", handed.at(0.99), "ms", None);
    Ok(())
}

/// The patch with a probe behind its first amplifier.
fn probed(patch: &Patch) -> Patch {
    let mut patch = patch.clone();
    let port = |module: &str, port: &str| PortRef { module: module.into(), port: port.into() };
    let cable = |from, to| Cable { from, to, depth: 1.0, color: None };
    patch.modules.push(PatchModule { id: "probe".into(), kind: "probe".into(), ..Default::default() });
    patch.cables.push(cable(port("amp", "out"), port("probe", "in")));
    patch.cables.push(cable(port("probe", "out"), port("reverb", "left")));
    patch
}

/// Where the stream is, in ns on the clock of this suite.
#[derive(Default)]
struct Stream {
    /// When its first frame would have been asked for at the pace of now.
    origin: AtomicI64,
    /// When its last block was done.
    delivered: AtomicU64,
}

// Ordering: each number stands for itself.
impl Stream {
    /// The host asks for a block that begins with this frame.
    fn begin_block(&self, frame: usize) {
        self.origin.store(now_ns() as i64 - length_ns(frame as u64), Ordering::Relaxed);
    }

    /// When a frame is heard.
    fn heard_ns(&self, frame: u64) -> u64 {
        (self.origin.load(Ordering::Relaxed) + length_ns(frame)) as u64
    }
}

/// Time that so many frames take.
fn length_ns(frames: u64) -> i64 {
    (frames as f64 * 1e9 / f64::from(SAMPLE_RATE)) as i64
}

/// Renders a block whenever one is due; tells where the stream is.
fn perform(performer: &mut Performer, stream: &Stream, end: &AtomicBool) {
    let mut pacer = Pacer::new(period(BLOCK));
    while !end.load(Ordering::Relaxed) {
        pacer.wait();
        stream.begin_block(performer.frame());
        performer.block(BLOCK);
        stream.delivered.store(now_ns(), Ordering::Relaxed);
    }
}

fn wait_for<T>(mut look: impl FnMut() -> Option<T>) -> Result<T> {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return Ok(found);
        }
        ensure!(begun.elapsed() < LOST, "an edit was never heard");
        thread::sleep(Duration::from_micros(200));
    }
}
