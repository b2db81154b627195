//! A program that runs beside the test and ends with it.

use std::io::Read;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Between two looks.
const LOOK: Duration = Duration::from_millis(10);

/// A running program.
#[derive(Debug)]
pub struct Program {
    child: Child,
    shown: String,
    /// Reads stderr to its end: a full pipe would hold the program up.
    reader: Option<JoinHandle<String>>,
}

impl Program {
    /// Starts it. What it says on stderr can be had when it has ended.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn start(command: &mut Command) -> Program {
        let shown = format!("{command:?}");
        let child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn();
        let mut child = child.unwrap_or_else(|error| {
            panic!("{shown} cannot be started: {error}; `cargo xtask setup` installs what tests need")
        });
        let reader = child.stderr.take().map(|mut pipe| {
            std::thread::spawn(move || {
                let mut text = Vec::new();
                // A pipe that breaks leaves what came before.
                let _ = pipe.read_to_end(&mut text);
                String::from_utf8_lossy(&text).into_owned()
            })
        });
        Program { child, shown, reader }
    }

    /// Waits until it ends.
    ///
    /// # Errors
    /// When it still runs after that time.
    pub fn wait(&mut self, at_most: Duration) -> Result<ExitStatus, String> {
        let start = Instant::now();
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => return Ok(status),
                Ok(None) if start.elapsed() < at_most => std::thread::sleep(LOOK),
                Ok(None) => return Err(format!("{} still runs after {at_most:?}", self.shown)),
                Err(error) => return Err(format!("{}: {error}", self.shown)),
            }
        }
    }

    /// Waits until something is so while the program runs.
    ///
    /// # Panics
    /// When the program ends or the time is over, naming what was waited for.
    pub fn wait_for<T>(&mut self, what: &str, at_most: Duration, look: impl Fn(&Program) -> Option<T>) -> T {
        let start = Instant::now();
        loop {
            if let Some(found) = look(self) {
                return found;
            }
            if let Ok(Some(status)) = self.child.try_wait() {
                let said = self.complaints();
                panic!("{}: no {what}, it ended ({status}):\n{said}", self.shown);
            }
            assert!(start.elapsed() < at_most, "{}: no {what} after {at_most:?}", self.shown);
            std::thread::sleep(LOOK);
        }
    }

    /// What it has said on stderr; to be asked once it has ended.
    pub fn complaints(&mut self) -> String {
        self.reader.take().and_then(|reader| reader.join().ok()).unwrap_or_default()
    }

    /// Whether it handles both SIGINT and SIGTERM by now.
    pub fn handles_signals(&self) -> bool {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
        let caught = caught.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
        [libc::SIGINT, libc::SIGTERM].iter().all(|signal| caught & (1 << (signal - 1)) != 0)
    }

    /// Sends a signal, by its name without SIG.
    ///
    /// # Panics
    /// When it has ended already.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").arg(format!("-{name}")).arg(self.child.id().to_string()).status();
        assert!(sent.is_ok_and(|status| status.success()), "{} has ended before SIG{name}", self.shown);
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
