//! Parts of the Rust toolchain that the tests use.

use anyhow::{Context, Result};

use super::process::{self, output};

/// Adds rustfmt and clippy where they are missing.
pub fn ensure() -> Result<()> {
    for (tool, component) in [("cargo-fmt", "rustfmt"), ("cargo-clippy", "clippy")] {
        if output(tool, &["--version"]).is_none() {
            println!("adding {component}");
            let mut add = std::process::Command::new("rustup");
            process::run(add.args(["component", "add", component]))
                .with_context(|| format!("install {component} as you installed Rust, then go on"))?;
        }
    }
    Ok(())
}
