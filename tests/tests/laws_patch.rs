//! Laws 5, 6 and 7 over whole patches: saving changes nothing, edits elsewhere change nothing, and a bypassed
//! module passes on what it declares.

use manycord_engine::patch::{Cable, Patch, PatchModule, PortRef};
use manycord_engine::{Engine, Event, EventKind};
use manycord_modules::{CATALOG, Polyphony, Role};
use manycord_tests::random::{self, Random};
use manycord_tests::render::{Play, begin, block, hash, play, pool};
use manycord_tests::{performance, random::value};

const FRAMES: usize = 8_192;

#[test]
fn a_saved_patch_plays_the_same_bits() {
    let pool = pool(1);
    let mut sounding = 0;
    for seed in 0..60 {
        let patch = random::patch(seed + 5_000);
        let text = patch.to_toml();
        let again = Patch::parse(&text, "saved.toml").expect("what we write is read");
        assert_eq!(again.to_toml(), text, "seed {seed}: writing is not canonical");
        let events = performance::events(seed, FRAMES);
        let how = Play { workers: 1, block: 256, frames: FRAMES, events: &events, edits: None };
        let (first, second) = (play(&patch, &how, &pool), play(&again, &how, &pool));
        sounding += u32::from(first.iter().flatten().any(|value| value.abs() > 1e-4));
        assert_eq!(hash(&first), hash(&second), "seed {seed}");
    }
    assert!(sounding > 30, "only {sounding} of 60 patches sound");
}

fn module(id: &str, kind: &str, params: &[(&str, f32)]) -> PatchModule {
    PatchModule {
        id: id.into(),
        kind: kind.into(),
        params: params.iter().map(|(id, value)| ((*id).to_string(), *value)).collect(),
        ..PatchModule::default()
    }
}

fn cable(from: &str, to: &str) -> Cable {
    let port = |text: &str| {
        let (module, port) = text.split_once('.').expect("module.port");
        PortRef { module: module.into(), port: port.into() }
    };
    Cable { from: port(from), to: port(to), depth: 1.0, color: None }
}

/// A voice on the left; whatever is edited goes to the right.
fn voice() -> Patch {
    Patch {
        modules: vec![
            module("notes", "notes", &[("voices", 12.0)]),
            module("osc", "vco", &[("pulse_width", 0.3)]),
            module("filter", "ladder", &[("cutoff", 900.0), ("resonance", 0.5)]),
            module("env", "adsr", &[("attack", 0.02), ("release", 0.4)]),
            module("amp", "vca", &[]),
            module("out", "output", &[("limiter", 0.0)]),
        ],
        cables: vec![
            cable("notes.pitch", "osc.voct"),
            cable("notes.gate", "env.gate"),
            cable("osc.square", "filter.in"),
            cable("filter.out", "amp.in"),
            cable("env.env", "amp.cv"),
            cable("amp.out", "out.left"),
        ],
        ..Patch::default()
    }
}

fn notes_on(keys: &[u8]) -> Vec<Event> {
    let on = |&key| Event { frame: 0, kind: EventKind::NoteOn { channel: 0, key, id: -1, velocity: 0.8 } };
    keys.iter().map(on).collect()
}

fn run(engine: &mut Engine, events: &[Event], frames: usize) -> [Vec<f32>; 2] {
    let mut sides = [vec![0.0; frames], vec![0.0; frames]];
    block(engine, 0..frames, events, &vec![0.0; frames], &mut sides);
    sides
}

/// The null test: what is untouched by edits stays bit for bit.
#[test]
fn edits_elsewhere_leave_held_voices_alone() {
    const BLOCK: usize = 512;
    let pool = pool(1);
    // A second cable keeps the right side from following the left one.
    let mut patch = voice();
    patch.modules.push(module("hiss", "noise", &[]));
    patch.cables.push(cable("hiss.pink", "out.right"));
    let (mut control, mut edited) = begin(patch.clone(), &pool);
    let (_, mut untouched) = begin(patch, &pool);
    let mut random = Random(4);
    let mut heard = false;
    for number in 0..60 {
        let events = if number == 0 { notes_on(&[48, 55, 60, 64, 67, 70, 74, 77, 81]) } else { Vec::new() };
        let [left, _] = run(&mut edited, &events, BLOCK);
        let [same, _] = run(&mut untouched, &events, BLOCK);
        let first = (0..BLOCK).find(|&frame| left[frame].to_bits() != same[frame].to_bits());
        assert_eq!(first, None, "block {number} differs after an edit elsewhere");
        heard |= left.iter().any(|value| value.abs() > 0.01);
        let mut patch = control.patch().clone();
        elsewhere(&mut random, &mut patch, number);
        control.edit(patch).expect("the edit compiles");
        control.collect();
    }
    assert!(heard);
}

/// Adds a module to the right side, takes one away, or turns its knobs.
fn elsewhere(random: &mut Random, patch: &mut Patch, number: usize) {
    let extra: Vec<String> =
        patch.modules.iter().map(|m| m.id.clone()).filter(|id| id.starts_with("extra")).collect();
    if random.chance(0.3) && !extra.is_empty() {
        let gone = random.pick(&extra).clone();
        patch.modules.retain(|module| module.id != gone);
        patch.cables.retain(|cable| cable.from.module != gone && cable.to.module != gone);
        return;
    }
    let sources = ["noise", "vco", "lfo"];
    let kind = *random.pick(&sources);
    let id = format!("extra{number}");
    let spec = manycord_modules::find(kind).expect("it is in the catalog").spec;
    let mut added = module(&id, kind, &[]);
    for param in spec.params.iter().filter(|param| !param.structural) {
        added.params.insert(param.id.into(), value(random, param));
    }
    patch.modules.push(added);
    patch.cables.push(cable(&format!("{id}.{}", spec.outputs[0].id), "out.right"));
}

/// Law 7, for each module and each of its routes, with the voltages of a steady host input.
#[test]
fn a_bypassed_module_passes_on_what_it_declares() {
    let pool = pool(0);
    let mut routes = 0;
    for kind in CATALOG.iter().filter(|kind| kind.spec.role != Role::Output) {
        for (input, output) in kind.spec.bypass {
            routes += 1;
            let mut bypassed = module("tested", kind.spec.id, &[]);
            bypassed.bypass = true;
            let patch = Patch {
                modules: vec![
                    module("in", "input", &[]),
                    bypassed,
                    module("out", "output", &[("limiter", 0.0)]),
                ],
                cables: vec![
                    cable("in.left", &format!("tested.{}", input.id)),
                    cable(&format!("tested.{}", output.id), "out.left"),
                ],
                ..Patch::default()
            };
            let (_control, mut engine) = begin(patch, &pool);
            let volts: Vec<f32> = (0..2_000).map(|frame| ((frame * 29) % 83) as f32 * 0.01 - 0.4).collect();
            let mut sides = [vec![0.0; 2_000], vec![0.0; 2_000]];
            block(&mut engine, 0..2_000, &[], &volts, &mut sides);
            let worst = sides[0].iter().zip(&volts).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(worst < 1e-6, "{}: {} to {} is off by {worst}", kind.spec.id, input.id, output.id);
        }
    }
    assert!(routes >= 8, "only {routes} routes are declared");
}

#[test]
fn audio_processors_declare_how_they_are_bypassed() {
    use manycord_modules::{Class, PortKind};
    for kind in CATALOG.iter().filter(|kind| {
        matches!(kind.spec.class, Class::Filter | Class::Effect | Class::Level | Class::Shape)
            && kind.spec.inputs.iter().any(|input| input.kind == PortKind::Audio)
    }) {
        assert!(!kind.spec.bypass.is_empty(), "{} goes silent when bypassed", kind.spec.id);
        if kind.spec.class == Class::Effect {
            assert_eq!(kind.spec.polyphony, Polyphony::Mono, "{}", kind.spec.id);
        }
    }
}
