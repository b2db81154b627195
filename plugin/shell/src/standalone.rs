//! The program of its own: nice-plug's wrapper, and what it leaves out: signals, failing back ends, JACK's rate,
//! no window.
//!
//! Signals belong to the process, and the wrapper makes the plugin itself: hence the statics.

mod rate;

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::{exit, raise};

use crate::Manycord;

/// No window is wanted.
static HEADLESS: AtomicBool = AtomicBool::new(false);
/// The first block of sound was asked for.
static RUNNING: AtomicBool = AtomicBool::new(false);
/// A signal has asked for the end.
static STOP: AtomicBool = AtomicBool::new(false);

/// The program is about to end.
static ENDING: AtomicBool = AtomicBool::new(false);

/// Most that the wrapper may take to end.
const FAREWELL: Duration = Duration::from_secs(1);
/// Between two looks at the flags.
const LOOK: Duration = Duration::from_millis(50);

/// Exit codes after a second signal, as shells count.
const INTERRUPTED: i32 = 128 + SIGINT;
const TERMINATED: i32 = 128 + SIGTERM;

/// Runs until the window is closed, or SIGINT or SIGTERM comes.
pub fn run(args: impl Iterator<Item = String>) -> ExitCode {
    let (ours, theirs): (Vec<String>, Vec<String>) = args.partition(|arg| arg == "--no-editor");
    HEADLESS.store(!ours.is_empty(), Ordering::Relaxed);
    let help = theirs.iter().any(|arg| arg == "--help" || arg == "-h");
    if help {
        println!("      --no-editor\n          Open no window; end with SIGINT or SIGTERM\n");
    }
    let watch = std::thread::Builder::new().name("manycord-signals".into()).spawn(watch_signals);
    if let Err(error) = watch {
        eprintln!("manycord: no thread for signals, end it with SIGKILL: {error}");
    }
    let theirs = if help { theirs } else { rate::follow_server(theirs) };
    if nice_plug::prelude::nice_export_standalone_with_args::<Manycord, _>(theirs) {
        return ExitCode::SUCCESS;
    }
    eprintln!(
        "manycord: could not start; the line above says why. With -b jack, start a JACK server first (jackd or \
         PipeWire); with -b alsa, name a device (--output-device; an empty name lists them); with no display, add \
         --no-editor; -b dummy needs no sound card."
    );
    ExitCode::FAILURE
}

pub(crate) fn is_headless() -> bool {
    HEADLESS.load(Ordering::Relaxed)
}

/// Called by the audio thread.
pub(crate) fn note_running() {
    RUNNING.store(true, Ordering::Relaxed);
}

/// Closes the window once a signal has come.
pub(crate) fn close_when_asked(context: &egui::Context) {
    if STOP.load(Ordering::Relaxed) {
        context.send_viewport_cmd(egui::ViewportCommand::Close);
    }
    context.request_repaint_after(LOOK);
}

/// The window is closed or a signal has come: the program ends within a second. The wrapper leaves JACK on two
/// threads at once (its process callback quits while it deactivates), which now and then hangs for good; nothing
/// is left to be saved by then.
pub(crate) fn end_soon() {
    if ENDING.swap(true, Ordering::Relaxed) {
        return;
    }
    let end = std::thread::Builder::new().name("manycord-end".into()).spawn(|| {
        std::thread::sleep(FAREWELL);
        exit(0);
    });
    if let Err(error) = end {
        eprintln!("manycord: it may hang now, then end it with SIGKILL: {error}");
    }
}

/// The wrapper's own handler knows SIGINT only and no window. Ours is put before it, so it must come later: the
/// wrapper's is there when sound is asked for. Until then signals end the process as usual.
fn watch_signals() {
    while !RUNNING.load(Ordering::Relaxed) {
        std::thread::sleep(LOOK);
    }
    let mut signals = match Signals::new([SIGINT, SIGTERM]) {
        Ok(signals) => signals,
        Err(error) => return eprintln!("manycord: signals are not handled: {error}"),
    };
    let mut raised = false;
    for signal in signals.forever() {
        let own = signal == SIGINT && std::mem::take(&mut raised);
        if own {
            continue;
        }
        if STOP.swap(true, Ordering::Relaxed) {
            // Asked twice: it hangs.
            exit(if signal == SIGTERM { TERMINATED } else { INTERRUPTED });
        }
        end_soon();
        if signal == SIGTERM {
            // The wrapper waits for SIGINT where there is no window.
            raised = true;
            if let Err(error) = raise(SIGINT) {
                eprintln!("manycord: {error}");
            }
        }
    }
}
