//! Economy quality: what it keeps of the sound, and that it can be chosen while playing.

use std::f64::consts::PI;

use manycord_engine::Patch;
use manycord_modules::rig::Rig;
use manycord_modules::{Group, Quality, Setup, find};
use manycord_tests::measure::pitch::hertz;
use manycord_tests::measure::response::cents;
use manycord_tests::measure::spectrum::{FRAMES, line_db, nhr_db, power};
use manycord_tests::measure::{filter, filter::song};
use manycord_tests::render::{SAMPLE_RATE, begin, block, pool};

const RATE: f64 = SAMPLE_RATE as f64;
const C4_HERTZ: f64 = 261.625_565_300_598_6;

fn unit(kind: &str, knobs: &[(&str, f32)]) -> Rig {
    let kind = find(kind).expect("it is in the catalog");
    let mut rig = Rig::new(kind, &Setup { quality: Quality::Economy, ..Setup::at(SAMPLE_RATE) });
    for (id, value) in knobs {
        rig.knob(filter::param(&rig, id), *value);
    }
    rig
}

/// A steady tone of an oscillator at a frequency in bins.
fn tone(wave: usize, bins: usize) -> Vec<f32> {
    let mut rig = unit("vco", &[]);
    let voct = rig.spec.inputs[0];
    let pitch = (bins as f64 * RATE / FRAMES as f64 / C4_HERTZ).log2() as f32;
    let out = rig.render(RATE as usize + FRAMES, |_, drive| drive.input(voct, Group::splat(pitch)));
    out[wave][RATE as usize..].iter().map(|group| group[0]).collect()
}

#[test]
fn oscillators_alias_less_than_others_at_their_best() {
    // SuperCollider's saw measures −55 … −47 dB at these pitches.
    for (wave, name) in [(1, "triangle"), (2, "saw"), (3, "square")] {
        for bins in [75, 601, 2_403, 4_805, 9_611] {
            let nhr = nhr_db(&tone(wave, bins), bins, RATE);
            println!("{name} {bins}: {nhr:.1} dB");
            assert!(nhr <= -80.0, "{name} at bin {bins}: {nhr:.1} dB");
        }
    }
}

#[test]
fn a_saw_keeps_its_harmonics_to_10_khz() {
    let power = power(&tone(2, 601));
    for harmonic in 1..=(10_000.0 * FRAMES as f64 / RATE) as usize / 601 {
        let ideal = 20.0 * (10.0 / (PI * harmonic as f64)).log10();
        let off = line_db(&power, harmonic * 601) - ideal;
        assert!(off.abs() < 0.5, "harmonic {harmonic}: {off:.2} dB");
    }
}

#[test]
fn filters_sing_in_tune() {
    for (kind, limit) in [("ladder", 1.0), ("svf", 1.0)] {
        for cutoff in [100.0, 440.0, 1_000.0, 4_000.0, 10_000.0] {
            let mut rig = unit(kind, &[("cutoff", cutoff), ("resonance", 1.0)]);
            let sound = song(&mut rig, 0, SAMPLE_RATE);
            let off = cents(hertz(&sound, RATE), f64::from(cutoff));
            assert!(off.abs() < limit, "{kind} at {cutoff} Hz: {off:.3} cents");
            let peak = sound.iter().fold(0.0, |peak: f32, x| peak.max(x.abs()));
            assert!((3.0..6.0).contains(&peak), "{kind} at {cutoff} Hz: {peak} V");
        }
    }
}

const HELD: &str = r#"manycord = 1
[[module]]
id = "osc"
kind = "vco"
[[module]]
id = "filter"
kind = "ladder"
params = { cutoff = 900 }
[[module]]
id = "output"
kind = "output"
[[cable]]
from = "osc.saw"
to = "filter.in"
[[cable]]
from = "filter.out"
to = "output.left"
"#;

/// Frames in each quality.
const SPAN: usize = 20 * 512;

#[test]
fn it_can_be_chosen_while_playing_without_a_click() {
    let patch = Patch::parse(HELD, "held").expect("a patch");
    let (mut control, mut engine) = begin(patch.clone(), &pool(0));
    let mut sides = [vec![0.0; 3 * SPAN], vec![0.0; 3 * SPAN]];
    let silence = vec![0.0; 3 * SPAN];
    for (part, quality) in [Quality::Full, Quality::Economy, Quality::Full].into_iter().enumerate() {
        if part > 0 {
            control.edit(Patch { quality, ..patch.clone() }).expect("it compiles");
        }
        for start in (part * SPAN..(part + 1) * SPAN).step_by(512) {
            block(&mut engine, start..start + 512, &[], &silence, &mut sides);
            control.collect();
        }
    }
    let heard = &sides[0];
    let steepest = |range: &[f32]| range.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
    let usual = steepest(&heard[SPAN / 2..SPAN]);
    for (change, at) in [("economy", SPAN), ("full", 2 * SPAN)] {
        let there = steepest(&heard[at - 64..at + 2_048]);
        assert!(there < usual * 1.3, "a step of {there} on the way to {change}, where {usual} is usual");
    }
    // It is another sound, and goes on.
    let (full, economy) = (&heard[SPAN - 4_096..SPAN], &heard[2 * SPAN - 4_096..2 * SPAN]);
    let level = |sound: &[f32]| (sound.iter().map(|x| x * x).sum::<f32>() / sound.len() as f32).sqrt();
    assert!((level(economy) / level(full) - 1.0).abs() < 0.05, "{} or {}", level(full), level(economy));
}
