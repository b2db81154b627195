//! SuperCollider: scsynth, and supernova, which spreads a group of voices over threads.

mod osc;
mod synthdef;

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::take::{Piece, RATE, Take, hertz, level};
use osc::{Arg, bundle, message};

/// Identities of nodes: the voices' group, what follows it, and the first voice.
const GROUP: i32 = 1;
const LAST: i32 = 2;
const FIRST_VOICE: i32 = 100;

/// Where a node goes in its group.
const TO_HEAD: i32 = 0;
const TO_TAIL: i32 = 1;

/// The classic server, on one thread.
pub(super) fn scsynth(take: &Take<'_>) -> Result<Command> {
    server("scsynth", "/g_new", take)
}

/// The parallel server. Voices stand in a parallel group: it may run them in any order.
pub(super) fn supernova(take: &Take<'_>) -> Result<Command> {
    let mut command = server("supernova", "/p_new", take)?;
    command.args(["-T", &take.threads.to_string()]);
    Ok(command)
}

fn server(program: &str, new_group: &str, take: &Take<'_>) -> Result<Command> {
    let score = take.folder.join("score.osc");
    std::fs::write(&score, self::score(new_group, take)?)
        .with_context(|| format!("{} cannot be written", score.display()))?;
    let mut command = Command::new(program);
    // No inputs, no definitions but ours, and memory for all voices.
    command.args(["-i", "0", "-o", "2", "-D", "0", "-R", "0", "-m", "131072", "-n", "4096"]);
    command.args(["-z", &take.block.to_string(), "-N"]).arg(&score).arg("_").arg(take.out());
    command.args([&RATE.to_string(), "WAV", "float"]);
    Ok(command)
}

/// Definitions and nodes at the start, and an end.
fn score(new_group: &str, take: &Take<'_>) -> Result<Vec<u8>> {
    let mut start = match take.piece {
        Piece::Voices(_) => vec![definition(take.sources, "voice")?, definition(take.sources, "effects")?],
        Piece::Saw(_) => vec![definition(take.sources, "saw")?],
    };
    let node = |name, id, place, group, controls: &[(&str, f64)]| {
        let mut args = vec![Arg::Text(name), Arg::Int(id), Arg::Int(place), Arg::Int(group)];
        let pairs = controls.iter().map(|&(name, value)| [Arg::Text(name), Arg::Float(value as f32)]);
        args.extend(pairs.flatten());
        message("/s_new", &args)
    };
    match take.piece {
        Piece::Saw(hertz) => start.push(node("saw", LAST, TO_TAIL, 0, &[("freq", hertz)])),
        Piece::Voices(voices) => {
            start.push(message(new_group, &[Arg::Int(GROUP), Arg::Int(TO_HEAD), Arg::Int(0)]));
            start.push(node("effects", LAST, TO_TAIL, 0, &[]));
            for voice in 0..voices {
                let controls = [("freq", hertz(voice)), ("level", level(voices))];
                start.push(node("voice", FIRST_VOICE + voice as i32, TO_TAIL, GROUP, &controls));
            }
        }
    }
    // Servers render up to the last bundle; what it says does not matter.
    let end = message("/c_set", &[Arg::Int(0), Arg::Float(0.0)]);
    Ok([bundle(0.0, &start), bundle(take.seconds, &[end])].concat())
}

fn definition(sources: &Path, name: &str) -> Result<Vec<u8>> {
    let path = sources.join(format!("supercollider/{name}.ugens"));
    let text = std::fs::read_to_string(&path).with_context(|| format!("{} is missing", path.display()))?;
    Ok(message("/d_recv", &[Arg::Blob(&synthdef::compile(name, &text)?)]))
}
