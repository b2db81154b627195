//! The real bundle in hosts that come as Python packages; each script in `tests/hosts` is a host.
#![cfg(target_os = "linux")]

use std::path::Path;
use std::process::Command;

use manycord_tests::host::built;

/// Runs a script on a bundle; what it prints goes into the failure.
fn run(script: &str, bundle: &Path) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("hosts").join(script);
    let mut python = Command::new(built::python());
    let output = python.arg(&script).arg(bundle).output().expect("Python starts");
    assert!(
        output.status.success(),
        "{} ({}):\n{}{}",
        script.display(),
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn dawdreamer_plays_the_vst3() {
    run("dawdreamer_vst3.py", &built::vst3());
}
