//! Runs a program to its end or a limit: seconds of wall clock and of processor. The shell's `time` counts what
//! threads and children used, which std does not tell.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::process;

/// What a run took, in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Spent {
    pub(super) wall: f64,
    /// Of all processors together.
    pub(super) cpu: f64,
}

/// `timeout` killed what ran on after the limit.
const KILLED: i32 = 137;

const SCRIPT: &str =
    r#"TIMEFORMAT="%3R %3U %3S"; time timeout --signal=KILL "$LIMIT" "$@" </dev/null >"$LOG" 2>&1"#;

/// Runs a program; what it says goes to the file `log`. `None` when it was still running after `limit` seconds;
/// it is dead then.
pub(super) fn run(command: &Command, limit: f64, log: &Path) -> Result<Option<Spent>> {
    let mut shell = Command::new("bash");
    shell.args(["-c", SCRIPT, "bash"]).arg(command.get_program()).args(command.get_args());
    shell.envs(command.get_envs().filter_map(|(key, value)| Some((key, value?))));
    shell.env("LIMIT", limit.to_string()).env("LOG", log).env("LC_ALL", "C").stdin(Stdio::null());
    let output = shell.output().context("bash cannot be started")?;
    match output.status.code() {
        Some(0) => {}
        Some(KILLED) => return Ok(None),
        _ => {
            let said = std::fs::read_to_string(log).unwrap_or_default();
            let lines: Vec<&str> = said.lines().collect();
            let last = lines[lines.len().saturating_sub(8)..].join("\n");
            bail!("`{}` failed ({}):\n{last}", process::shown(command), output.status);
        }
    }
    let times = String::from_utf8_lossy(&output.stderr);
    let times: Vec<f64> = times.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let [wall, user, system] = times[..] else { bail!("the shell's `time` said: {times:?}") };
    Ok(Some(Spent { wall, cpu: user + system }))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn wall_and_processor_are_told_apart() {
        let log = std::env::temp_dir().join(format!("stopwatch-{}", std::process::id()));
        let spent = run(&shell("sleep 0.3"), 20.0, &log).unwrap().unwrap();
        assert!(spent.wall >= 0.3 && spent.cpu < 0.2, "{spent:?}");
        let work = "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done";
        let spent = run(&shell(work), 60.0, &log).unwrap().unwrap();
        assert!(spent.cpu > 0.01, "{spent:?}");
        assert_eq!(run(&shell("sleep 30"), 0.2, &log).unwrap(), None);
        let error = run(&shell("echo what went wrong; exit 3"), 20.0, &log).unwrap_err().to_string();
        assert!(error.contains("what went wrong") && error.contains("exit status: 3"), "{error}");
        std::fs::remove_file(log).unwrap();
    }
}
