//! The suites; a suite is one file and one line here.

use anyhow::Result;

use crate::rows::Rows;

/// A suite.
pub struct Suite {
    /// Name on the command line and in the rows.
    pub name: &'static str,
    /// One line for people.
    pub about: &'static str,
    /// Measures.
    pub run: fn(&mut Rows) -> Result<()>,
}

/// All suites.
pub const SUITES: &[Suite] = &[];
