//! A bad module never takes the set down: a panic, a NaN or an endless loop stays inside the module that made it.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use manycord_engine::patch::{Cable, Patch, PatchModule, PortRef};
use manycord_engine::{Control, Engine, HostBlock, Overlap};
use manycord_modules::{
    Class, Group, In, Io, Kind, LaneMask, Module, Out, Param, Role, Setup, Spec, Transport,
};
use manycord_tests::render::{begin_with, block, pool};

thread_local! {
    static COUNTED: Cell<bool> = const { Cell::new(false) };
}

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

/// Counts on the threads that ask for it.
struct Counting;

// SAFETY: every call is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(u64::from(COUNTED.get()), Ordering::Relaxed);
        // SAFETY: as the caller promised us.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        ALLOCATIONS.fetch_add(u64::from(COUNTED.get()), Ordering::Relaxed);
        // SAFETY: as the caller promised us.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const IN: In = In::audio(0, "in");
const MISCHIEF: Param = Param::integer(0, "mischief", 0.0, 4.0);
const OUT: Out = Out::audio(0, "out");

/// Ends all endless loops.
static RELEASED: AtomicBool = AtomicBool::new(false);

/// Puts out 1 V; panics at mischief 1, puts out NaN at 2, does not return at 3,
/// and takes 6 ms for each block at 4.
struct Bad;

impl Module for Bad {
    const SPEC: Spec =
        Spec::new("bad", "Bad", Class::Utility).inputs(&[IN]).params(&[MISCHIEF]).outputs(&[OUT]).unproven();
    fn new(_setup: &Setup) -> Bad {
        Bad
    }
    fn reset(&mut self, _lanes: LaneMask) {}
    fn process(&mut self, io: &mut Io<'_>, frames: Range<usize>) {
        for frame in frames {
            let mischief = io.param(MISCHIEF).at(frame)[0];
            assert!(mischief != 1.0, "mischief on purpose");
            while mischief == 3.0 && !RELEASED.load(Ordering::Relaxed) {
                std::hint::spin_loop();
            }
            if mischief == 4.0 && frame == 0 {
                std::thread::sleep(Duration::from_millis(6));
            }
            let value = if mischief == 2.0 && frame >= 20 { f32::NAN } else { 1.0 };
            io.set(OUT, frame, Group::splat(value));
        }
    }
}

/// Passes on what comes in and would keep a NaN for ever.
struct Sum {
    kept: Group,
}

impl Module for Sum {
    const SPEC: Spec = Spec::new("sum", "Sum", Class::Utility).inputs(&[IN]).outputs(&[OUT]);
    fn new(_setup: &Setup) -> Sum {
        Sum { kept: Group::ZERO }
    }
    fn reset(&mut self, _lanes: LaneMask) {
        self.kept = Group::ZERO;
    }
    fn process(&mut self, io: &mut Io<'_>, frames: Range<usize>) {
        for frame in frames {
            self.kept = self.kept * 0.5 + io.input(IN).at(frame) * 0.5;
            io.set(OUT, frame, self.kept);
        }
    }
}

const LEFT: In = In::audio(0, "left");
const RIGHT: In = In::audio(1, "right");
const HOST_LEFT: Out = Out::audio(0, "host_left");
const HOST_RIGHT: Out = Out::audio(1, "host_right");

/// Left and right as they come.
struct Host;

impl Module for Host {
    const SPEC: Spec = Spec::new("host", "Host", Class::Io)
        .mono()
        .role(Role::Output)
        .inputs(&[LEFT, RIGHT])
        .outputs(&[HOST_LEFT, HOST_RIGHT]);
    fn new(_setup: &Setup) -> Host {
        Host
    }
    fn reset(&mut self, _lanes: LaneMask) {}
    fn process(&mut self, io: &mut Io<'_>, frames: Range<usize>) {
        for frame in frames {
            io.set(HOST_LEFT, frame, io.input(LEFT).at(frame));
            io.set(HOST_RIGHT, frame, io.input(RIGHT).at(frame));
        }
    }
}

static CATALOG: &[Kind] = &[Kind::of::<Bad>(), Kind::of::<Sum>(), Kind::of::<Host>()];

fn module(id: &str, kind: &str) -> PatchModule {
    PatchModule { id: id.into(), kind: kind.into(), ..PatchModule::default() }
}

fn cable(from: (&str, &str), to: (&str, &str)) -> Cable {
    let port = |(module, port): (&str, &str)| PortRef { module: module.into(), port: port.into() };
    Cable { from: port(from), to: port(to), depth: 1.0, color: None }
}

/// Bad modules are heard on the left through `after`, `good` on the right.
fn patch(bad: &[String]) -> Patch {
    let mut patch = Patch {
        modules: vec![module("after", "sum"), module("good", "bad"), module("host", "host")],
        cables: vec![cable(("after", "out"), ("host", "left")), cable(("good", "out"), ("host", "right"))],
        ..Patch::default()
    };
    for id in bad {
        patch.modules.push(module(id, "bad"));
        patch.cables.push(cable((id, "out"), ("after", "in")));
    }
    patch
}

fn begin(patch: Patch, workers: usize) -> (Control, Engine) {
    begin_with(patch, CATALOG, &pool(workers))
}

fn rack(workers: usize) -> (Control, Engine) {
    begin(patch(&["bad".into()]), workers)
}

/// The same with these bad modules behind the cut of a patch that is pipelined, or whose tail catches up within a call.
fn cut_rack(pipelined: bool, bad: &[&str], workers: usize) -> (Control, Engine) {
    let mut patch = patch(&bad.iter().map(|id| id.to_string()).collect::<Vec<_>>());
    patch.pipelined = pipelined;
    patch.modules.push(module("before", "sum"));
    patch.cables.extend(bad.iter().map(|id| cable(("before", "out"), (id, "in"))));
    let (mut control, mut engine) = begin(patch, workers);
    control.assume_costs(|module, _| if module == "before" { 90_000.0 } else { 1_000.0 });
    control.overlap(Overlap::Always);
    render(&mut engine, 64);
    let report = control.graph();
    let tail = |id: &str| {
        let mut parts = report.tasks.iter().flat_map(|task| &task.parts);
        parts.any(|part| part.module == id && part.tail)
    };
    assert!(bad.iter().all(|id| tail(id)) && tail("after") && !tail("before"), "{report:#?}");
    (control, engine)
}

fn render(engine: &mut Engine, frames: usize) -> [Vec<f32>; 2] {
    let mut sides = [vec![0.0; frames], vec![0.0; frames]];
    block(engine, 0..frames, &[], &vec![0.0; frames], &mut sides);
    sides
}

#[test]
fn a_panic_silences_its_module_alone_and_names_it() {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let cut = [(true, 0), (true, 2), (false, 0), (false, 2)];
    let cut = cut.map(|(pipelined, workers)| cut_rack(pipelined, &["bad"], workers));
    for (mut control, mut engine) in [rack(0), rack(2)].into_iter().chain(cut) {
        render(&mut engine, 640);
        control.set_param("bad", "mischief", 1.0);
        let [left, right] = render(&mut engine, 4_800);
        assert!(left[4_000..].iter().all(|value| value.abs() < 1e-6));
        assert!(right.iter().all(|&value| value == 0.1));
        let quarantined: Vec<_> = control.modules().into_iter().filter(|m| m.quarantined).collect();
        assert_eq!(quarantined.iter().map(|m| m.id.as_str()).collect::<Vec<_>>(), ["bad"]);
    }
    std::panic::set_hook(hook);
}

#[test]
fn a_nan_is_never_seen_by_a_neighbour_and_the_module_recovers() {
    for (mut control, mut engine) in [rack(0), cut_rack(true, &["bad"], 0), cut_rack(false, &["bad"], 2)] {
        render(&mut engine, 640);
        control.set_param("bad", "mischief", 2.0);
        let [left, right] = render(&mut engine, 4_800);
        assert!(left.iter().chain(&right).all(|value| value.is_finite()));
        assert!(left[4_000..].iter().any(|&value| value > 0.01), "the frames before the NaN are heard");
        assert!(control.modules().iter().any(|m| m.id == "bad" && m.resets > 10));
        control.set_param("bad", "mischief", 0.0);
        let [left, _] = render(&mut engine, 4_800);
        assert!(left[4_000..].iter().all(|&value| (value - 0.1).abs() < 1e-6));
    }
}

/// Live blocks of 64 frames at their time, until `done` says so of what the right side gives; without an allocation.
/// Returns how long it took.
fn play_until(engine: &mut Engine, mut done: impl FnMut(&[f32; 64]) -> bool) -> Duration {
    let (begun, mut due) = (Instant::now(), Instant::now());
    let mut sides = [[0.0f32; 64]; 2];
    COUNTED.set(true);
    loop {
        let [left, right] = &mut sides;
        engine.process(HostBlock {
            inputs: [&[]; 4],
            outputs: [left, right],
            events: &[],
            transport: Transport::default(),
        });
        if done(&sides[1]) || begun.elapsed() > Duration::from_secs(10) {
            break;
        }
        due += Duration::from_micros(1_333);
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
    }
    COUNTED.set(false);
    begun.elapsed()
}

/// Ten modules in a row never return. Each time the rest is heard again within 50 ms: on this noisy kind of machine in
/// at least half of the cases, and always within a second.
#[test]
fn endless_loops_are_given_up_one_after_the_other_and_the_rest_plays_on() {
    let patch = patch(&(0..10).map(|number| format!("bad{number}")).collect::<Vec<_>>());
    let (control, mut engine) = begin(patch, 2);
    engine.set_live(true);
    let (control, ended) = (Mutex::new(control), AtomicBool::new(false));
    let control = || control.lock().expect("no holder panics");
    let mut gaps = Vec::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !ended.load(Ordering::Relaxed) {
                control().collect();
                std::thread::sleep(Duration::from_millis(1));
            }
        });
        for number in 0..10 {
            let id = format!("bad{number}");
            control().set_param(&id, "mischief", 3.0);
            play_until(&mut engine, |right| right[63] == 0.0);
            gaps.push(play_until(&mut engine, |right| right[63] != 0.0));
            let deaf = Instant::now();
            let mut lost = Vec::new();
            while lost.is_empty() && deaf.elapsed() < Duration::from_secs(5) {
                lost = control().take_casualties();
            }
            assert_eq!(lost, std::slice::from_ref(&id), "the culprit is named");
            // The fade-in over, the good one is where it was.
            play_until(&mut engine, |right| right.iter().all(|&value| value == 0.1));
            let reports = control().modules();
            assert!(reports.iter().any(|module| module.id == id && module.quarantined));
            assert_eq!(reports.iter().filter(|module| module.quarantined).count(), number + 1);
        }
        ended.store(true, Ordering::Relaxed);
    });
    println!("silent for {gaps:?}");
    gaps.sort();
    RELEASED.store(true, Ordering::Relaxed);
    assert_eq!(ALLOCATIONS.load(Ordering::Relaxed), 0, "allocated on the audio thread");
    assert!(gaps[5] < Duration::from_millis(50), "{gaps:?}");
    assert!(gaps[9] < Duration::from_secs(1), "{gaps:?}");
}

/// The loop begins in the tail's last block before another plan comes in: the plan, which does not hold the culprit's
/// place yet, must come in all the same.
#[test]
fn an_endless_loop_in_the_tail_is_given_up_although_a_new_plan_waits_for_it() {
    for (waits, pipelined) in [(false, true), (true, true), (false, false), (true, false)] {
        let (mut control, mut engine) = cut_rack(pipelined, &["bad"], 2);
        render(&mut engine, 640);
        engine.set_live(true);
        control.set_param("bad", "mischief", 3.0);
        // The head is at the turned knob; the tail comes there in the next block.
        render(&mut engine, 64);
        if waits {
            let next = control.patch().clone();
            control.edit(next).expect("the patch compiles");
        }
        let mut lost = Vec::new();
        play_until(&mut engine, |right| {
            COUNTED.set(false);
            control.collect();
            lost.extend(control.take_casualties());
            COUNTED.set(true);
            !lost.is_empty() && right.iter().all(|&value| value == 0.1)
        });
        assert_eq!(lost, ["bad"], "a plan waits: {waits}, pipelined: {pipelined}");
        let quarantined: Vec<_> = control.modules().into_iter().filter(|m| m.quarantined).collect();
        assert_eq!(quarantined.iter().map(|m| m.id.as_str()).collect::<Vec<_>>(), ["bad"]);
        let [left, right] = render(&mut engine, 4_800);
        assert!(
            left[2_000..].iter().all(|value| value.abs() < 1e-6) && right.iter().all(|&value| value == 0.1)
        );
    }
}

/// Three slow modules in a row keep every block waiting, and none of them for so long that it is given up.
#[test]
fn modules_in_the_tail_that_are_always_late_can_still_be_taken_out() {
    [true, false].into_iter().for_each(take_out_the_slow);
}

fn take_out_the_slow(pipelined: bool) {
    let slow = ["slow1", "slow2", "slow3"];
    let (mut control, mut engine) = cut_rack(pipelined, &slow, 1);
    engine.set_live(true);
    for id in slow {
        control.set_param(id, "mischief", 4.0);
    }
    play_until(&mut engine, |right| right[63] == 0.0);
    // Every plan that leaves finds them late.
    control.edit(Patch { pipelined, ..patch(&[]) }).expect("the patch compiles");
    let mut back = false;
    play_until(&mut engine, |right| {
        COUNTED.set(false);
        control.collect();
        let gone = control.modules().iter().all(|module| !slow.contains(&module.id.as_str()));
        back = gone && right.iter().all(|&value| value == 0.1);
        COUNTED.set(true);
        back
    });
    assert!(back, "the plan without them never came in");
    assert_eq!(control.take_casualties(), [""; 0]);
}
