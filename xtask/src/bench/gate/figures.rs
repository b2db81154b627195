//! The counts that are kept, by instruction set, and how a new one stands against them.

use std::collections::BTreeMap;

use anyhow::Result;
use serde::{Deserialize, Serialize};

/// Share by which a count may differ to either side: what is cheaper is kept too, so that it stays so.
pub(super) const TOLERANCE: f64 = 0.03;

/// Counts of each instruction set.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Figures(BTreeMap<String, Kept>);

/// Counts on one instruction set.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kept {
    /// What `rustc --version` said.
    pub(super) rustc: String,
    /// By render.
    pub(super) instructions: BTreeMap<String, u64>,
}

impl Figures {
    /// Reads the file's text.
    pub(super) fn parse(text: &str) -> Result<Figures> {
        Ok(serde_json::from_str(text)?)
    }

    /// The file's text.
    pub(super) fn text(&self) -> Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// What is kept for an instruction set.
    pub(super) fn of(&self, level: &str) -> Option<&Kept> {
        self.0.get(level)
    }

    /// Replaces what is kept for an instruction set; others stay.
    pub(super) fn keep(&mut self, level: String, kept: Kept) {
        self.0.insert(level, kept);
    }
}

/// What is to be said of a count that is not the kept one; `None` where it is near enough.
pub(super) fn complaint(render: &str, kept: Option<u64>, counted: u64) -> Option<String> {
    let Some(kept) = kept else {
        return Some(format!("{render}: {counted} instructions, none are kept"));
    };
    let ratio = counted as f64 / kept as f64;
    // NaN, from 0 of 0, is not near either.
    let near = (1.0 - TOLERANCE..=1.0 + TOLERANCE).contains(&ratio);
    (!near).then(|| format!("{render}: {counted} instructions, kept {kept}: {:+.1} %", (ratio - 1.0) * 100.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{
  "x86_64-avx2": {
    "rustc": "rustc 1.95.0",
    "instructions": {
      "light": 39000000,
      "voices": 231000000
    }
  }
}
"#;

    #[test]
    fn figures_survive_the_way_through_the_file() {
        let mut figures = Figures::parse(TEXT).unwrap();
        assert_eq!(figures.text().unwrap(), TEXT);
        assert_eq!(figures.of("x86_64-avx2").unwrap().instructions["voices"], 231_000_000);
        assert_eq!(figures.of("aarch64"), None);
        let kept = Kept { rustc: "rustc 1.96.0".into(), instructions: [("light".into(), 1)].into() };
        figures.keep("aarch64".into(), kept);
        let again = Figures::parse(&figures.text().unwrap()).unwrap();
        assert_eq!(again, figures);
        assert!(again.of("x86_64-avx2").is_some());
    }

    #[test]
    fn what_are_no_figures_is_refused() {
        for text in ["", "[]", r#"{"a":{}}"#, r#"{"a":{"rustc":"1","instructions":{"light":-1}}}"#] {
            assert!(Figures::parse(text).is_err(), "{text}");
        }
        assert_eq!(Figures::parse("{}").unwrap(), Figures::default());
    }

    #[test]
    fn three_percent_to_either_side_are_near() {
        for counted in [970_000, 1_000_000, 1_030_000] {
            assert_eq!(complaint("light", Some(1_000_000), counted), None, "{counted}");
        }
        for (counted, percent) in [(969_000, "-3.1 %"), (1_031_000, "+3.1 %"), (2_000_000, "+100.0 %")] {
            let text = complaint("light", Some(1_000_000), counted).unwrap();
            assert_eq!(text, format!("light: {counted} instructions, kept 1000000: {percent}"));
        }
    }

    #[test]
    fn a_render_without_a_kept_count_is_named() {
        assert_eq!(complaint("new", None, 5).unwrap(), "new: 5 instructions, none are kept");
        assert!(complaint("none", Some(0), 0).is_some());
    }
}
