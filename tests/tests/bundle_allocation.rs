//! Law 3 through the real bundle: the C allocator is not called on any audio thread, host's or pool's, from a
//! brand-new thread's first call on, while the user loads other patches and automation moves params.
#![cfg(target_os = "linux")]

use std::path::Path;
use std::process::Command;

use manycord_tests::host::{built, tune};
use serde_json::Value;

/// Plays under the shim; returns the host's figures.
fn play(name: &str, seconds: &str, more: &[&str]) -> Value {
    let folder = built::folder("clap-allocation");
    let midi = folder.join(format!("{name}.mid"));
    std::fs::write(&midi, tune::file()).unwrap();
    let mut host = Command::new(env!("CARGO_BIN_EXE_headless-host"));
    host.env("LD_PRELOAD", built::shim()).arg("--plugin").arg(built::clap()).arg("--midi").arg(midi);
    host.args(["--seconds", seconds, "--json", "-", "--automate"]).args(more);
    let output = host.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn none_counted(figures: &Value) {
    let count = figures["audio_path_allocations"].as_u64();
    assert_eq!(count, Some(0), "the first came from {:#}", figures["first_allocation"]);
}

#[test]
fn what_is_allocated_is_counted_and_found() {
    let figures = play("fault", "1", &["--allocate"]);
    let blocks = figures["blocks"].as_u64().unwrap();
    assert_eq!(figures["audio_path_allocations"].as_u64(), Some(2 * blocks), "one call to get, one to free");
    let from = figures["first_allocation"].as_array().unwrap();
    assert!(from.iter().any(|place| place.as_str().unwrap().contains("headless-host")), "{from:?}");
}

#[test]
fn a_minute_on_ever_new_threads_allocates_nothing() {
    none_counted(&play("threads", "60", &["--new-thread-every", "100"]));
}

#[test]
fn a_minute_of_edits_allocates_nothing_on_audio_threads() {
    let patches = Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugin/shell/patches");
    let files = std::fs::read_dir(&patches).expect("there are factory patches");
    let mut files: Vec<String> = files
        .map(|file| file.unwrap().path().to_string_lossy().into_owned())
        .filter(|file| file.ends_with(".toml"))
        .collect();
    files.sort();
    // Each comes pipelined too.
    let folder = built::folder("clap-allocation-pipelined");
    let pipelined = files.iter().enumerate().map(|(number, file)| {
        let text = std::fs::read_to_string(file).unwrap();
        let path = folder.join(format!("{number}.toml"));
        std::fs::write(&path, text.replacen("manycord = 1\n", "manycord = 1\npipelined = true\n", 1))
            .unwrap();
        path.to_string_lossy().into_owned()
    });
    let pipelined: Vec<String> = pipelined.collect();
    let files: Vec<String> = files.into_iter().zip(pipelined).flat_map(<[String; 2]>::from).collect();
    let options = files.iter().flat_map(|file| ["--patch", file.as_str()]);
    let options: Vec<&str> = options.chain(["--edit-every", "20", "--new-thread-every", "500"]).collect();
    let figures = play("edits", "60", &options);
    assert!(figures["edits"].as_u64() > Some(10), "only {} edits", figures["edits"]);
    none_counted(&figures);
}
