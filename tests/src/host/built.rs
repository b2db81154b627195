//! Files that other commands build and tests need.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The release bundle's `.clap`.
///
/// # Panics
/// When it is not built.
pub fn clap() -> PathBuf {
    there("bundled/manycord.clap", "cargo xtask bundle manycord --release")
}

/// The release bundle's `.vst3`.
///
/// # Panics
/// When it is not built.
pub fn vst3() -> PathBuf {
    there("bundled/manycord.vst3", "cargo xtask bundle manycord --release")
}

/// The standalone program.
///
/// # Panics
/// When it is not built.
pub fn standalone() -> PathBuf {
    there("debug/manycord", "cargo test --workspace --features manycord/standalone")
}

/// The Python that has the test hosts.
///
/// # Panics
/// When it is not installed.
pub fn python() -> PathBuf {
    there("venv/bin/python", "cargo xtask setup python")
}

fn there(name: &str, command: &str) -> PathBuf {
    let path = target().join(name);
    assert!(
        path.exists(),
        "{} is missing; `{command}` makes it, as `cargo xtask test` does by itself",
        path.display()
    );
    path
}

/// The malloc shim, built now if need be: cargo builds no libraries of other packages for a test.
///
/// # Panics
/// When it cannot be built.
pub fn shim() -> PathBuf {
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--package", "manycord-malloc-shim"])
        .arg("--target-dir")
        .arg(target())
        .status();
    assert!(built.is_ok_and(|status| status.success()), "the malloc shim cannot be built");
    target().join("debug/libmanycord_malloc_shim.so")
}

/// A fresh folder for what a test writes.
///
/// # Panics
/// When it cannot be made.
pub fn folder(test: &str) -> PathBuf {
    let path = target().join("tmp").join(test);
    std::fs::create_dir_all(&path).expect("the target folder can be written to");
    path
}

/// Cargo's target folder: a test lies in `target/PROFILE/deps`.
///
/// # Panics
/// When the program that asks lies elsewhere.
pub fn target() -> PathBuf {
    let own = std::env::current_exe().expect("a process knows its program");
    own.ancestors().nth(3).map(Path::to_path_buf).expect("tests lie in the target folder")
}
