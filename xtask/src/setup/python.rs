//! Test hosts that come as Python packages, in an environment of their own under `target/`.

use std::process::Command;

use anyhow::{Context, Result};

use super::process;
use crate::paths;

/// Installs the packages that `tests/hosts/requirements.txt` lists, unless exactly these are there.
pub fn ensure() -> Result<()> {
    let list = paths::root().join("tests/hosts/requirements.txt");
    let wanted = std::fs::read_to_string(&list).with_context(|| format!("{} is missing", list.display()))?;
    let stamp = paths::venv().join("installed.txt");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    println!("installing test hosts into {}", paths::venv().display());
    process::run(Command::new("python3").args(["-m", "venv"]).arg(paths::venv()))
        .context("Python 3 with its venv module is needed")?;
    let mut pip = Command::new(paths::venv().join("bin/python"));
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]).arg(&list);
    process::run(&mut pip)?;
    std::fs::write(&stamp, wanted).with_context(|| format!("{} cannot be written", stamp.display()))
}
