//! Everything that must hold before a change is done.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::{bench, bundle, options, process, setup, verify};

pub const USAGE: &str = "\
cargo xtask test    formatting, lints, docs, and all tests, those in real hosts included";

/// A step and how it is done; what it returns stands in the table at the end.
type Step = (&'static str, fn() -> Result<String>);

const STEPS: &[Step] = &[
    ("set-up", || ok(setup::ensure(setup::ALL))),
    ("format", || ok(process::run(&mut process::cargo(&["fmt", "--all", "--check"])))),
    ("lints", || ok(process::run(workspace("clippy", &["--all-targets"]).args(["--", "-D", "warnings"])))),
    ("docs", || ok(process::run(workspace("doc", &["--no-deps"]).env("RUSTDOCFLAGS", "-D warnings")))),
    ("bundles", || ok(bundle::release())),
    ("gate", bench::gate::check),
    ("checkers", || ok(verify::quick())),
    ("tests", || ok(process::run(&mut workspace("test", &["--no-fail-fast"])))),
];

fn ok(result: Result<()>) -> Result<String> {
    result.map(|()| "ok".into())
}

/// A cargo command over everything. Always with the standalone program, so that steps share what they build.
fn workspace(command: &str, args: &[&str]) -> std::process::Command {
    let mut cargo = process::cargo(&[command, "--workspace", "--features", "manycord/standalone"]);
    cargo.args(args);
    cargo
}

pub fn run(args: Vec<String>) -> Result<()> {
    let mut parser = lexopt::Parser::from_args(args);
    if let Some(arg) = parser.next()? {
        return Err(options::unknown(arg, "`cargo xtask test` takes no options"));
    }
    let mut done: Vec<(&str, Duration, Result<String>)> = Vec::new();
    for (name, step) in STEPS {
        println!("\n== {name}");
        let start = Instant::now();
        let result = step();
        if let Err(error) = &result {
            eprintln!("{name}: {error:#}");
        }
        done.push((name, start.elapsed(), result));
    }
    println!("\n{:<10} {:>8}  result", "step", "seconds");
    for (name, spent, result) in &done {
        let result = result.as_ref().map_or_else(|error| format!("FAILED: {error}"), Clone::clone);
        // The whole of it stands above.
        println!("{name:<10} {:>8.1}  {}", spent.as_secs_f64(), result.lines().next().unwrap_or_default());
    }
    let failed: Vec<&str> = done.iter().filter(|(_, _, result)| result.is_err()).map(|step| step.0).collect();
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    Ok(())
}
