//! Filters on the bench: one unit with its knobs set, and what comes out when it is struck.

use manycord_modules::rig::Rig;
use manycord_modules::{Group, Param, Setup, find};

use super::spectrum::FRAMES;
use crate::random::Random;

/// Volts of an impulse that no filter bends.
const TAP: f32 = 1e-3;

/// A unit of a kind, with these knobs turned.
pub fn unit(kind: &str, sample_rate: f32, knobs: &[(&str, f32)]) -> Rig {
    let kind = find(kind).expect("the catalog has the filter");
    let mut rig = Rig::new(kind, &Setup::at(sample_rate));
    for (id, value) in knobs {
        rig.knob(param(&rig, id), *value);
    }
    rig
}

/// A param by its id.
pub fn param(rig: &Rig, id: &str) -> Param {
    *rig.spec.params.iter().find(|param| param.id == id).expect("the filter has the param")
}

/// Impulse response at an output, lane 0, for an impulse of 1.
pub fn impulse(rig: &mut Rig, output: usize, frames: usize) -> Vec<f32> {
    let input = rig.spec.inputs[0];
    let tap = |frame: usize| Group::splat(if frame == 0 { TAP } else { 0.0 });
    let out = rig.render(frames, |frame, drive| drive.input(input, tap(frame)));
    out[output].iter().map(|group| group[0] / TAP).collect()
}

/// What sings at an output 6 s after a kick of 1e-6 V: [`FRAMES`] frames of lane 0.
pub fn song(rig: &mut Rig, output: usize, sample_rate: f32) -> Vec<f32> {
    let input = rig.spec.inputs[0];
    let kick = |frame: usize| Group::splat(if frame == 0 { 1e-6 } else { 0.0 });
    let mut rest = (6.0 * sample_rate) as usize - FRAMES;
    while rest > 0 {
        let frames = rest.min(4_096);
        rig.render(frames, |frame, drive| drive.input(input, kick(frame)));
        rest -= frames;
    }
    rig.render(FRAMES, |_, _| ())[output].iter().map(|group| group[0]).collect()
}

/// Puts a signal in on all lanes; lane 0 of an output.
pub fn play(rig: &mut Rig, output: usize, signal: impl Fn(usize) -> f32, frames: usize) -> Vec<f32> {
    let input = rig.spec.inputs[0];
    let out = rig.render(frames, |frame, drive| drive.input(input, Group::splat(signal(frame))));
    out[output].iter().map(|group| group[0]).collect()
}

/// Greatest magnitude at any output, in volts, while the cutoff leaps between 20 Hz and 20 kHz at every frame
/// and noise comes in. The lanes have noises of their own: 75 s of eight are ten minutes of one.
///
/// # Panics
/// When something that is no number comes out.
pub fn peak_under_a_wild_cutoff(rig: &mut Rig) -> f32 {
    const PIECE: usize = 3_000;
    let (cutoff, input) = (param(rig, "cutoff"), rig.spec.inputs[0]);
    let mut random = Random(5);
    let mut peak = 0.0_f32;
    for _ in 0..75 * 48_000 / PIECE {
        let out = rig.render(PIECE, |_, drive| {
            let bits = random.bits();
            drive.param(cutoff, Group::splat(20.0 * 1_000_f32.powf((bits >> 40) as f32 / 16_777_216.0)));
            drive.input(input, Group::from_fn(|lane| (bits >> lane & 0xffff) as f32 / 6_553.6 - 5.0));
        });
        for group in out.iter().flatten() {
            assert!(group.is_finite(), "{} puts out what is no number", rig.spec.id);
            peak = peak.max(group.peak());
        }
    }
    peak
}

/// All outputs while the cutoff rises through five octaves in 0.2 s, rendered in these cuts.
pub fn sweep(kind: &str, cuts: &[usize]) -> Vec<Vec<Group>> {
    let mut rig = unit(kind, 48_000.0, &[("resonance", 0.7)]);
    rig.cuts = cuts.to_vec();
    let (cutoff, input) = (param(&rig, "cutoff"), rig.spec.inputs[0]);
    rig.render(9_600, |frame, drive| {
        drive.param(cutoff, Group::splat(200.0 + frame as f32));
        drive.input(input, Group::splat((frame % 100) as f32 * 0.1 - 5.0));
    })
}
