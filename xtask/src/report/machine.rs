//! Where, when and from what it was measured.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::process;

/// Processor, build and day, for people.
pub(super) fn describe() -> String {
    format!("{}; release build {}; {}", processor(), build(), today())
}

/// The processor's name, where the system tells it.
fn processor() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let line = info.lines().find(|line| line.starts_with("model name"));
    let name = line.and_then(|line| line.split_once(':')).map(|(_, name)| name.trim().to_string());
    name.unwrap_or_else(|| std::env::consts::ARCH.into())
}

/// The version, and the commit where git tells it.
fn build() -> String {
    let version = env!("CARGO_PKG_VERSION");
    match process::output("git", &["describe", "--always", "--dirty=-changed"]) {
        Some(commit) => format!("{version} ({})", commit.trim()),
        None => version.into(),
    }
}

/// The day, in UTC, as 2026-01-31.
fn today() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    date(seconds / 86_400)
}

/// The Gregorian date this many days after 1970-01-01. Years are counted from March, so that the leap day is the
/// last one: <https://howardhinnant.github.io/date_algorithms.html> (civil_from_days).
fn date(days: u64) -> String {
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    format!("{:04}-{month:02}-{day:02}", year + era * 400 + next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_gregorian() {
        assert_eq!(date(0), "1970-01-01");
        assert_eq!(date(11_016), "2000-02-29");
        assert_eq!(date(20_782), "2026-11-25");
        assert_eq!(date(47_540), "2100-02-28");
        assert_eq!(date(47_541), "2100-03-01");
    }
}
