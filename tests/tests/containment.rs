//! A bad module never takes the set down: a panic or a NaN stays inside the module that made it.

use std::ops::Range;

use manycord_engine::patch::{Cable, Patch, PatchModule, PortRef};
use manycord_engine::{Control, Engine, EngineSetup, start};
use manycord_modules::{Class, Group, In, Io, Kind, LaneMask, Module, Out, Param, Role, Setup, Spec};
use manycord_tests::render::{SAMPLE_RATE, block, pool};

const IN: In = In::audio(0, "in");
const MISCHIEF: Param = Param::integer(0, "mischief", 0.0, 2.0);
const OUT: Out = Out::audio(0, "out");

/// Puts out 1 V; panics at mischief 1, puts out NaN at 2.
struct Bad;

impl Module for Bad {
    const SPEC: Spec =
        Spec::new("bad", "Bad", Class::Utility).inputs(&[IN]).params(&[MISCHIEF]).outputs(&[OUT]);
    fn new(_setup: &Setup) -> Bad {
        Bad
    }
    fn reset(&mut self, _lanes: LaneMask) {}
    fn process(&mut self, io: &mut Io<'_>, frames: Range<usize>) {
        for frame in frames {
            let mischief = io.param(MISCHIEF).at(frame)[0];
            assert!(mischief != 1.0, "mischief on purpose");
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

/// `bad` is heard on the left through `after`, `good` on the right.
fn rack(workers: usize) -> (Control, Engine) {
    let patch = Patch {
        modules: vec![
            module("bad", "bad"),
            module("after", "sum"),
            module("good", "bad"),
            module("host", "host"),
        ],
        cables: vec![
            cable(("bad", "out"), ("after", "in")),
            cable(("after", "out"), ("host", "left")),
            cable(("good", "out"), ("host", "right")),
        ],
        ..Patch::default()
    };
    let pool = pool(workers);
    start(EngineSetup { sample_rate: SAMPLE_RATE, pool, patch, catalog: CATALOG })
        .expect("the patch compiles")
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
    for workers in [0, 2] {
        let (mut control, mut engine) = rack(workers);
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
    let (mut control, mut engine) = rack(0);
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
