//! The standalone program on a screen of its own under a JACK server of its own.
#![cfg(target_os = "linux")]

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use manycord_tests::host::built;
use manycord_tests::python;
use manycord_tests::studio::{Display, Jack, Program};

/// Most until it shows itself.
const START: Duration = Duration::from_secs(20);
/// From SIGINT to the end.
const GOODBYE: Duration = Duration::from_secs(2);

fn standalone() -> Command {
    let mut command = Command::new(built::standalone());
    command.stdout(Stdio::null());
    command
}

fn screenshot(name: &str) -> PathBuf {
    let folder = built::target().join("screenshots");
    std::fs::create_dir_all(&folder).expect("the target folder can be written to");
    folder.join(name)
}

#[test]
fn it_plays_midi_under_jack_with_its_window_open() {
    let display = Display::open("1280x800", &built::folder("standalone"));
    let jack = Jack::start("window", 256);
    let mut command = standalone();
    command.args(["--backend", "jack", "--period-size", "256", "--sample-rate", "48000"]);
    command.env("DISPLAY", display.name()).env(Jack::SERVER, jack.name());
    let mut program = Program::start(&mut command);
    program.wait_for("window", START, |_| display.shows("Manycord").then_some(()));

    let heard = python::answer(
        python::script("jack_notes.py").args(["Manycord", "10"]).env(Jack::SERVER, jack.name()),
    );
    let colours = display.photograph(&screenshot("standalone.png"));
    program.signal("INT");
    let status = program.wait(GOODBYE).expect("SIGINT ends it");

    assert!(status.success(), "it ended with {status}:\n{}", program.complaints());
    assert!(colours > 50, "the window is blank: {colours} colours");
    let level = |name: &str| heard[name].as_f64().expect(name);
    assert_eq!((&heard["outputs"], &heard["inputs"]), (&2.into(), &1.into()), "{heard}");
    assert_eq!((&heard["in_time"], &heard["finite"]), (&true.into(), &true.into()), "{heard}");
    assert!(level("before") < 1e-6 && level("during") > 0.05 && level("after") < 0.01, "{heard}");
}

#[test]
fn it_ends_cleanly_without_a_window() {
    for signal in ["INT", "TERM"] {
        let jack = Jack::start(&format!("no-window-{signal}"), 1024);
        let mut command = standalone();
        command
            .args(["--backend", "jack", "--no-editor"])
            .env(Jack::SERVER, jack.name())
            .env_remove("DISPLAY");
        let mut program = Program::start(&mut command);
        program.wait_for("JACK client", START, |_| jack.has("Manycord").then_some(()));
        // Before the first block of sound, signals end it as they end any program.
        program.wait_for("handler of signals", START, |program| program.handles_signals().then_some(()));
        program.signal(signal);
        let status = program.wait(GOODBYE).expect("a signal ends it");
        assert!(status.success(), "SIG{signal} ended it with {status}:\n{}", program.complaints());
    }
}

#[test]
fn without_a_server_it_fails_and_says_so() {
    let mut command = standalone();
    command.args(["--backend", "jack", "--no-editor"]).env_remove("DISPLAY");
    command.env(Jack::SERVER, "manycord-nobody").env("JACK_NO_START_SERVER", "1");
    let mut program = Program::start(&mut command);
    let status = program.wait(START).expect("it gives up");
    let said = program.complaints();
    assert!(!status.success(), "it says that all is well:\n{said}");
    assert!(said.contains("JACK"), "it does not say what is missing:\n{said}");
}
