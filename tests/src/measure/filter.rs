//! Filters on the bench: one unit with its knobs set, and what comes out when it is struck.

use manycord_modules::rig::Rig;
use manycord_modules::{Group, Param, Setup, find};

use super::spectrum::FRAMES;

/// Volts of an impulse that no filter bends.
const TAP: f32 = 1e-3;

/// A unit of a kind, with these knobs turned.
pub fn unit(kind: &str, sample_rate: f32, knobs: &[(&str, f32)]) -> Rig {
    let kind = find(kind).expect("the catalog has the filter");
    let mut rig = Rig::new(kind, &Setup { sample_rate, seed: 1, mono: false });
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
