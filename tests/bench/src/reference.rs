//! The patch on which speed is measured, here and in the languages of others: per voice two saws, a ladder with
//! an envelope of its own and a VCA with another, then the sum, a chorus and a reverb.

use manycord_engine::patch::{Cable, Patch, PatchModule, PortRef};
use manycord_engine::{Event, EventKind};

/// The reference patch.
pub fn reference(voices: usize) -> Patch {
    // Quieter the more there are, so that the sum stays within what the effects take.
    let level = 0.5 / (voices as f32).sqrt();
    let modules = [
        ("notes", "notes", &[("voices", voices as f32)][..]),
        ("osc_1", "vco", &[]),
        ("osc_2", "vco", &[("fine", 7.0)]),
        ("filter_env", "adsr", &[("attack", 0.01), ("decay", 0.4), ("sustain", 0.5)]),
        ("filter", "ladder", &[("cutoff", 400.0), ("resonance", 0.3), ("drive", 6.0)]),
        ("amp_env", "adsr", &[("attack", 0.01), ("decay", 0.3), ("sustain", 0.8)]),
        ("amp", "vca", &[("level", level)]),
        ("chorus", "chorus", &[]),
        ("reverb", "reverb", &[]),
        ("output", "output", &[]),
    ];
    let cables = [
        ("notes.pitch", "osc_1.voct", 1.0),
        ("notes.pitch", "osc_2.voct", 1.0),
        ("notes.gate", "filter_env.gate", 1.0),
        ("notes.gate", "amp_env.gate", 1.0),
        ("osc_1.saw", "filter.in", 1.0),
        ("osc_2.saw", "filter.in", 1.0),
        ("filter_env.env", "filter.cutoff", 0.3),
        ("filter.out", "amp.in", 1.0),
        ("amp_env.env", "amp.cv", 1.0),
        ("amp.out", "chorus.left", 1.0),
        ("chorus.left", "reverb.left", 1.0),
        ("chorus.right", "reverb.right", 1.0),
        ("reverb.left", "output.left", 1.0),
        ("reverb.right", "output.right", 1.0),
    ];
    Patch {
        name: format!("reference, {voices} voices"),
        modules: modules.iter().map(|(id, kind, knobs)| module(id, kind, knobs)).collect(),
        cables: cables.iter().map(|(from, to, depth)| cable(from, to, *depth)).collect(),
        ..Patch::default()
    }
}

/// The reference patch with an LFO per voice on the cutoff: what peers are measured on.
pub fn heavy(voices: usize) -> Patch {
    let mut patch = reference(voices);
    patch.name = format!("heavy, {voices} voices");
    patch.modules.push(module("lfo", "lfo", &[("rate", 1.5)]));
    // The gate restarts it, which also makes one of it per voice.
    patch.cables.push(cable("notes.gate", "lfo.reset", 1.0));
    patch.cables.push(cable("lfo.sine", "filter.cutoff", 0.08));
    patch
}

/// Four voices of [`heavy`]: less work than threads cost.
pub fn light() -> Patch {
    heavy(4)
}

/// As [`heavy`] with so many keyboards, each of so many voices on a channel of its own, into the same effects.
pub fn keyboards(count: usize, voices: usize) -> Patch {
    let one = heavy(voices);
    let effects = ["chorus", "reverb", "output"];
    let is_effect = |id: &str| effects.contains(&id);
    let mut patch = one.clone();
    patch.name = format!("{count} keyboards, {voices} voices each");
    for number in 2..=count {
        let rename = |id: &str| if is_effect(id) { id.into() } else { format!("{id}_{number}") };
        let own = one.modules.iter().filter(|module| !is_effect(&module.id));
        patch.modules.extend(own.map(|module| PatchModule { id: rename(&module.id), ..module.clone() }));
        let own = one.cables.iter().filter(|cable| !is_effect(&cable.from.module));
        patch.cables.extend(own.map(|cable| {
            let [from, to] = [&cable.from, &cable.to]
                .map(|port| PortRef { module: rename(&port.module), port: port.port.clone() });
            Cable { from, to, ..cable.clone() }
        }));
    }
    let level = 0.5 / ((count * voices) as f32).sqrt();
    let mut channel = 0.0;
    for module in &mut patch.modules {
        if module.kind == "notes" {
            // There are sixteen.
            channel = channel % 16.0 + 1.0;
            module.params.insert("channel".into(), channel);
        } else if module.kind == "vca" {
            module.params.insert("level".into(), level);
        }
    }
    patch
}

/// Presses so many keys on each of [`keyboards`] at frame 0.
pub fn keyboard_keys(count: usize, voices: usize) -> Vec<Event> {
    let on = |channel: usize, key: usize| EventKind::NoteOn {
        channel: channel as u8,
        key: key as u8,
        id: -1,
        velocity: 0.8,
    };
    let all = (0..count).flat_map(|channel| (0..voices).map(move |key| on(channel, key)));
    all.map(|kind| Event { frame: 0, kind }).collect()
}

/// Presses a key for each of so many voices at frame 0; no two are on the same channel and key.
pub fn keys(voices: usize) -> Vec<Event> {
    let key = |voice: usize| EventKind::NoteOn {
        channel: (voice / 32) as u8,
        key: (36 + voice % 32 * 2 + voice / 32 % 2) as u8,
        id: -1,
        velocity: 0.8,
    };
    (0..voices).map(|voice| Event { frame: 0, kind: key(voice) }).collect()
}

fn module(id: &str, kind: &str, knobs: &[(&str, f32)]) -> PatchModule {
    let params = knobs.iter().map(|(name, value)| (name.to_string(), *value)).collect();
    PatchModule { id: id.into(), kind: kind.into(), params, ..PatchModule::default() }
}

fn cable(from: &str, to: &str, depth: f32) -> Cable {
    Cable { from: port(from), to: port(to), depth, color: None }
}

fn port(text: &str) -> PortRef {
    let (module, port) = text.split_once('.').expect("a port is written `module.port`");
    PortRef { module: module.into(), port: port.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peers_are_measured_against_the_same_patch() {
        let text = include_str!("../../peers/manycord/heavy.toml");
        for voices in [4, 128] {
            let level = 0.5 / (voices as f64).sqrt();
            let filled = text.replace("$VOICES", &voices.to_string()).replace("$LEVEL", &level.to_string());
            assert_eq!(Patch::parse(&filled, "heavy.toml").expect("a patch"), heavy(voices));
        }
    }
}
