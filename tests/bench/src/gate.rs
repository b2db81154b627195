//! The renders whose instructions `cargo xtask bench gate` counts: always the same notes on one thread, so that two
//! runs differ only by what the code does.

use std::hint::black_box;

use anyhow::{Context, Result};
use manycord_engine::patch::PortRef;
use manycord_engine::{Event, Patch};
use manycord_pool::{Config, Pool};

use crate::pacing::SAMPLE_RATE;
use crate::player::{Player, Sound, chord};
use crate::reference;

/// Frames per block of the host.
const BLOCK: usize = 128;

/// Seconds of sound that are counted: enough for attacks, decays and the first echoes.
const SECONDS: f32 = 0.5;

/// A render.
pub struct Render {
    /// Name on the command line and with the kept figures.
    pub name: &'static str,
    patch: fn() -> Result<Patch>,
    keys: fn() -> Vec<Event>,
}

/// All renders: one of voices, one of effects, and one in which the engine itself costs as much as the modules.
pub const RENDERS: [Render; 3] = [
    Render { name: "voices", patch: || Ok(voices()), keys: || reference::keys(16) },
    Render {
        name: "effects",
        patch: || parse("effects", include_str!("gate/effects.toml")),
        keys: || chord(1),
    },
    Render { name: "light", patch: || parse("light", include_str!("gate/light.toml")), keys: Vec::new },
];

/// Plays the render of this name once; returns its greatest magnitude.
///
/// # Errors
/// When there is none of this name, or its patch does not compile.
pub fn play(name: &str) -> Result<f32> {
    let render = RENDERS.iter().find(|render| render.name == name);
    let render = render.with_context(|| {
        let known: Vec<&str> = RENDERS.iter().map(|render| render.name).collect();
        format!("there is no render `{name}`; there are: {}", known.join(", "))
    })?;
    let pool = Pool::new(&Config { workers: Some(0), ..Config::default() });
    let mut player = Player::new(&(render.patch)()?, &pool, BLOCK)?;
    Ok(counted(&mut player.sound, &(render.keys)()))
}

/// What is counted: `xtask/src/bench/gate/callgrind.rs` knows this function by its name. Start-up and compiling stay
/// outside.
#[inline(never)]
fn counted(sound: &mut Sound, keys: &[Event]) -> f32 {
    let blocks = (SECONDS * SAMPLE_RATE) as usize / BLOCK;
    let mut peak = 0.0f32;
    for block in 0..blocks {
        let sides = sound.block(BLOCK, if block == 0 { keys } else { &[] });
        peak = black_box(sides)
            .iter()
            .flat_map(|side| side.iter())
            .fold(peak, |peak, value| peak.max(value.abs()));
    }
    peak
}

/// The instruction set that modules run on here, with the architecture: counts are compared within one only.
pub fn level() -> &'static str {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
        return "x86_64-avx2";
    }
    std::env::consts::ARCH
}

/// The voices of the patch that peers are measured on, without its effects: those are half of it, and would hide what a
/// voice costs.
fn voices() -> Patch {
    let mut patch = reference::heavy(16);
    let effect = |id: &str| id == "chorus" || id == "reverb";
    for cable in patch.cables.iter_mut().filter(|cable| cable.from.module == "amp") {
        cable.to = PortRef { module: "output".into(), port: "left".into() };
    }
    patch.modules.retain(|module| !effect(&module.id));
    patch.cables.retain(|cable| !effect(&cable.from.module) && !effect(&cable.to.module));
    patch
}

fn parse(name: &str, text: &str) -> Result<Patch> {
    Ok(Patch::parse(text, &format!("tests/bench/src/gate/{name}.toml"))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_render_is_heard_and_xtask_knows_it() {
        let known = include_str!("../../../xtask/src/bench/gate.rs");
        for render in &RENDERS {
            let peak = play(render.name).unwrap();
            assert!(peak > 0.01 && peak < 2.0, "{}: {peak}", render.name);
            assert!(known.contains(&format!("\"{}\"", render.name)), "{}", render.name);
        }
        assert!(play("loud").unwrap_err().to_string().contains("voices, effects, light"));
    }

    #[test]
    fn xtask_knows_what_is_counted() {
        let known = include_str!("../../../xtask/src/bench/gate/callgrind.rs");
        assert!(known.contains(&format!("{}::counted", module_path!().trim_end_matches("::tests"))));
    }
}
