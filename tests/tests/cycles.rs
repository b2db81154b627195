//! Feedback: a loop is one frame late whatever the host's block is, only its members step frame by frame, and
//! loops run side by side.

use std::f64::consts::TAU;
use std::ops::Range;

use manycord_engine::patch::{Cable, Patch, PatchModule, PortRef};
use manycord_engine::{Control, Engine, GraphReport};
use manycord_modules::{CATALOG, Class, Group, In, Io, Kind, LaneMask, Module, Out, Param, Setup, Spec};
use manycord_tests::measure::{pitch, spectrum::FRAMES};
use manycord_tests::render::{SAMPLE_RATE, begin_with, block, pool};

const BLOCKS: [usize; 9] = [1, 7, 16, 63, 64, 65, 100, 512, 1024];
/// Frames until a loop has settled.
const SETTLE: usize = 9_600;

const FM: In = In::audio(0, "fm");
const HERTZ: Param = Param::hertz(0, "hertz", 20.0, 2_000.0);
const DEPTH: Param = Param::percent(1, "depth");
const OUT: Out = Out::audio(0, "out");

/// A sine of ±5 V whose frequency moves by `depth` at 5 V, with no delay of its own.
struct Operator {
    sample_rate: f64,
    turns: f64,
}

impl Module for Operator {
    const SPEC: Spec = Spec::new("operator", "Operator", Class::Source)
        .inputs(&[FM])
        .params(&[HERTZ, DEPTH])
        .outputs(&[OUT])
        .free_running();
    fn new(setup: &Setup) -> Operator {
        Operator { sample_rate: f64::from(setup.sample_rate), turns: 0.0 }
    }
    fn reset(&mut self, _lanes: LaneMask) {
        self.turns = 0.0;
    }
    fn process(&mut self, io: &mut Io<'_>, frames: Range<usize>) {
        for frame in frames {
            let share = io.input(FM).at(frame)[0] / 5.0 * io.param(DEPTH).at(frame)[0];
            let hertz = f64::from(io.param(HERTZ).at(frame)[0]) * (1.0 + f64::from(share));
            self.turns = (self.turns + hertz / self.sample_rate).rem_euclid(1.0);
            io.set(OUT, frame, Group::splat((self.turns * TAU).sin() as f32 * 5.0));
        }
    }
}

fn module(id: &str, kind: &str, params: &[(&str, f32)]) -> PatchModule {
    let params = params.iter().map(|(id, value)| ((*id).to_string(), *value)).collect();
    PatchModule { id: id.into(), kind: kind.into(), params, ..PatchModule::default() }
}

fn cables(list: &[(&str, &str)]) -> Vec<Cable> {
    let port = |text: &str| {
        let (module, port) = text.split_once('.').expect("module.port");
        PortRef { module: module.into(), port: port.into() }
    };
    list.iter().map(|(from, to)| Cable { from: port(from), to: port(to), depth: 1.0, color: None }).collect()
}

fn begin(patch: Patch, catalog: &'static [Kind], workers: usize) -> (Control, Engine) {
    begin_with(patch, catalog, &pool(workers))
}

/// The left side of a patch in blocks of this size.
fn render(patch: &Patch, catalog: &'static [Kind], size: usize, input: &[f32]) -> Vec<f32> {
    let (_control, mut engine) = begin(patch.clone(), catalog, 1);
    let mut sides = [vec![0.0; input.len()], vec![0.0; input.len()]];
    for start in (0..input.len()).step_by(size) {
        block(&mut engine, start..(start + size).min(input.len()), &[], input, &mut sides);
    }
    let [left, _] = sides;
    left
}

fn cents(hertz: f64, reference: f64) -> f64 {
    1200.0 * (hertz / reference).log2()
}

#[test]
fn a_plucked_loop_is_in_tune_at_every_block_size() {
    const A: f64 = 220.0;
    let seconds = (f64::from(SAMPLE_RATE) / A - 1.0) / f64::from(SAMPLE_RATE);
    let patch = Patch {
        modules: vec![
            module("in", "input", &[]),
            module("loop", "mixer4", &[("level_2", 0.9995)]),
            module("string", "delay", &[("time", seconds as f32), ("feedback", 0.0), ("mix", 1.0)]),
            module("out", "output", &[("limiter", 0.0)]),
        ],
        cables: cables(&[
            ("in.left", "loop.in_1"),
            ("loop.mix", "string.left"),
            ("string.left", "loop.in_2"),
            ("string.left", "out.left"),
        ]),
        ..Patch::default()
    };
    // One swing of the string, with no DC, which the loop would keep as well.
    let swing = (f64::from(SAMPLE_RATE) / A) as usize;
    let pluck = |frame: usize| {
        if frame < swing { (TAU * frame as f64 / swing as f64).sin() as f32 * 0.1 } else { 0.0 }
    };
    let input: Vec<f32> = (0..SETTLE + FRAMES).map(pluck).collect();
    let reference = render(&patch, CATALOG, 64, &input);
    for size in BLOCKS {
        let left = render(&patch, CATALOG, size, &input);
        let found = pitch::hertz(&left[SETTLE..], f64::from(SAMPLE_RATE));
        assert!(cents(found, A).abs() < 0.1, "block {size}: {found} Hz");
        assert!(left == reference, "block {size}: other bits than at 64");
    }
}

/// What three operators in a ring put out at the first, if the last is heard `late` frames later.
fn ring(hertz: [f64; 3], depth: f64, late: usize) -> Vec<f32> {
    let (mut turns, mut out) = ([0.0f64; 3], vec![0.0f64; SETTLE + FRAMES]);
    let mut heard = vec![0.0f64; SETTLE + FRAMES + late];
    for frame in 0..out.len() {
        let mut fm = heard[frame];
        for (turns, hertz) in turns.iter_mut().zip(hertz) {
            *turns = (*turns + hertz * (1.0 + fm * depth) / f64::from(SAMPLE_RATE)).rem_euclid(1.0);
            fm = (*turns * TAU).sin();
            if hertz == 220.0 {
                out[frame] = fm;
            }
        }
        heard[frame + late] = fm;
    }
    out.into_iter().map(|value| value as f32).collect()
}

#[test]
fn a_ring_of_three_operators_is_in_tune_at_every_block_size() {
    static RACK: &[Kind] = &[Kind::of::<Operator>(), Kind::of::<manycord_modules::catalog::output::Output>()];
    const DEPTH: f32 = 0.4;
    let operator = |id, hertz| module(id, "operator", &[("hertz", hertz), ("depth", DEPTH)]);
    let patch = Patch {
        modules: vec![
            operator("a", 220.0),
            operator("b", 331.0),
            operator("c", 443.0),
            module("out", "output", &[("limiter", 0.0)]),
        ],
        cables: cables(&[("a.out", "b.fm"), ("b.out", "c.fm"), ("c.out", "a.fm"), ("a.out", "out.left")]),
        ..Patch::default()
    };
    let found = |signal: &[f32]| pitch::hertz(&signal[SETTLE..], f64::from(SAMPLE_RATE));
    let truth = |late| found(&ring([220.0, 331.0, 443.0], f64::from(DEPTH), late));
    let exact = truth(1);
    assert!(cents(truth(64), exact).abs() > 0.5, "a loop that is a block late would not be told apart");
    for size in BLOCKS {
        let left = render(&patch, RACK, size, &vec![0.0; SETTLE + FRAMES]);
        let off = cents(found(&left), exact);
        assert!(off.abs() < 0.1, "block {size}: {off} cents");
    }
}

/// Which units step frame by frame, by module and group.
fn in_cycles(report: &GraphReport) -> Vec<(&str, u32)> {
    let parts = report.tasks.iter().flat_map(|task| &task.parts).filter(|part| part.in_cycle);
    let mut found: Vec<_> = parts.map(|part| (part.module.as_str(), part.group)).collect();
    found.sort_unstable();
    found
}

/// Task of a unit.
fn task(report: &GraphReport, module: &str, group: u32) -> usize {
    let holds = |task: &&manycord_engine::TaskReport| {
        task.parts.iter().any(|part| part.module == module && part.group == group)
    };
    report.tasks.iter().position(|task| holds(&task)).expect("every unit is in a task")
}

/// Whether a task must wait for another.
fn waits(report: &GraphReport, task: usize, other: usize) -> bool {
    report.tasks[other]
        .successors
        .iter()
        .any(|&next| next as usize == task || waits(report, task, next as usize))
}

/// Two echo loops behind one source, a reverb behind both, and a loop in every voice.
fn loops() -> Patch {
    let kinds = [
        ("notes", "notes"),
        ("osc", "vco"),
        ("bend", "vca"),
        ("hiss", "noise"),
        ("mix_a", "mixer4"),
        ("echo_a", "delay"),
        ("mix_b", "mixer4"),
        ("echo_b", "delay"),
        ("reverb", "reverb"),
        ("out", "output"),
    ];
    let mut modules: Vec<PatchModule> = kinds.iter().map(|(id, kind)| module(id, kind, &[])).collect();
    modules[0].params.insert("voices".into(), 24.0);
    Patch {
        modules,
        cables: cables(&[
            ("notes.pitch", "osc.voct"),
            ("osc.sine", "bend.in"),
            ("bend.out", "osc.fm"),
            ("hiss.white", "mix_a.in_1"),
            ("mix_a.mix", "echo_a.left"),
            ("echo_a.left", "mix_a.in_2"),
            ("hiss.white", "mix_b.in_1"),
            ("mix_b.mix", "echo_b.left"),
            ("echo_b.left", "mix_b.in_2"),
            ("echo_a.left", "reverb.left"),
            ("echo_b.left", "reverb.right"),
            ("bend.out", "out.left"),
            ("reverb.left", "out.right"),
        ]),
        ..Patch::default()
    }
}

#[test]
fn only_the_members_of_a_loop_step_frame_by_frame_and_loops_run_side_by_side() {
    let (mut control, _engine) = begin(loops(), CATALOG, 7);
    control.assume_costs(|_, _| 50_000.0);
    control.replan();
    let report = control.graph();
    let voices = [0, 1, 2].into_iter().flat_map(|group| [("bend", group), ("osc", group)]);
    let mut members: Vec<_> =
        ["echo_a", "echo_b", "mix_a", "mix_b"].map(|id| (id, 0)).into_iter().chain(voices).collect();
    members.sort_unstable();
    assert_eq!(in_cycles(&report), members);
    let heads = [("echo_a", 0), ("echo_b", 0), ("osc", 0), ("osc", 1), ("osc", 2)];
    let tasks = heads.map(|(module, group)| task(&report, module, group));
    for (place, &a) in tasks.iter().enumerate() {
        for &b in tasks.iter().skip(place + 1) {
            assert!(a != b && !waits(&report, a, b) && !waits(&report, b, a), "{report:#?}");
        }
    }
}

#[test]
fn voices_and_parallel_effects_need_not_wait_for_each_other() {
    let kinds = ["notes", "vco", "chorus", "delay", "mixer4", "output"];
    let mut patch = Patch::default();
    for part in ["low", "high"] {
        for kind in kinds.iter().filter(|kind| !matches!(**kind, "mixer4" | "output")) {
            patch.modules.push(module(&format!("{part}_{kind}"), kind, &[]));
        }
    }
    patch.modules.extend([module("mix", "mixer4", &[]), module("out", "output", &[])]);
    patch.modules.iter_mut().filter(|module| module.kind == "notes").for_each(|notes| {
        notes.params.insert("voices".into(), 16.0);
    });
    patch.cables = cables(&[
        ("low_notes.pitch", "low_vco.voct"),
        ("high_notes.pitch", "high_vco.voct"),
        ("low_vco.saw", "low_chorus.left"),
        ("low_vco.saw", "low_delay.left"),
        ("high_vco.saw", "high_chorus.left"),
        ("high_vco.saw", "high_delay.left"),
        ("low_chorus.left", "mix.in_1"),
        ("low_delay.left", "mix.in_2"),
        ("high_chorus.left", "mix.in_3"),
        ("high_delay.left", "mix.in_4"),
        ("mix.mix", "out.left"),
    ]);
    let (mut control, _engine) = begin(patch, CATALOG, 7);
    let dear = |module: &str| ["vco", "chorus", "delay"].iter().any(|kind| module.ends_with(kind));
    control.assume_costs(|module, _| if dear(module) { 60_000.0 } else { 500.0 });
    control.replan();
    let report = control.graph();
    let voices = ["low_vco", "high_vco"].into_iter().flat_map(|id| [(id, 0), (id, 1)]);
    let voices: Vec<usize> = voices.map(|(id, group)| task(&report, id, group)).collect();
    let effects = ["low_chorus", "low_delay", "high_chorus", "high_delay"].map(|id| task(&report, id, 0));
    for tasks in [&voices[..], &effects[..]] {
        for (place, &a) in tasks.iter().enumerate() {
            for &b in tasks.iter().skip(place + 1) {
                assert!(a != b && !waits(&report, a, b) && !waits(&report, b, a), "{report:#?}");
            }
        }
    }
    // One group's oscillator is not held up by the other part's effects, nor the other way round.
    assert!(!waits(&report, effects[0], voices[2]) && !waits(&report, effects[2], voices[0]));
    assert!(report.bound() > 3.5, "{}", report.bound());
}
