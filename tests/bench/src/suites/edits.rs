//! `edits`: how long a patch of three hundred modules takes to compile, and how soon a new module renders while the
//! engine plays at seven tenths of a core's capacity and a host calls for long blocks.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use manycord_engine::patch::{Cable, Patch, PatchModule, PortRef};
use manycord_modules::{CATALOG, Class, Group, In, Io, Kind, LaneMask, Module, Out, Setup, Spec};
use manycord_pool::usable_cpus;

use crate::burden::Burden;
use crate::edits::there_and_back;
use crate::pacing::{Pacer, period};
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
        // One of them is first; which one does not matter.
        let _ = RENDERED.compare_exchange(0, now_ns(), Ordering::Relaxed, Ordering::Relaxed);
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
    let (end, delivered) = (AtomicBool::new(false), Arc::new(AtomicU64::new(0)));
    let plain = control.patch().clone();
    let (mut rendered, mut handed) = (Vec::new(), Vec::new());
    thread::scope(|scope| -> Result<()> {
        scope.spawn(|| perform(&mut performer, &delivered, &end));
        let begun = Instant::now();
        let result = (0..EDITS[usize::from(rows.quick)]).try_for_each(|round| {
            thread::sleep((EDIT_EVERY * round as u32).saturating_sub(begun.elapsed()));
            RENDERED.store(0, Ordering::Relaxed);
            let edited = now_ns();
            control.edit(probed(&plain))?;
            let ms = |ns: u64| ns.saturating_sub(edited) as f64 / 1e6;
            let first = wait_for(|| Some(RENDERED.load(Ordering::Relaxed)).filter(|&ns| ns > 0))?;
            rendered.push(ms(first));
            let block = wait_for(|| Some(delivered.load(Ordering::Relaxed)).filter(|&ns| ns > first))?;
            handed.push(ms(block));
            control.edit(plain.clone())?;
            // Also the cable of the probe fades out.
            thread::sleep(2 * period(BLOCK));
            control.collect();
            Ok(())
        });
        // Whoever fails ends the other.
        end.store(true, Ordering::Relaxed);
        result
    })?;
    let (rendered, handed) = (Quantiles::of(rendered), Quantiles::of(handed));
    rows.add(&case, "edit_to_rendered_ms_p50", rendered.median(), "ms", None);
    rows.add(&case, "edit_to_rendered_ms_p99", rendered.at(0.99), "ms", Some(Target::AtMost(HEARD_MS)));
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

/// Renders a block whenever one is due; tells when each was done.
fn perform(performer: &mut Performer, delivered: &AtomicU64, end: &AtomicBool) {
    let mut pacer = Pacer::new(period(BLOCK));
    while !end.load(Ordering::Relaxed) {
        pacer.wait();
        performer.block(BLOCK);
        delivered.store(now_ns(), Ordering::Relaxed);
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
