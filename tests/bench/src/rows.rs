//! What a suite tells: rows of figures, one JSON object per line on standard output; other lines say what is
//! being measured.

use serde_json::json;

/// What a figure should be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Target {
    /// At most this.
    AtMost(f64),
    /// At least this.
    AtLeast(f64),
}

impl Target {
    /// Whether a figure is so; NaN never is.
    pub fn is_met(self, value: f64) -> bool {
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

/// The rows of one suite, printed as they come.
#[derive(Debug)]
pub struct Rows {
    suite: &'static str,
    /// Fewer repeats, for a glance and for tests.
    pub quick: bool,
}

impl Rows {
    /// No row yet.
    pub fn new(suite: &'static str, quick: bool) -> Rows {
        Rows { suite, quick }
    }

    /// Says what is being measured, for people who wait.
    pub fn note(&self, text: &str) {
        println!("{text}");
    }

    /// Tells a figure; NaN when nothing could be measured.
    pub fn add(&mut self, case: &str, metric: &str, value: f64, unit: &str, target: Option<Target>) {
        let target = target.map(Target::text);
        let suite = self.suite;
        println!(
            "{}",
            json!({ "suite": suite, "case": case, "metric": metric, "value": value, "unit": unit, "target": target })
        );
    }
}
