//! The standalone program on a screen of its own under a JACK server of its own.
#![cfg(target_os = "linux")]

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use manycord_tests::host::built;
use manycord_tests::python;
use manycord_tests::studio::{Display, Jack, Program};
use serde_json::Value;

/// Most until it shows itself.
const START: Duration = Duration::from_secs(60);
/// Most from a signal to the end.
const GOODBYE: Duration = Duration::from_secs(2);

/// One JACK server at a time: servers and clients that come and go beside each other share a registry, and a
/// client that starts meanwhile may wait for ever.
static JACK: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    JACK.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The program as a client of JACK.
fn standalone(server: &str) -> Command {
    let mut command = Command::new(built::standalone());
    command.args(["--backend", "jack"]).env(Jack::SERVER, server).stdout(Stdio::null());
    command
}

/// Plays notes to the program for some seconds, and listens.
fn hear(jack: &Jack, seconds: u32) -> Value {
    let mut script = python::script("jack_notes.py");
    python::answer(script.args(["manycord", &seconds.to_string()]).env(Jack::SERVER, jack.name()))
}

fn assert_music(heard: &Value) {
    let number = |name: &str| heard[name].as_f64().expect(name);
    assert_eq!((&heard["outputs"], &heard["inputs"]), (&2.into(), &1.into()), "{heard}");
    assert_eq!(heard["finite"], true, "{heard}");
    assert!(number("before") < 1e-6 && number("during") > 0.05 && number("after") < 0.01, "{heard}");
    assert!(number("live") > 0.05, "silent when played live: {heard}");
    assert!(number("cents").abs() < 15.0, "out of tune: {heard}");
}

/// Ends it by a signal.
fn assert_goodbye(mut program: Program, signal: &str) {
    program.signal(signal);
    let status = program.wait(GOODBYE).expect("a signal ends it");
    assert!(status.success(), "SIG{signal} ended it with {status}:\n{}", program.complaints());
}

fn screenshot(name: &str) -> PathBuf {
    let folder = built::target().join("screenshots");
    std::fs::create_dir_all(&folder).expect("the target folder can be written to");
    folder.join(name)
}

#[test]
fn it_plays_midi_with_its_window_open() {
    let _alone = alone();
    let display = Display::open("1280x800", &built::folder("standalone"));
    let jack = Jack::start("window", 48_000, 256);
    let mut program = Program::start(standalone(jack.name()).env("DISPLAY", display.name()));
    program.wait_for("window", START, |_| display.shows("Manycord").then_some(()));
    let heard = hear(&jack, 10);
    let colours = display.photograph(&screenshot("standalone.png"));
    assert!(colours > 50, "the window is blank: {colours} colours");
    assert_goodbye(program, "INT");
    assert_music(&heard);
}

#[test]
fn without_a_window_it_plays_at_any_rate_until_a_signal_comes() {
    let _alone = alone();
    for (signal, rate) in [("INT", 44_100), ("TERM", 96_000)] {
        let jack = Jack::start(&format!("no-window-{signal}"), rate, 1024);
        let mut program = Program::start(standalone(jack.name()).arg("--no-editor").env_remove("DISPLAY"));
        program.wait_for("JACK client", START, |_| jack.has("manycord").then_some(()));
        // Before the first block of sound, signals end it as they end any program.
        program.wait_for("handler of signals", START, |program| program.handles_signals().then_some(()));
        let heard = hear(&jack, 5);
        assert_goodbye(program, signal);
        assert_music(&heard);
    }
}

#[test]
fn without_a_server_it_fails_and_says_so() {
    let _alone = alone();
    let mut command = standalone("manycord-nobody");
    let mut program = Program::start(command.arg("--no-editor").env_remove("DISPLAY"));
    let status = program.wait(START).expect("it gives up");
    let said = program.complaints();
    assert!(!status.success(), "it says that all is well:\n{said}");
    assert!(said.contains("start a JACK server first"), "it does not say what to do:\n{said}");
}
