//! Rows of figures: one shape for every measuring command, as a table for people and as JSON for programs.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use serde_json::{Value, json};

/// What a figure should be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Target {
    AtMost(f64),
    AtLeast(f64),
}

impl Target {
    fn met(self, value: f64) -> bool {
        match self {
            Target::AtMost(most) => value <= most,
            Target::AtLeast(least) => value >= least,
        }
    }

    fn text(self) -> String {
        match self {
            Target::AtMost(most) => format!("<={most}"),
            Target::AtLeast(least) => format!(">={least}"),
        }
    }
}

/// One figure.
#[derive(Clone, Debug, PartialEq)]
struct Row {
    case: String,
    metric: &'static str,
    value: f64,
    unit: &'static str,
    target: Option<Target>,
}

/// The rows of one suite.
#[derive(Clone, Debug)]
pub struct Report {
    suite: &'static str,
    rows: Vec<Row>,
}

impl Report {
    /// A report that so far says where and when it was measured.
    pub fn new(suite: &'static str) -> Report {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let case = format!("{}; release build {}; {}", processor(), env!("CARGO_PKG_VERSION"), today());
        let machine = Row { case, metric: "cores", value: cores as f64, unit: "cores", target: None };
        Report { suite, rows: vec![machine] }
    }

    /// Adds a figure.
    pub fn add(
        &mut self,
        case: &str,
        metric: &'static str,
        value: f64,
        unit: &'static str,
        target: Option<Target>,
    ) {
        self.rows.push(Row { case: case.to_string(), metric, value, unit, target });
    }

    /// Metrics that miss their target.
    pub fn missed(&self) -> Vec<&'static str> {
        let missed = |row: &&Row| row.target.is_some_and(|target| !target.met(row.value));
        self.rows.iter().filter(missed).map(|row| row.metric).collect()
    }

    /// The table for people.
    pub fn table(&self) -> String {
        let mut text = format!("{}\n", self.rows[0].case);
        for row in &self.rows {
            let value = if row.value == row.value.round() {
                format!("{:.0}", row.value)
            } else {
                format!("{:.2}", row.value)
            };
            text += &format!("  {:<24} {value:>12} {:<6}", row.metric, row.unit);
            if let Some(target) = row.target {
                let verdict = if target.met(row.value) { "ok" } else { "MISSED" };
                text += &format!(" {:<8} {verdict}", target.text());
            }
            text.truncate(text.trim_end().len());
            text.push('\n');
        }
        text
    }

    /// The rows for programs.
    pub fn json(&self) -> Value {
        let row = |row: &Row| {
            json!({
                "suite": self.suite,
                "case": row.case,
                "metric": row.metric,
                "value": row.value,
                "unit": row.unit,
                "target": row.target.map(Target::text),
                "met": row.target.map(|target| target.met(row.value)),
            })
        };
        self.rows.iter().map(row).collect()
    }

    /// Writes the rows to a file.
    pub fn write(&self, path: &Path) -> Result<()> {
        let text = format!("{:#}\n", self.json());
        std::fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))
    }
}

/// The processor's name, where the system tells it.
fn processor() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let line = info.lines().find(|line| line.starts_with("model name"));
    let name = line.and_then(|line| line.split_once(':')).map(|(_, name)| name.trim().to_string());
    name.unwrap_or_else(|| std::env::consts::ARCH.into())
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

    #[test]
    fn every_row_has_the_one_shape() {
        let mut report = Report::new("demo");
        report.add("song", "allocations", 2.0, "", Some(Target::AtMost(0.0)));
        report.add("song", "length_s", 3.0, "s", None);
        let rows = report.json();
        for row in rows.as_array().unwrap() {
            let keys: Vec<&str> = row.as_object().unwrap().keys().map(String::as_str).collect();
            assert_eq!(keys, ["case", "met", "metric", "suite", "target", "unit", "value"]);
        }
        assert_eq!(rows[1]["met"], false);
        assert_eq!(rows[1]["target"], "<=0");
        assert_eq!(rows[2]["target"], Value::Null);
        assert_eq!(report.missed(), ["allocations"]);
    }
}
