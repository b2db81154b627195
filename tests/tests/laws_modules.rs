//! The laws that every module of the catalog keeps by itself, without any engine.

use manycord_modules::rig::Rig;
use manycord_modules::{CATALOG, Group, Kind, LANES, LaneMask, Level, Polyphony, Quality, Role, Setup};
use manycord_tests::stimulus::{Manner, Stimulus};

const SAMPLE_RATE: f32 = 48_000.0;
const BLOCKS: usize = 40;
const FRAMES: usize = BLOCKS * 64;

/// Every kind of module at every quality.
fn every() -> impl Iterator<Item = (&'static Kind, Setup)> {
    let at = |(_, quality)| Setup { seed: 7, quality, ..Setup::at(SAMPLE_RATE) };
    CATALOG.iter().flat_map(move |kind| Quality::NAMED.map(move |named| (kind, at(named))))
}

fn stimulus(kind: &Kind, manner: Manner, seed: u64) -> Stimulus {
    Stimulus::new(kind.spec, manner, seed, FRAMES, false)
}

/// First place at which two renders differ: output, frame, lane.
fn difference(kind: &Kind, a: &[Vec<Group>], b: &[Vec<Group>], lanes: LaneMask) -> Option<String> {
    for (output, (a, b)) in a.iter().zip(b).enumerate() {
        for (frame, (a, b)) in a.iter().zip(b).enumerate() {
            if let Some(lane) = lanes.iter().find(|&lane| a[lane].to_bits() != b[lane].to_bits()) {
                let (a, b) = (a[lane], b[lane]);
                let port = kind.spec.outputs[output].id;
                return Some(format!("{}.{port}, frame {frame}, lane {lane}: {a} or {b}", kind.spec.id));
            }
        }
    }
    None
}

#[track_caller]
fn assert_same(kind: &Kind, a: &[Vec<Group>], b: &[Vec<Group>], lanes: LaneMask, why: &str) {
    if let Some(place) = difference(kind, a, b, lanes) {
        panic!("{why}: {place}");
    }
}

#[test]
fn any_cuts_give_the_same_bits() {
    for (kind, setup) in every() {
        for (seed, manner) in
            [(1, Manner::Musical), (2, Manner::Still), (3, Manner::Extreme), (4, Manner::Musical)]
        {
            let stimulus = stimulus(kind, manner, seed);
            let whole = stimulus.render(&mut Rig::new(kind, &setup), 0..BLOCKS, &[64]);
            for cuts in [&[1][..], &[63, 1], &[16], &[7, 29, 13, 15], &[33, 31]] {
                let cut = stimulus.render(&mut Rig::new(kind, &setup), 0..BLOCKS, cuts);
                assert_same(kind, &whole, &cut, LaneMask::ALL, &format!("{manner:?} cut in {cuts:?}"));
            }
        }
    }
}

#[test]
fn it_does_not_matter_whether_a_knob_is_known_to_stand_still() {
    for (kind, setup) in every() {
        for seed in 0..4 {
            let render =
                |manner| stimulus(kind, manner, seed).render(&mut Rig::new(kind, &setup), 0..BLOCKS, &[64]);
            let (still, moving) = (render(Manner::Still), render(Manner::StillButMoving));
            assert_same(kind, &still, &moving, LaneMask::ALL, "steady or moving");
        }
    }
}

#[test]
fn every_instruction_set_gives_the_same_bits() {
    for (kind, setup) in every() {
        for seed in 0..3 {
            let stimulus = stimulus(kind, Manner::Musical, seed);
            let best = stimulus.render(&mut Rig::new(kind, &setup), 0..BLOCKS, &[64]);
            let base = stimulus.render(
                &mut Rig::new(kind, &Setup { level: Level::portable(), ..setup }),
                0..BLOCKS,
                &[64],
            );
            assert_same(kind, &best, &base, LaneMask::ALL, "instruction set");
        }
    }
}

#[test]
fn outputs_are_finite_and_bounded_at_every_extreme() {
    /// No module is louder than this on sound voltages, however wildly its knobs leap.
    const LOUDEST_VOLTS: f32 = 500.0;
    for (kind, setup) in every() {
        for seed in 0..4 {
            let out =
                stimulus(kind, Manner::Extreme, seed).render(&mut Rig::new(kind, &setup), 0..BLOCKS, &[64]);
            for (output, frames) in out.iter().enumerate() {
                let port = kind.spec.outputs[output].id;
                let peak = frames.iter().map(|group| group.peak()).fold(0.0, f32::max);
                assert!(frames.iter().all(|group| group.is_finite()), "{}.{port}", kind.spec.id);
                assert!(peak < LOUDEST_VOLTS, "{}.{port} reaches {peak} V", kind.spec.id);
            }
        }
    }
}

#[test]
fn hostile_input_leaves_outputs_finite_and_is_forgotten() {
    for (kind, setup) in every() {
        for seed in 0..4 {
            let mut unit = Rig::new(kind, &setup);
            let out = stimulus(kind, Manner::Hostile, seed).render(&mut unit, 0..BLOCKS, &[64]);
            for (output, frames) in out.iter().enumerate() {
                let bad = frames.iter().position(|group| !group.is_finite());
                assert_eq!(bad, None, "{}.{}", kind.spec.id, kind.spec.outputs[output].id);
            }
            // Sound input again: whatever is left of the bad one dies away within a few seconds.
            let sound = Stimulus::new(kind.spec, Manner::Musical, seed, FRAMES, false);
            let mut peak = 0.0f32;
            for _ in 0..4 {
                let out = sound.render(&mut unit, 0..BLOCKS, &[64]);
                peak = out.iter().flatten().map(|group| group.peak()).fold(0.0, f32::max);
            }
            assert!(peak < 500.0, "{} still puts out {peak} V after hostile input", kind.spec.id);
        }
    }
}

#[test]
fn a_reset_lane_is_a_fresh_lane_and_the_others_go_on() {
    for (kind, setup) in every() {
        for seed in 0..4 {
            let before = stimulus(kind, Manner::Musical, seed);
            let after = stimulus(kind, Manner::Musical, seed + 100);
            let fresh = after.render(&mut Rig::new(kind, &setup), 0..BLOCKS, &[64]);
            let mut unit = Rig::new(kind, &setup);
            before.render(&mut unit, 0..BLOCKS, &[64]);
            unit.reset(LaneMask::ALL);
            let again = after.render(&mut unit, 0..BLOCKS, &[64]);
            assert_same(kind, &fresh, &again, LaneMask::ALL, "all lanes reset");
            if kind.spec.polyphony == Polyphony::Mono {
                continue;
            }
            let some = LaneMask(0b0110_1001);
            let (mut reset, mut untouched) = (Rig::new(kind, &setup), Rig::new(kind, &setup));
            before.render(&mut reset, 0..BLOCKS, &[64]);
            before.render(&mut untouched, 0..BLOCKS, &[64]);
            reset.reset(some);
            let reset = after.render(&mut reset, 0..BLOCKS, &[64]);
            let untouched = after.render(&mut untouched, 0..BLOCKS, &[64]);
            assert_same(kind, &fresh, &reset, some, "some lanes reset");
            assert_same(kind, &untouched, &reset, LaneMask(!some.0), "lanes beside those reset");
        }
    }
}

#[test]
fn a_mono_unit_has_equal_lanes() {
    // A source of lanes is never mono.
    for (kind, setup) in every().filter(|(kind, _)| kind.spec.role != Role::Notes) {
        let stimulus = Stimulus::new(kind.spec, Manner::Musical, 5, FRAMES, true);
        let out = stimulus.render(&mut Rig::new(kind, &Setup { mono: true, ..setup }), 0..BLOCKS, &[64]);
        for (output, frames) in out.iter().enumerate() {
            let unequal = frames.iter().position(|group| (1..LANES).any(|lane| group[lane] != group[0]));
            assert_eq!(unequal, None, "{}.{}", kind.spec.id, kind.spec.outputs[output].id);
        }
    }
}

#[test]
fn state_moves_the_same_whether_an_output_is_read_or_not() {
    for (kind, setup) in every() {
        for output in 0..kind.spec.outputs.len() {
            let stimulus = stimulus(kind, Manner::Musical, 9);
            let all = stimulus.render(&mut Rig::new(kind, &setup), 0..BLOCKS, &[64]);
            let mut one = Rig::new(kind, &setup);
            one.wanted = 1 << output;
            let one = stimulus.render(&mut one, 0..BLOCKS, &[64]);
            assert_same(
                kind,
                &all[output..=output],
                &one[output..=output],
                LaneMask::ALL,
                &format!("only output {output} is read"),
            );
        }
    }
}

#[test]
fn sections_put_out_what_one_unit_for_all_would() {
    let mut found = 0;
    for (kind, setup) in every() {
        for section in kind.spec.sections {
            for (seed, manner) in
                [(1, Manner::Musical), (2, Manner::Still), (3, Manner::Extreme), (4, Manner::Hostile)]
            {
                let stimulus = stimulus(kind, manner, seed);
                let whole = stimulus.render(&mut Rig::new(kind, &setup), 0..BLOCKS, &[64]);
                let mut alone = Rig::new(kind, &Setup { outputs: section.mask(), ..setup });
                (alone.wanted, alone.fed) = (section.mask(), 0);
                section.inputs.iter().for_each(|input| alone.fed |= 1 << input.index());
                let alone = stimulus.render(&mut alone, 0..BLOCKS, &[7, 29, 13, 15]);
                for output in section.outputs {
                    let place = output.index()..=output.index();
                    let why = format!("{manner:?}, the section of {} alone", output.id);
                    assert_same(kind, &whole[place.clone()], &alone[place], LaneMask::ALL, &why);
                }
                found += 1;
            }
        }
    }
    assert!(found > 0, "no module has sections");
}

#[test]
fn declarations_are_sound() {
    let plain = |id: &str| {
        id.starts_with(|c: char| c.is_ascii_lowercase())
            && id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    let mut kinds = std::collections::HashSet::new();
    for kind in CATALOG {
        let spec = kind.spec;
        assert!(kinds.insert(spec.id) && plain(spec.id), "kind id {}", spec.id);
        assert!(!spec.name.is_empty() && !spec.help.is_empty(), "{} needs a name and help", spec.id);
        assert!(
            spec.inputs.len() <= 32 && spec.params.len() <= 32 && spec.outputs.len() <= 32,
            "{}",
            spec.id
        );
        let inputs = spec.inputs.iter().map(|port| (port.id, port.help));
        let params = spec.params.iter().map(|param| (param.id, param.help));
        let mut slots = std::collections::HashSet::new();
        for (id, help) in inputs.chain(params) {
            assert!(slots.insert(id) && plain(id), "{}: input or param id {id}", spec.id);
            assert!(!help.is_empty(), "{}.{id} needs help", spec.id);
        }
        let mut outputs = std::collections::HashSet::new();
        for port in spec.outputs {
            assert!(
                outputs.insert(port.id) && plain(port.id) && !port.help.is_empty(),
                "{}.{}",
                spec.id,
                port.id
            );
        }
    }
}
