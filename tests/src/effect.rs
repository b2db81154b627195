//! A stereo effect on the bench: knobs by name, sound in, sound out.

use manycord_modules::rig::{Drive, Rig};
use manycord_modules::{Group, Setup, find};

/// Frames per second of the bench.
pub const SAMPLE_RATE: f64 = 48_000.0;

/// One mono unit from the catalog.
pub struct Effect {
    /// The unit with all that an engine would give it.
    pub rig: Rig,
}

impl Effect {
    /// A fresh unit with some knobs set, each in its own unit.
    pub fn new(id: &str, knobs: &[(&str, f32)]) -> Effect {
        let kind = find(id).expect("the module is in the catalog");
        let setup = Setup { mono: true, ..Setup::at(SAMPLE_RATE as f32) };
        let mut effect = Effect { rig: Rig::new(kind, &setup) };
        for &(id, value) in knobs {
            let param = effect.rig.spec.params[effect.param(id)];
            effect.rig.knob(param, value);
        }
        effect
    }

    /// Place of a param.
    pub fn param(&self, id: &str) -> usize {
        self.rig.spec.params.iter().position(|param| param.id == id).expect("the module has this param")
    }

    /// Renders left and right. `sound` gives both sides of a frame in volts; `turn` may turn knobs then.
    pub fn render(
        &mut self,
        frames: usize,
        mut sound: impl FnMut(usize) -> [f32; 2],
        mut turn: impl FnMut(usize, &mut Drive),
    ) -> [Vec<f32>; 2] {
        let out = self.rig.render(frames, |frame, drive| {
            let [left, right] = sound(frame);
            drive.input_at(0, Group::splat(left));
            drive.input_at(1, Group::splat(right));
            turn(frame, drive);
        });
        [0, 1].map(|side: usize| out[side].iter().map(|group| group[0]).collect())
    }

    /// Renders the answer to an impulse of 1 V on both sides.
    pub fn impulse(&mut self, frames: usize) -> [Vec<f32>; 2] {
        self.render(frames, |frame| [f32::from(u8::from(frame == 0)); 2], |_, _| {})
    }
}

/// White noise, −1…1, the same in every run (Knuth's linear congruential generator).
pub fn noise() -> impl FnMut() -> f64 {
    let mut state = 1u64;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }
}

/// A sine of 1 V.
pub fn sine(hertz: f64, frame: f64) -> f64 {
    (std::f64::consts::TAU * (hertz / SAMPLE_RATE * frame).fract()).sin()
}
