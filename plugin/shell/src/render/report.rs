//! Figures of a render, for people and as rows of JSON.

use std::path::Path;

use serde_json::{Value, json};

use super::take::Take;

/// The row that says what machine and build this is.
pub(super) fn head() -> Vec<Value> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let build = if cfg!(debug_assertions) { "debug" } else { "release" };
    vec![json!({
        "suite": "render", "case": "machine", "metric": "cores", "value": cores, "unit": "cores",
        "target": null, "met": null, "arch": std::env::consts::ARCH, "build": build,
        "version": env!("CARGO_PKG_VERSION"),
    })]
}

/// The rows of one file.
pub(super) fn rows(path: &Path, take: &Take) -> Vec<Value> {
    let case = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let row = |metric: &str, value: f64, unit: &str| {
        json!({
            "suite": "render", "case": case, "metric": metric, "value": value, "unit": unit,
            "target": null, "met": null,
        })
    };
    vec![
        row("length_s", take.seconds, "s"),
        row("peak_dbfs", peak_db(take), "dBFS"),
        row("rms_dbfs", rms_db(take), "dBFS"),
        row("realtime_factor", take.seconds / take.wall_seconds, "x"),
        row("workers", take.workers as f64, "threads"),
        row("latency_frames", f64::from(take.latency), "frames"),
    ]
}

/// One line for people.
pub(super) fn print(path: &Path, take: &Take) {
    println!(
        "{}: {:.1} s, peak {:.1} dBFS, RMS {:.1} dBFS, {:.1} x real time with {} workers",
        path.display(),
        take.seconds,
        peak_db(take),
        rms_db(take),
        take.seconds / take.wall_seconds,
        take.workers,
    );
}

fn peak_db(take: &Take) -> f64 {
    decibels(take.sides.iter().flatten().fold(0.0f32, |peak, value| peak.max(value.abs())).into())
}

fn rms_db(take: &Take) -> f64 {
    let values = take.sides.iter().flatten();
    let count = values.clone().count().max(1) as f64;
    decibels((values.map(|&value| f64::from(value) * f64::from(value)).sum::<f64>() / count).sqrt())
}

/// Decibels of an amplitude; silence reads −200.
fn decibels(amplitude: f64) -> f64 {
    20.0 * amplitude.max(1e-10).log10()
}
