//! One figure: the shape of a row, as JSON and as a line for people.

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

/// What a figure should be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Target {
    AtMost(f64),
    AtLeast(f64),
}

impl Target {
    /// The bound itself.
    pub fn bound(self) -> f64 {
        match self {
            Target::AtMost(bound) | Target::AtLeast(bound) => bound,
        }
    }

    /// As in `<=0.54`.
    pub fn text(self) -> String {
        match self {
            Target::AtMost(most) => format!("<={most}"),
            Target::AtLeast(least) => format!(">={least}"),
        }
    }

    fn parse(text: &str) -> Result<Target> {
        let number = |text: &str| text.parse().with_context(|| format!("`{text}` is no number"));
        match (text.strip_prefix("<="), text.strip_prefix(">=")) {
            (Some(most), _) => Ok(Target::AtMost(number(most)?)),
            (_, Some(least)) => Ok(Target::AtLeast(number(least)?)),
            _ => bail!("the target `{text}` begins neither with <= nor with >="),
        }
    }

    fn met(self, value: f64) -> bool {
        match self {
            Target::AtMost(most) => value <= most,
            Target::AtLeast(least) => value >= least,
        }
    }
}

/// One figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub suite: String,
    pub case: String,
    pub metric: String,
    /// NaN where nothing could be measured; this meets no target.
    pub value: f64,
    pub unit: String,
    pub target: Option<Target>,
}

impl Row {
    /// Reads a row that a measuring program printed.
    pub fn parse(line: &str) -> Result<Row> {
        let read = || -> Result<Row> {
            let row: Value = serde_json::from_str(line)?;
            let text = |key: &str| {
                row[key].as_str().map(String::from).with_context(|| format!("`{key}` is no text"))
            };
            let value = match &row["value"] {
                Value::Null => f64::NAN,
                value => value.as_f64().context("`value` is no number")?,
            };
            let target = match &row["target"] {
                Value::Null => None,
                target => Some(Target::parse(target.as_str().context("`target` is no text")?)?),
            };
            Ok(Row {
                suite: text("suite")?,
                case: text("case")?,
                metric: text("metric")?,
                value,
                unit: text("unit")?,
                target,
            })
        };
        read().with_context(|| format!("this is no row: {line}"))
    }

    /// Whether the target is met; `None` without one.
    pub fn met(&self) -> Option<bool> {
        self.target.map(|target| target.met(self.value))
    }

    /// The row for programs.
    pub fn json(&self) -> Value {
        json!({
            "suite": self.suite,
            "case": self.case,
            "metric": self.metric,
            "value": self.value,
            "unit": self.unit,
            "target": self.target.map(Target::text),
            "met": self.met(),
        })
    }

    /// The value with as many digits as people compare.
    pub fn figure(&self) -> String {
        let value = self.value;
        match value.abs() {
            _ if value.is_nan() => "none".into(),
            size if size >= 1_000.0 || value == value.round() => format!("{value:.0}"),
            size if size >= 10.0 => format!("{value:.1}"),
            _ => format!("{value:.3}"),
        }
    }

    /// The row for people; the case is padded to this width.
    pub fn line(&self, width: usize) -> String {
        let (value, unit) = (self.figure(), &self.unit);
        let mut text = format!("  {:<width$} {:<24} {value:>10} {unit:<6}", self.case, self.metric);
        if let Some(target) = self.target {
            let verdict = if target.met(self.value) { "ok" } else { "MISSED" };
            text += &format!(" {:<8} {verdict}", target.text());
        }
        text.truncate(text.trim_end().len());
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_survive_the_way_through_json() {
        for target in [None, Some(Target::AtMost(0.54)), Some(Target::AtLeast(2.0))] {
            let (suite, case, metric) = ("wake".into(), "spin-20us-x32".into(), "ratio".into());
            let row = Row { suite, case, metric, value: 0.541, unit: "x".into(), target };
            assert_eq!(Row::parse(&row.json().to_string()).unwrap(), row);
        }
    }

    #[test]
    fn what_is_no_row_is_refused() {
        let row = |value: &str, target: &str| {
            Row::parse(&format!(
                r#"{{"suite":"a","case":"b","metric":"c","value":{value},"unit":"","target":{target}}}"#
            ))
        };
        assert!(row("1.5", "null").is_ok());
        for (value, target) in [("\"1\"", "null"), ("1", "\"=3\""), ("1", "\"<=x\""), ("1", "3")] {
            assert!(row(value, target).is_err(), "{value} {target}");
        }
        assert!(Row::parse("{}").is_err());
    }

    #[test]
    fn nothing_measured_misses_its_target() {
        let line = r#"{"suite":"a","case":"b","metric":"c","value":null,"unit":"","target":"<=1"}"#;
        let row = Row::parse(line).unwrap();
        assert_eq!((row.met(), row.figure().as_str()), (Some(false), "none"));
        assert!(row.line(4).ends_with("<=1      MISSED"));
    }
}
