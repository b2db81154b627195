//! Csound, which may run instances of an instrument on several threads.

use std::process::Command;

use anyhow::Result;

use super::take::{Piece, Take};

/// Renders with csound.
pub(super) fn command(take: &Take<'_>) -> Result<Command> {
    let (file, name, value) = match take.piece {
        Piece::Voices(voices) => ("heavy.csd", "VOICES", voices.to_string()),
        Piece::Saw(hertz) => ("saw.csd", "HERTZ", hertz.to_string()),
    };
    let macros = [(name, value), ("BLOCK", take.block.to_string()), ("SECONDS", take.seconds.to_string())];
    let mut command = Command::new("csound");
    // No displays, few messages, 32-bit float, WAV.
    command.args(["-d", "-m0", "-f", "-W", "-o"]).arg(take.out()).arg(format!("-j{}", take.threads));
    for (name, value) in macros {
        command.arg(format!("--omacro:{name}={value}")).arg(format!("--smacro:{name}={value}"));
    }
    command.arg(take.sources.join("csound").join(file));
    Ok(command)
}
