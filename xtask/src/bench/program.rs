//! Suites that `manycord-bench` measures: one JSON row per line; other lines say what is being measured.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::sink::Sink;
use crate::report::Row;
use crate::{paths, process};

/// Runs a suite of that program.
pub(super) fn run(suite: &str, sink: &mut Sink) -> Result<()> {
    let mut command = Command::new(paths::release("manycord-bench"));
    command.arg(suite).current_dir(paths::root()).stdout(Stdio::piped());
    if sink.quick {
        command.arg("--quick");
    }
    let shown = process::shown(&command);
    let mut child = command.spawn().with_context(|| format!("`{shown}` cannot be started"))?;
    if let Some(lines) = child.stdout.take() {
        for line in BufReader::new(lines).lines() {
            let line = line?;
            if line.starts_with('{') {
                sink.row(Row::parse(&line)?);
            } else {
                sink.note(&line);
            }
        }
    }
    let status = child.wait()?;
    if !status.success() {
        bail!("`{shown}` failed ({status})");
    }
    Ok(())
}
