//! Whether a file really sounds, and how clean it is. `manycord-bench` reads it.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::take::{RATE, Take};
use crate::{paths, process};

/// Peak level below which a sound is no sound, in dBFS.
const SILENT: f64 = -60.0;

/// Longest tail that a program may add, in seconds.
const TAIL: f64 = 1.0;

/// Refuses a file that is no stereo sound of the right length that lasts to its end.
pub(super) fn check(take: &Take<'_>) -> Result<()> {
    let figures = figures(&take.out(), &[])?;
    let figure = |name: &str| figures[name].as_f64().with_context(|| format!("`{name}` is no number"));
    let (frames, wanted) = (figure("frames")?, take.seconds * RATE as f64);
    ensure!(figure("rate")? == RATE as f64 && figure("channels")? == 2.0, "it is not stereo at {RATE} Hz");
    ensure!(figures["finite"] == true, "there are samples that are not finite");
    let lengths = wanted - take.block as f64..=wanted + TAIL * RATE as f64;
    ensure!(lengths.contains(&frames), "there are {frames} frames instead of {wanted}");
    for (name, peak) in [("all of it", figure("peak_dbfs")?), ("its end", figure("end_peak_dbfs")?)] {
        ensure!(peak > SILENT, "{name} is silent: {peak:.1} dBFS");
    }
    Ok(())
}

/// Energy outside the harmonics of a tone at `bin` of 65536 over the energy of the harmonics, in dB.
pub(super) fn nhr_db(path: &Path, bin: usize) -> Result<f64> {
    figures(path, &["--fundamental", &bin.to_string()])?["nhr_db"]
        .as_f64()
        .context("no spectrum was measured")
}

fn figures(path: &Path, options: &[&str]) -> Result<Value> {
    let mut command = Command::new(paths::release("manycord-bench"));
    command.arg("--wav").arg(path).args(options);
    let shown = process::shown(&command);
    let output = command.output().with_context(|| format!("`{shown}` cannot be started"))?;
    ensure!(output.status.success(), "`{shown}` said: {}", String::from_utf8_lossy(&output.stderr).trim());
    serde_json::from_slice(&output.stdout).with_context(|| format!("`{shown}` said no JSON"))
}
