//! A JACK server without a sound card.

use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::Program;

/// Servers that start at once, while one that was killed has left shared memory, spoil each other's clean-up.
static STARTING: Mutex<()> = Mutex::new(());

/// A server of its own name; stops when dropped.
pub struct Jack {
    name: String,
    server: Program,
}

impl Jack {
    /// Environment variable by which clients find their server.
    pub const SERVER: &'static str = "JACK_DEFAULT_SERVER";

    /// Starts a server at a sample rate in Hz with this many frames a period. The name must be the test's own.
    ///
    /// # Panics
    /// When it does not come up.
    pub fn start(test: &str, rate: u32, period: u32) -> Jack {
        let name = format!("manycord-{test}-{}", std::process::id());
        let _alone = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
        let mut command = Command::new("jackd");
        command.args(["--no-realtime", "--name", &name, "-d", "dummy"]);
        command.args(["-r", &rate.to_string(), "-p", &period.to_string()]);
        let mut server = Program::start(command.stdout(Stdio::null()));
        server.wait_for("JACK server", Duration::from_secs(20), |_| ports(&name));
        Jack { name, server }
    }

    /// What [`SERVER`](Jack::SERVER) must say.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether a client of this name has ports.
    pub fn has(&self, client: &str) -> bool {
        let ports = ports(&self.name).unwrap_or_default();
        ports.lines().any(|port| port.split_once(':').is_some_and(|(owner, _)| owner == client))
    }
}

/// All ports of a server, one a line; `None` when it does not answer.
fn ports(server: &str) -> Option<String> {
    let mut ask = Command::new("jack_lsp");
    ask.env(Jack::SERVER, server).env("JACK_NO_START_SERVER", "1");
    let answer = ask.output().ok().filter(|answer| answer.status.success())?;
    Some(String::from_utf8_lossy(&answer.stdout).into_owned())
}

impl Drop for Jack {
    fn drop(&mut self) {
        // Killed, it would leave its shared memory behind.
        self.server.signal("TERM");
        let _ = self.server.wait(Duration::from_secs(5));
    }
}
