//! A screen that nobody sees.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::Program;

/// A virtual screen; gone when dropped.
pub struct Display {
    name: String,
    _server: Program,
}

impl Display {
    /// Opens a screen of a size like `1280x800`.
    ///
    /// # Panics
    /// When it does not come up.
    pub fn open(size: &str, folder: &Path) -> Display {
        // The server picks a free number itself and writes it when it is ready.
        let file = folder.join("display");
        let number = std::fs::File::create(&file).expect("the folder can be written to");
        let mut command = Command::new("Xvfb");
        command.args(["-displayfd", "1", "-nolisten", "tcp", "-screen", "0", &format!("{size}x24")]);
        let mut server = Program::start(command.stdout(Stdio::from(number)));
        let number = server.wait_for("display", Duration::from_secs(20), |_| {
            let text = std::fs::read_to_string(&file).ok()?;
            text.ends_with('\n').then(|| text.trim().to_owned())
        });
        Display { name: format!(":{number}"), _server: server }
    }

    /// What `DISPLAY` must say.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether a window with this title is shown.
    pub fn shows(&self, title: &str) -> bool {
        let mut search = Command::new("xdotool");
        search.args(["search", "--onlyvisible", "--name", title]).env("DISPLAY", &self.name);
        search.output().is_ok_and(|found| found.status.success())
    }

    /// Writes the whole screen to a PNG file; returns how many colours it has.
    ///
    /// # Panics
    /// When that fails.
    pub fn photograph(&self, file: &Path) -> u32 {
        let mut import = Command::new("import");
        let taken = import.args(["-window", "root"]).arg(file).env("DISPLAY", &self.name).status();
        assert!(taken.is_ok_and(|status| status.success()), "no picture could be taken of {}", self.name);
        let counted =
            Command::new("identify").args(["-format", "%k"]).arg(file).output().expect("identify starts");
        let colours = String::from_utf8_lossy(&counted.stdout);
        colours.trim().parse().unwrap_or_else(|_| panic!("{} is no picture: {colours}", file.display()))
    }
}
