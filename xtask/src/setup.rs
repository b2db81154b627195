//! Finds what the machine lacks, says why it is needed, and installs it.

mod packages;
mod python;
mod rust;

use anyhow::{Result, bail};

use crate::process;

pub const USAGE: &str = "\
cargo xtask setup [build|window|test|python]...    installs what the machine lacks (default: everything)";

/// What a kind of work needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// To build plugin and standalone.
    Build,
    /// To show the standalone's window.
    Window,
    /// To test, with windows and pictures.
    Test,
    /// Hosts that come as Python packages.
    Python,
}

/// All that there is.
pub const ALL: &[Group] = &[Group::Build, Group::Window, Group::Test, Group::Python];

pub fn run(args: Vec<String>) -> Result<()> {
    let mut groups = Vec::new();
    for arg in args {
        groups.push(match arg.as_str() {
            "build" => Group::Build,
            "window" => Group::Window,
            "test" => Group::Test,
            "python" => Group::Python,
            _ => bail!("{arg} is no group; there are: build, window, test, python"),
        });
    }
    ensure(if groups.is_empty() { ALL } else { &groups })?;
    println!("everything is there");
    Ok(())
}

/// Installs what these groups lack.
pub fn ensure(groups: &[Group]) -> Result<()> {
    packages::ensure(groups)?;
    if groups.contains(&Group::Test) {
        rust::ensure()?;
    }
    if groups.contains(&Group::Python) {
        python::ensure()?;
    }
    Ok(())
}
