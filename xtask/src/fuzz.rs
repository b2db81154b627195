//! Runs the fuzz targets of `tests/fuzz`, each for a while.

use std::process::Command;

use anyhow::{Context, Result, bail};
use lexopt::Arg;

use crate::{options, paths, process};

pub const USAGE: &str = "\
cargo xtask fuzz    the fuzz targets: patch texts, and random edits while playing

  --seconds S    time for each target (default: 300)

Needs a nightly toolchain and cargo-fuzz: `rustup toolchain install nightly`, `cargo install cargo-fuzz`.";

/// Names, and the longest input in bytes: for edits, a seed and sixty steps of three bytes.
const TARGETS: &[(&str, usize)] = &[("patch_text", 65_536), ("edits", 181)];

pub fn run(args: Vec<String>) -> Result<()> {
    let mut seconds = 300u32;
    let mut parser = lexopt::Parser::from_args(args);
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Long("seconds") => seconds = options::number(&mut parser, "seconds", 1..=86_400)?,
            _ => return Err(options::unknown(arg, "there is --seconds S")),
        }
    }
    if process::output("cargo-fuzz", &["--version"]).is_none() {
        bail!("cargo-fuzz is missing; install it with `cargo install cargo-fuzz`");
    }
    let folder = paths::root().join("tests/fuzz");
    for &(target, longest) in TARGETS {
        seed(target, longest).with_context(|| format!("the corpus of {target} cannot be made"))?;
        // The proxy of rustup, not the cargo that runs us: it picks the toolchain by this variable.
        let mut fuzz = Command::new("cargo");
        fuzz.env("RUSTUP_TOOLCHAIN", "nightly").current_dir(&folder);
        fuzz.args(["fuzz", "run", "--fuzz-dir", ".", target, "--"]);
        fuzz.arg(format!("-max_total_time={seconds}")).arg(format!("-max_len={longest}"));
        // Long inputs from the start: short ones are but a step or two.
        fuzz.args(["-len_control=0", "-timeout=60", "-rss_limit_mb=4096"]);
        process::run(&mut fuzz)?;
    }
    Ok(())
}

/// Starts a corpus: the texts with the factory patches, since from nothing a fuzzer takes days to find out how a
/// patch looks; the edits with arbitrary bytes of full length.
fn seed(target: &str, longest: usize) -> Result<()> {
    let corpus = paths::root().join("tests/fuzz/corpus").join(target);
    std::fs::create_dir_all(&corpus)?;
    if target == "patch_text" {
        for entry in std::fs::read_dir(paths::root().join("plugin/shell/patches"))? {
            let path = entry?.path();
            std::fs::copy(&path, corpus.join(path.file_name().unwrap_or_default()))?;
        }
        return Ok(());
    }
    for number in 0..20u32 {
        let byte = |place: u32| ((number * 1_000 + place).wrapping_mul(2_654_435_761) >> 24) as u8;
        std::fs::write(
            corpus.join(format!("seed{number}")),
            (0..longest as u32).map(byte).collect::<Vec<_>>(),
        )?;
    }
    Ok(())
}
