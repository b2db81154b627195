//! Starts the standalone instrument.

use anyhow::Result;

use crate::{process, setup};

pub const USAGE: &str = "\
cargo xtask play [ARGS]    the instrument without a host, with its window; `-- --help` lists its options";

pub fn run(args: Vec<String>) -> Result<()> {
    setup::ensure(&[setup::Group::Build, setup::Group::Window])?;
    let mut command = process::cargo(&[
        "run",
        "--release",
        "--package",
        "manycord",
        "--features",
        "standalone",
        "--bin",
        "manycord",
        "--",
    ]);
    process::run(command.args(args.iter().skip_while(|arg| *arg == "--")))
}
