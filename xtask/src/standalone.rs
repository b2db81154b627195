//! The instrument without a host.

use std::process::Command;

use crate::process;

/// `cargo build` or `cargo run` of it, in the bundles' profile.
pub fn cargo(command: &str) -> Command {
    process::cargo(&[
        command,
        "--release",
        "--package",
        "manycord",
        "--features",
        "standalone",
        "--bin",
        "manycord",
    ])
}
