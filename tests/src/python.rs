//! Hosts that come as Python packages: a script of `tests/hosts` prints one JSON line with what it has seen.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::host::built;

/// A script, to be given its arguments.
///
/// # Panics
/// When the Python of the test hosts is not installed.
pub fn script(name: &str) -> Command {
    let mut command = Command::new(built::python());
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("hosts").join(name));
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

/// Runs a script; returns what it has seen.
///
/// # Panics
/// When it fails, with all that it has printed.
pub fn answer(script: &mut Command) -> Value {
    let output = script.output().expect("Python starts");
    let [said, complained] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    assert!(output.status.success(), "{script:?} ({}):\n{said}{complained}", output.status);
    let last = said.lines().last().unwrap_or_default();
    serde_json::from_str(last).unwrap_or_else(|error| panic!("{script:?}: {error}:\n{said}{complained}"))
}
