//! The real CLAP bundle in a host: sound, state, block sizes, several instances.
#![cfg(target_os = "linux")]

use std::process::Command;

use manycord_tests::host::{Action, Bundle, Deck, Instance, Score, Timed, built, state_of_patch, tune};
use manycord_tests::render::hash;

const RATE: f64 = 48_000.0;
const SECOND: usize = 48_000;

fn bundle() -> Bundle {
    Bundle::load(&built::clap()).expect("the bundle loads")
}

fn with_tune(mut deck: Deck) -> Deck {
    deck.set_score(Score::of_song(&tune::song(), RATE));
    deck.set_tempo(tune::song());
    deck
}

fn peak(sound: &[f32]) -> f32 {
    sound.iter().fold(0.0, |peak, value| peak.max(value.abs()))
}

/// Renders the tune on a fresh activation in blocks of 256.
fn tune_hash(instance: &mut Instance) -> u64 {
    let mut deck = with_tune(instance.activate(RATE, 256).expect("it activates"));
    deck.play(5 * SECOND, || 256).expect("it plays");
    let hash = hash(&deck.heard);
    instance.deactivate(deck);
    hash
}

#[test]
fn it_shows_its_macros_and_ports() {
    let mut instance = Instance::new(&bundle()).unwrap();
    let params = instance.params();
    assert!(params.len() >= 128, "{} params", params.len());
    assert!(params.iter().all(|param| param.range[0] < param.range[1] && !param.name.is_empty()));
    assert_eq!(instance.ports().outputs, [2]);
}

#[test]
fn notes_sound_and_end() {
    let mut instance = Instance::new(&bundle()).unwrap();
    let mut deck = instance.activate(RATE, 256).unwrap();
    deck.set_score(Score::new(Score::note(SECOND as u64, SECOND as u64, 60).to_vec()));
    deck.play(12 * SECOND, || 256).unwrap();
    for side in &deck.heard {
        assert!(side.iter().all(|value| value.is_finite()));
        assert_eq!(peak(&side[..SECOND - 1]), 0.0, "silent before the note");
        assert!(peak(&side[SECOND..2 * SECOND]) > 0.01, "the note sounds");
        assert!(peak(&side[11 * SECOND..]) < 1e-4, "the note ends");
    }
    instance.deactivate(deck);
}

#[test]
fn a_saved_state_plays_the_same_bits_in_another_process() {
    let folder = built::folder("clap-state");
    let mut instance = Instance::new(&bundle()).unwrap();
    let params = instance.params();
    let moves = params.iter().take(16).enumerate().map(|(number, param)| {
        let value = param.range[0] + (param.range[1] - param.range[0]) * (number + 1) as f64 / 17.0;
        Timed { frame: 100 * number as u64, action: Action::Param(param.id, value) }
    });
    let moves: Vec<Timed> = moves.collect();
    let mut deck = instance.activate(RATE, 256).unwrap();
    deck.set_score(Score::new(moves.clone()));
    deck.play(SECOND, || 256).unwrap();
    instance.deactivate(deck);
    let state = instance.save().unwrap();
    let here = tune_hash(&mut instance);

    let mut other = Instance::new(&bundle()).unwrap();
    other.load(&state).unwrap();
    for event in &moves {
        let Action::Param(id, value) = event.action else { unreachable!() };
        let restored = other.value(id).unwrap();
        assert!((restored - value).abs() < 1e-6, "a param moved to {value} comes back as {restored}");
    }
    let [state_file, midi] = ["saved.bin", "tune.mid"].map(|name| folder.join(name));
    std::fs::write(&state_file, &state).unwrap();
    std::fs::write(&midi, tune::file()).unwrap();
    let mut there = Command::new(env!("CARGO_BIN_EXE_headless-host"));
    there.arg("--plugin").arg(built::clap()).arg("--state").arg(&state_file).arg("--midi").arg(&midi);
    let there = there.args(["--seconds", "5", "--hash"]).output().unwrap();
    assert!(there.status.success(), "{}", String::from_utf8_lossy(&there.stderr));
    assert_eq!(String::from_utf8_lossy(&there.stdout).trim(), format!("{here:016x}"));
}

#[test]
fn block_sizes_do_not_change_a_bit() {
    let mut instance = Instance::new(&bundle()).unwrap();
    let whole = tune_hash(&mut instance);
    let sizes = [1, 0, 64, 1_000, 3, 4_096, 0, 255, 257, 17, 2];
    let mut turn = sizes.iter().cycle();
    // All above 256 are larger than what is announced.
    let mut deck = with_tune(instance.activate(RATE, 256).unwrap());
    deck.play(5 * SECOND, || *turn.next().unwrap()).unwrap();
    assert_eq!(hash(&deck.heard), whole);
    instance.deactivate(deck);
}

#[test]
fn eight_instances_on_four_threads_play_what_one_plays() {
    let bundle = bundle();
    let mut instances: Vec<Instance> = (0..8).map(|_| Instance::new(&bundle).unwrap()).collect();
    let alone = tune_hash(&mut instances[0]);
    let mut decks: Vec<Deck> =
        instances.iter_mut().map(|instance| with_tune(instance.activate(RATE, 256).unwrap())).collect();
    std::thread::scope(|scope| {
        for pair in decks.chunks_mut(2) {
            scope.spawn(move || {
                for _ in 0..5 * SECOND / 250 {
                    pair.iter_mut().for_each(|deck| deck.block(250).unwrap());
                }
            });
        }
    });
    for (number, (instance, deck)) in instances.iter_mut().zip(decks).enumerate() {
        assert_eq!(hash(&deck.heard), alone, "instance {number}");
        instance.deactivate(deck);
    }
}

/// Plays the tune with a patch on a fresh activation; returns the left side.
fn with_patch(instance: &mut Instance, text: &str) -> Vec<f32> {
    instance.load(&state_of_patch(text)).unwrap();
    let mut deck = with_tune(instance.activate(RATE, 256).unwrap());
    deck.play(3 * SECOND, || 256).unwrap();
    let heard = std::mem::take(&mut deck.heard[0]);
    instance.deactivate(deck);
    heard
}

#[test]
fn a_pipelined_patch_comes_one_block_later_and_the_host_is_told() {
    let text = include_str!("../../plugin/shell/patches/slow_dawn.toml");
    let pipelined = text.replacen("manycord = 1\n", "manycord = 1\npipelined = true\n", 1);
    let mut instance = Instance::new(&bundle()).unwrap();
    let plain = with_patch(&mut instance, text);
    let latency = instance.latency();
    let late = with_patch(&mut instance, &pipelined);
    assert_eq!(instance.latency(), latency + 64);
    assert!(peak(&plain) > 0.01 && late[64..] == plain[..plain.len() - 64]);

    // While it plays, the host must activate it anew before it may learn of another latency.
    let mut deck = instance.activate(RATE, 256).unwrap();
    deck.play(SECOND, || 256).unwrap();
    instance.load(&state_of_patch(text)).unwrap();
    let told = instance.latency_changes();
    for _ in 0..100 {
        deck.block(256).unwrap();
        instance.idle();
        if instance.wants_restart() {
            instance.deactivate(deck);
            deck = instance.activate(RATE, 256).unwrap();
            break;
        }
    }
    assert_eq!(instance.latency(), latency);
    assert!(instance.latency_changes() > told, "the host was not told");
    instance.deactivate(deck);
}
