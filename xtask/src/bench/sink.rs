//! Takes a suite's rows in: prints each as it comes, with a note below of what is being measured.

use std::time::Duration;

use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};

use crate::report::{Report, Row, Target};

/// Columns of the case; longer ones push the rest to the right.
const CASE: usize = 30;

/// Where the rows of one suite go.
pub struct Sink {
    report: Report,
    bar: ProgressBar,
    /// Fewer repeats, for a glance.
    pub quick: bool,
}

impl Sink {
    /// A sink without rows.
    pub fn new(suite: &str, quick: bool) -> Result<Sink> {
        let style = ProgressStyle::with_template("  {spinner} {elapsed} {wide_msg}")?;
        let bar = ProgressBar::new_spinner().with_style(style);
        bar.enable_steady_tick(Duration::from_millis(200));
        Ok(Sink { report: Report::new(suite), bar, quick })
    }

    /// Takes a row in.
    pub fn row(&mut self, row: Row) {
        self.bar.suspend(|| println!("{}", row.line(CASE)));
        self.report.push(row);
    }

    /// Takes a figure in.
    pub fn add(&mut self, case: &str, metric: &str, value: f64, unit: &str, target: Option<Target>) {
        let suite = self.report.machine().suite.clone();
        let (case, metric, unit) = (case.into(), metric.into(), unit.into());
        self.row(Row { suite, case, metric, value, unit, target });
    }

    /// Says what is being measured.
    pub fn note(&self, text: &str) {
        self.bar.set_message(text.to_string());
    }

    /// Says what is to be known of the figures.
    pub fn tell(&self, text: &str) {
        self.bar.suspend(|| println!("  {text}"));
    }

    /// The rows.
    pub fn finish(self) -> Report {
        self.bar.finish_and_clear();
        self.report
    }
}
