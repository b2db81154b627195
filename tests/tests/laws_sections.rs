//! Whether a module renders as one unit or in sections is never heard: the same patch gives the same bits.

use std::ops::Range;

use manycord_engine::patch::{Cable, Patch, PortRef};
use manycord_engine::{Control, Engine, Event};
use manycord_modules::catalog::chorus::Chorus;
use manycord_modules::{CATALOG, Io, Kind, LaneMask, Module, Setup, Spec};
use manycord_tests::performance;
use manycord_tests::random::{self, Random};
use manycord_tests::render::{begin_with, block, hash, pool};

const FRAMES: usize = 8_192;

/// The chorus as one unit.
struct Whole(Chorus);

impl Module for Whole {
    const SPEC: Spec = Spec { sections: &[], ..Chorus::SPEC };

    fn new(setup: &Setup) -> Whole {
        Whole(Chorus::new(setup))
    }

    fn reset(&mut self, lanes: LaneMask) {
        self.0.reset(lanes);
    }

    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_>, frames: Range<usize>) {
        self.0.process(io, frames);
    }
}

/// The catalog with the chorus as one unit.
fn unsplit() -> &'static [Kind] {
    let whole = |kind: &Kind| if kind.spec.id == Chorus::SPEC.id { Kind::of::<Whole>() } else { *kind };
    CATALOG.iter().map(whole).collect::<Vec<Kind>>().leak()
}

fn begin(patch: &Patch, catalog: &'static [Kind], workers: usize) -> (Control, Engine) {
    begin_with(patch.clone(), catalog, &pool(workers))
}

fn play(patch: &Patch, catalog: &'static [Kind], (seed, workers): (u64, usize)) -> [Vec<f32>; 2] {
    let (mut control, mut engine) = begin(patch, catalog, workers);
    let events = performance::events(seed, FRAMES);
    let mut sides = [vec![0.0; FRAMES], vec![0.0; FRAMES]];
    let input: Vec<f32> = (0..FRAMES).map(|frame| ((frame * 37) % 101) as f32 * 0.002 - 0.1).collect();
    for start in (0..FRAMES).step_by(512) {
        // A bypass switch and a knob move on the way.
        if start == 2_048 || start == 4_096 {
            let mut next = control.patch().clone();
            let chorus = next.modules.iter_mut().find(|module| module.id == "chorus").expect("it is there");
            chorus.bypass = start == 2_048;
            chorus.params.insert("depth".into(), 0.8);
            control.edit(next).expect("it compiles");
        }
        let here = events.iter().filter(|event| (start..start + 512).contains(&(event.frame as usize)));
        let here: Vec<Event> =
            here.map(|event| Event { frame: event.frame - start as u32, ..*event }).collect();
        block(&mut engine, start..start + 512, &here, &input, &mut sides);
    }
    sides
}

/// A random patch whose output is heard through a chorus.
fn patch(seed: u64) -> Patch {
    let mut random = Random(seed);
    let mut patch = random::patch(seed + 31_000);
    let kind = manycord_modules::find("chorus").expect("it is in the catalog");
    patch.modules.push(random::module(&mut random, kind, "chorus".into()));
    let port = |module: &str, port: &str| PortRef { module: module.into(), port: port.into() };
    if seed.is_multiple_of(2) {
        // What leaves the output leads back into the patch: every other one may be without loops around the chorus.
        patch.cables.retain(|cable| cable.from.module != "output");
    }
    for cable in patch.cables.iter_mut().filter(|cable| cable.to.module == "output") {
        if matches!(cable.to.port.as_str(), "left" | "right") {
            cable.to.module = "chorus".into();
        }
    }
    for side in ["left", "right"] {
        let (from, to) = (port("chorus", side), port("output", side));
        patch.cables.push(Cable { from, to, depth: 1.0, color: None });
    }
    patch
}

#[test]
fn a_module_in_sections_sounds_as_one_unit_does() {
    let (unsplit, mut sounding, mut cycles) = (unsplit(), 0, 0);
    for seed in 0..60 {
        let mut patch = patch(seed);
        patch.pipelined = seed % 3 == 0;
        let one = play(&patch, unsplit, (seed, 0));
        for workers in [0, 3] {
            let many = play(&patch, CATALOG, (seed, workers));
            let first = (0..FRAMES).find(|&frame| (0..2).any(|side| one[side][frame] != many[side][frame]));
            assert_eq!(hash(&one), hash(&many), "seed {seed}, {workers} workers: from frame {first:?}");
        }
        sounding += usize::from(one.iter().all(|side| side.iter().any(|volts| volts.abs() > 1e-4)));
        let report = begin(&patch, CATALOG, 0).0.graph();
        let mut parts = report.tasks.iter().flat_map(|task| &task.parts);
        cycles += usize::from(parts.any(|part| part.module == "chorus" && part.in_cycle));
    }
    assert!(sounding > 30, "only {sounding} of 60 patches sound on both sides");
    assert!((5..50).contains(&cycles), "{cycles} of 60 patches have the chorus in a loop");
}

/// The chorus alone behind a noise, heard on the outputs of these names.
fn effect(heard: &[&str]) -> Patch {
    let text = |from: &str, to: &str| format!("[[cable]]\nfrom = \"{from}\"\nto = \"{to}\"\n");
    let module = |id: &str| format!("[[module]]\nid = \"{id}\"\nkind = \"{id}\"\n");
    let modules: String = ["noise", "chorus", "output"].into_iter().map(module).collect();
    let cables: String =
        heard.iter().map(|side| text(&format!("chorus.{side}"), &format!("output.{side}"))).collect();
    let patch = format!("manycord = 1\n{modules}{}{cables}", text("noise.white", "chorus.left"));
    Patch::parse(&patch, "effect.toml").expect("the patch is sound")
}

/// The chorus' units in a plan, with their tasks.
fn chorus(control: &Control) -> Vec<(String, usize)> {
    let tasks = control.graph().tasks;
    let parts =
        tasks.iter().enumerate().flat_map(|(task, report)| report.parts.iter().map(move |part| (part, task)));
    let mut units: Vec<_> =
        parts.filter(|(part, _)| part.module == "chorus").map(|(part, task)| (part.name(), task)).collect();
    units.sort();
    units
}

#[test]
fn sections_render_side_by_side_if_that_pays_and_not_at_all_if_nobody_listens() {
    let (mut control, _engine) = begin(&effect(&["left", "right"]), CATALOG, 1);
    let mut tasks = |chorus_ns: f32| {
        control.assume_costs(|module, _| if module == "chorus" { chorus_ns } else { 500.0 });
        control.replan();
        let units = chorus(&control);
        let names: Vec<&str> = units.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["chorus.left", "chorus.right"]);
        (units[0].1, units[1].1)
    };
    let (left, right) = tasks(100_000.0);
    assert_ne!(left, right);
    let (left, right) = tasks(1_000.0);
    assert_eq!(left, right);
    for heard in [&["right"][..], &["left"], &[]] {
        let (control, _engine) = begin(&effect(heard), CATALOG, 1);
        let names: Vec<String> = chorus(&control).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, [format!("chorus.{}", heard.first().unwrap_or(&"left"))]);
    }
}
