//! One render under valgrind's callgrind, without its model of caches: instructions are counted, nothing else.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::{paths, process};

/// The function within which instructions are counted.
const COUNTED: &str = "manycord_bench::gate::counted";

/// What a render gave.
pub(super) struct Count {
    /// Instruction set that the modules ran on. Valgrind's processor has AVX2 where the real one has it.
    pub(super) level: String,
    pub(super) instructions: u64,
}

/// Counts a render; its profile is written to `profile`.
///
/// # Errors
/// When valgrind or the render fails, or nothing was counted.
pub(super) fn count(render: &str, profile: &Path) -> Result<Count> {
    let mut command = Command::new("valgrind");
    command.args(["--quiet", "--tool=callgrind", "--collect-atstart=no"]);
    // Stars, since names may come with a hash.
    command.arg(format!("--toggle-collect=*{COUNTED}*"));
    command.arg(format!("--callgrind-out-file={}", profile.display()));
    command.arg(paths::release("manycord-bench")).args(["--gate", render]).current_dir(paths::root());
    let shown = process::shown(&command);
    let output =
        command.stdin(Stdio::null()).output().with_context(|| format!("`{shown}` cannot be started"))?;
    if !output.status.success() {
        bail!("`{shown}` failed ({}):\n{}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    let text = std::fs::read_to_string(profile)
        .with_context(|| format!("`{shown}` wrote no {}", profile.display()))?;
    let instructions = total(&text)
        .with_context(|| format!("{}: nothing was counted within {COUNTED}", profile.display()))?;
    Ok(Count { level: String::from_utf8_lossy(&output.stdout).trim().to_string(), instructions })
}

/// Sum of a profile; `None` where it has none, or nothing was counted.
fn total(profile: &str) -> Option<u64> {
    let sum = profile.lines().find_map(|line| line.strip_prefix("totals:"))?;
    sum.trim().parse().ok().filter(|&sum| sum > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_has_a_sum() {
        let head = "# callgrind format\nversion: 1\nevents: Ir\nsummary: 12\n\nfn=(0) totals\n1 12\n";
        assert_eq!(total(&format!("{head}totals: 231570596\n")), Some(231_570_596));
        assert_eq!(total(&format!("{head}totals: 0\n")), None);
        assert_eq!(total(&format!("{head}totals: many\n")), None);
        assert_eq!(total(head), None);
    }
}
