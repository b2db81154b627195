//! Runs the pool's checkers: loom, shuttle, Miri, ThreadSanitizer.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::{paths, process};

pub const USAGE: &str = "\
cargo xtask verify [loom] [shuttle] [miri] [tsan]    the pool under checkers (default: all)

Miri and ThreadSanitizer need a nightly toolchain with its parts `miri` and `rust-src`. What each checker covers stands
in plugin/pool/README.md, \"Checked by\". SHUTTLE_RANDOM_SEED=N tries other schedules under shuttle.";

/// A checker and how it is run.
struct Checker {
    name: &'static str,
    /// Component of the nightly toolchain; `None` where the stable one does.
    component: Option<&'static str>,
    command: fn() -> Command,
}

const CHECKERS: &[Checker] = &[
    Checker { name: "loom", component: None, command: || interleavings("loom") },
    Checker { name: "shuttle", component: None, command: || interleavings("shuttle") },
    Checker { name: "miri", component: Some("miri"), command: miri },
    Checker { name: "tsan", component: Some("rust-src"), command: tsan },
];

pub fn run(args: Vec<String>) -> Result<()> {
    let known = |name: &String| CHECKERS.iter().any(|checker| checker.name == name);
    if let Some(name) = args.iter().find(|name| !known(name)) {
        bail!("{name} is no checker; there are: loom, shuttle, miri, tsan");
    }
    let wanted = |checker: &&Checker| args.is_empty() || args.iter().any(|name| name == checker.name);
    run_all(CHECKERS.iter().filter(wanted))
}

/// Those that need no other toolchain, and take less than a minute.
pub fn quick() -> Result<()> {
    run_all(CHECKERS.iter().filter(|checker| checker.component.is_none()))
}

fn run_all<'a>(checkers: impl Iterator<Item = &'a Checker>) -> Result<()> {
    let mut done: Vec<(&str, Duration, Result<()>)> = Vec::new();
    for checker in checkers {
        println!("\n== {}", checker.name);
        let start = Instant::now();
        let result =
            checker.component.map_or(Ok(()), has).and_then(|()| process::run(&mut (checker.command)()));
        if let Err(error) = &result {
            eprintln!("{}: {error:#}", checker.name);
        }
        done.push((checker.name, start.elapsed(), result));
    }
    println!("\n{:<10} {:>8}  result", "checker", "seconds");
    for (name, spent, result) in &done {
        let result = result.as_ref().map_or_else(|error| format!("FAILED: {error}"), |()| "ok".into());
        println!("{name:<10} {:>8.1}  {result}", spent.as_secs_f64());
    }
    let failed: Vec<&str> = done.iter().filter(|(_, _, result)| result.is_err()).map(|step| step.0).collect();
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    Ok(())
}

/// Whether the nightly toolchain has a component.
fn has(component: &str) -> Result<()> {
    let Some(list) = process::output("rustup", &["component", "list", "--toolchain", "nightly"]) else {
        bail!("a nightly toolchain is missing; install it with `rustup toolchain install nightly`");
    };
    if !list.lines().any(|line| line.starts_with(component) && line.ends_with("(installed)")) {
        bail!("{component} is missing; install it with `rustup +nightly component add {component}`");
    }
    Ok(())
}

/// The pool's own suites under a checker of interleavings.
fn interleavings(checker: &str) -> Command {
    let mut cargo = process::cargo(&["test", "--package", "manycord-pool", "--lib", "checks::"]);
    at_home(&mut cargo, checker).env("RUSTFLAGS", format!("--cfg {checker}"));
    cargo
}

fn miri() -> Command {
    // Without those that are about processes and the system's calls.
    let suites = ["--lib", "--test", "runs", "--test", "stuck", "--no-fail-fast"];
    let mut cargo = nightly(&["miri", "test", "--package", "manycord-pool"]);
    cargo.args(suites);
    let flags = "-Zmiri-tree-borrows -Zmiri-ignore-leaks -Zmiri-disable-isolation";
    at_home(&mut cargo, "miri").env("MIRIFLAGS", flags);
    cargo
}

fn tsan() -> Command {
    let target = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let mut cargo = nightly(&["test", "--package", "manycord-pool", "-Zbuild-std", "--target", &target]);
    // Without the test that counts allocations: the queues' collector allocates more when it is watched.
    cargo.args(["--lib", "--test", "runs", "--test", "stuck", "--no-fail-fast"]);
    // The sanitizer waits for ever for a thread that ends behind its back, and opens pipes of its own when it looks up
    // names.
    cargo.args(["--", "--skip", "a_thread_that_ends_is_replaced", "--skip", "pools_come_and_go"]);
    let suppressions = paths::root().join("plugin/pool/tsan.supp");
    at_home(&mut cargo, "tsan").env("RUSTFLAGS", "-Zsanitizer=thread");
    cargo.env("TSAN_OPTIONS", format!("suppressions={}", suppressions.display()));
    cargo
}

/// The proxy of rustup, not the cargo that runs us: it picks the toolchain by this variable.
fn nightly(args: &[&str]) -> Command {
    let mut cargo = Command::new("cargo");
    cargo.args(args).current_dir(paths::root()).env("RUSTUP_TOOLCHAIN", "nightly");
    cargo
}

/// Each checker builds in a place of its own, since its flags differ.
fn at_home<'a>(cargo: &'a mut Command, checker: &str) -> &'a mut Command {
    cargo.env("CARGO_TARGET_DIR", paths::target().join("verify").join(checker))
}
