//! Rows of figures: one shape for every measuring command, as a table for people and as JSON for programs.

mod machine;
mod row;

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

pub use row::{Row, Target};

/// The rows of one measuring command.
#[derive(Clone, Debug)]
pub struct Report {
    rows: Vec<Row>,
}

impl Report {
    /// A report that so far says where and when it was measured.
    pub fn new(suite: &str) -> Report {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let mut report = Report { rows: Vec::new() };
        report.push(Row {
            suite: suite.into(),
            case: machine::describe(),
            metric: "cores".into(),
            value: cores as f64,
            unit: "cores".into(),
            target: None,
        });
        report
    }

    /// Adds a figure of the suite that the report was made for.
    pub fn add(&mut self, case: &str, metric: &str, value: f64, unit: &str, target: Option<Target>) {
        let (case, metric, unit) = (case.into(), metric.into(), unit.into());
        self.push(Row { suite: self.rows[0].suite.clone(), case, metric, value, unit, target });
    }

    /// Adds a row of any suite.
    pub fn push(&mut self, row: Row) {
        self.rows.push(row);
    }

    /// Where and when it was measured.
    pub fn machine(&self) -> &Row {
        &self.rows[0]
    }

    /// All rows but the machine's.
    pub fn figures(&self) -> &[Row] {
        &self.rows[1..]
    }

    /// Metrics that miss their target.
    pub fn missed(&self) -> Vec<&str> {
        let missed = self.rows.iter().filter(|row| row.met() == Some(false));
        missed.map(|row| row.metric.as_str()).collect()
    }

    /// The table for people.
    pub fn table(&self) -> String {
        let width = self.figures().iter().map(|row| row.case.len()).max().unwrap_or(0);
        let lines = self.figures().iter().map(|row| row.line(width) + "\n");
        format!("{}\n{}", self.headline(), lines.collect::<String>())
    }

    /// The machine's row for people.
    pub fn headline(&self) -> String {
        let machine = self.machine();
        format!("{}; {} cores", machine.case, machine.figure())
    }

    /// The rows for programs.
    pub fn json(&self) -> Value {
        self.rows.iter().map(Row::json).collect()
    }

    /// Writes the rows to a file.
    pub fn write(&self, path: &Path) -> Result<()> {
        let text = format!("{:#}\n", self.json());
        std::fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let table = report.table();
        assert_eq!(table.lines().filter(|line| line.contains("song")).count(), 2, "{table}");
    }
}
