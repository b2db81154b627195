//! Starts the standalone instrument.

use anyhow::Result;

use crate::{process, setup, standalone};

pub const USAGE: &str = "\
cargo xtask play [ARGS]    the instrument without a host, with its window; `-- --help` lists its options";

pub fn run(args: Vec<String>) -> Result<()> {
    setup::ensure(&[setup::Group::Build])?;
    let mut command = standalone::cargo("run");
    process::run(command.arg("--").args(args.iter().skip_while(|arg| *arg == "--")))
}
