//! Finds what the machine lacks, says why it is needed, and installs it.

mod packages;
mod python;
mod rust;

use anyhow::{Result, bail};

use crate::process;

pub const USAGE: &str = "\
cargo xtask setup [build|window|test|python|peers]...    installs what the machine lacks (default: all but peers)";

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
    /// Synthesizers of others, to measure against.
    Peers,
}

/// All that building, playing and testing need.
pub const ALL: &[Group] = &[Group::Build, Group::Window, Group::Test, Group::Python];

pub fn run(args: Vec<String>) -> Result<()> {
    let mut groups = Vec::new();
    for arg in args {
        groups.push(match arg.as_str() {
            "build" => Group::Build,
            "window" => Group::Window,
            "test" => Group::Test,
            "python" => Group::Python,
            "peers" => Group::Peers,
            _ => bail!("{arg} is no group; there are: build, window, test, python, peers"),
        });
    }
    ensure(if groups.is_empty() { ALL } else { &groups })?;
    println!("everything is there");
    Ok(())
}

/// Installs what a group lacks, package by package; returns why some could not be.
pub fn each(group: Group) -> Vec<anyhow::Error> {
    packages::each(group)
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
