//! `gate`: counts the instructions of three fixed renders and compares them with those that are kept in the repository.
//! Unlike times, counts are the same to a millionth however busy the machine is, so that a few percent show. The one suite
//! that judges.

mod callgrind;
mod figures;

use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};

use super::sink::Sink;
use crate::report::Target;
use crate::{paths, process};
use callgrind::Count;
use figures::{Figures, Kept, TOLERANCE};

/// Name of the suite.
pub(super) const SUITE: &str = "gate";

/// The renders; what they play stands in `tests/bench/src/gate.rs`.
const RENDERS: [&str; 3] = ["voices", "effects", "light"];

/// Counts and compares, for `cargo xtask bench`.
pub(super) fn run(sink: &mut Sink) -> Result<()> {
    compare(sink).map(|_| ())
}

/// Counts and compares what stands in `target/release`, without building it. Returns "ok", or why nothing was judged.
///
/// # Errors
/// When a count differs too much from the kept one, or nothing could be counted.
pub fn check() -> Result<String> {
    let mut sink = Sink::new(SUITE, false)?;
    let result = compare(&mut sink);
    sink.finish();
    Ok(result?.unwrap_or_else(|| "ok".into()))
}

/// Keeps what is counted now.
///
/// # Errors
/// When nothing can be counted, or the figures cannot be written.
pub(super) fn accept() -> Result<()> {
    ensure!(has_valgrind(), "{MISSING}");
    let mut figures = read()?;
    let sink = Sink::new(SUITE, false)?;
    let counts = count(&sink);
    sink.finish();
    let counts = counts?;
    let level = level(&counts)?.to_string();
    let instructions =
        RENDERS.iter().zip(&counts).map(|(render, count)| (render.to_string(), count.instructions));
    figures.keep(level, Kept { rustc: rustc()?, instructions: instructions.collect() });
    std::fs::write(file(), figures.text()?)
        .with_context(|| format!("{} cannot be written", file().display()))?;
    for (render, count) in RENDERS.iter().zip(&counts) {
        println!("  {render:<8} {:>12} instructions", count.instructions);
    }
    println!("{} keeps these counts now; commit it", file().display());
    Ok(())
}

const MISSING: &str = "there is no valgrind here; on Debian and Ubuntu `cargo xtask setup test` installs it";

fn has_valgrind() -> bool {
    process::output("valgrind", &["--version"]).is_some()
}

/// Returns why nothing was judged, if so.
fn compare(sink: &mut Sink) -> Result<Option<String>> {
    if !has_valgrind() {
        return Ok(Some(pass(sink, MISSING)));
    }
    let figures = read()?;
    let counts = count(sink)?;
    let level = level(&counts)?;
    let kept = figures.of(level);
    let reason = match kept {
        None => Some(format!("no counts are kept for {level}")),
        Some(kept) => {
            let rustc = rustc()?;
            (kept.rustc != rustc).then(|| format!("counts are kept for {}, this is {rustc}", kept.rustc))
        }
    };
    let mut changed = Vec::new();
    for (render, count) in RENDERS.iter().zip(&counts) {
        let before = kept.and_then(|kept| kept.instructions.get(*render)).copied();
        sink.add(render, "instructions", count.instructions as f64, "", None);
        if let Some(before) = before {
            let ratio = count.instructions as f64 / before as f64;
            let target = reason.is_none().then(|| target(ratio));
            sink.add(render, "instructions_ratio", ratio, "x", target);
        }
        changed.extend(figures::complaint(render, before, count.instructions));
    }
    if let Some(reason) = reason {
        return Ok(Some(pass(sink, &format!("{reason}; `cargo xtask bench gate --accept` keeps these"))));
    }
    if !changed.is_empty() {
        bail!(
            "the cost of {} of {} renders is not the kept one ({level}, within {} %):\n  {}\n\
             If that is not meant, `callgrind_annotate {}/RENDER.out` tells where the instructions go. If it is, \
             `cargo xtask bench gate --accept` keeps the new counts; commit {} with the change.",
            changed.len(),
            RENDERS.len(),
            TOLERANCE * 100.0,
            changed.join("\n  "),
            folder().display(),
            file().display()
        );
    }
    Ok(None)
}

/// The bound on the side of the kept count on which a ratio is.
fn target(ratio: f64) -> Target {
    if ratio < 1.0 { Target::AtLeast(1.0 - TOLERANCE) } else { Target::AtMost(1.0 + TOLERANCE) }
}

/// Says that nothing is judged, and why.
fn pass(sink: &Sink, reason: &str) -> String {
    let text = format!("NOT COMPARED: {reason}");
    sink.tell(&text);
    text
}

/// Counts all renders, in their order.
fn count(sink: &Sink) -> Result<Vec<Count>> {
    let folder = folder();
    std::fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let count = |render: &&str| {
        sink.note(render);
        callgrind::count(render, &folder.join(format!("{render}.out")))
    };
    RENDERS.iter().map(count).collect()
}

/// The instruction set that all renders ran on.
fn level(counts: &[Count]) -> Result<&str> {
    counts.first().map(|count| count.level.as_str()).context("there are no renders")
}

/// The compiler, whose every version makes other code.
fn rustc() -> Result<String> {
    let program = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".into());
    let version = process::output(&program, &["--version"]);
    Ok(version.with_context(|| format!("`{program} --version` tells nothing"))?.trim().to_string())
}

/// Where the profiles go.
fn folder() -> PathBuf {
    paths::target().join("bench/gate")
}

/// The kept figures.
fn file() -> PathBuf {
    paths::root().join("tests/bench/gate.json")
}

fn read() -> Result<Figures> {
    let file = file();
    let text =
        std::fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
    Figures::parse(&text).with_context(|| format!("{} is not understood", file.display()))
}
