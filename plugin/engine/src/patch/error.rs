//! What is wrong with a patch file, where, and how to mend it.

use std::ops::Range;

/// A message for whoever wrote the file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{origin}:{line}:{column}: {key}{what}; {fix}")]
pub struct PatchError {
    /// File or other source.
    pub origin: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Path of the key, with a colon behind it; empty for the file as a whole.
    pub key: String,
    /// What is wrong.
    pub what: String,
    /// How to mend it.
    pub fix: String,
}

/// Where messages of one text come from.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) text: &'a str,
    pub(super) origin: &'a str,
}

impl Source<'_> {
    /// An error at a place of the text; without one, at its start.
    pub(super) fn error(
        &self,
        place: Option<Range<usize>>,
        key: &str,
        what: impl Into<String>,
        fix: impl Into<String>,
    ) -> PatchError {
        let mut at = place.map_or(0, |place| place.start).min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        let before = &self.text[..at];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        PatchError {
            origin: self.origin.to_string(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            key: if key.is_empty() { String::new() } else { format!("{key}: ") },
            what: what.into(),
            fix: fix.into(),
        }
    }
}
