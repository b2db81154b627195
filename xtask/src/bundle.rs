//! Makes the CLAP and VST3 bundles.

use anyhow::Result;

pub const USAGE: &str = "\
cargo xtask bundle manycord --release    CLAP and VST3 plugins in target/bundled/

The other options are those of `cargo build`.";

pub fn run(args: Vec<String>) -> Result<()> {
    nice_plug_xtask::main_with_args("cargo xtask", std::iter::once("bundle".to_string()).chain(args))
}

/// Bundles for release, and what loads and measures them. All in one build: by themselves the tools would ask
/// for other features of shared dependencies, and everything would be compiled twice.
pub fn release() -> Result<()> {
    let mut words = vec!["manycord", "--release"];
    for tool in ["manycord-tests", "manycord-bench", "manycord-malloc-shim"] {
        words.extend(["--package", tool]);
    }
    run(words.into_iter().map(String::from).collect())
}
