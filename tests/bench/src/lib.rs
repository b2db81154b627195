//! Measures of pool, engine and plugin. `cargo xtask bench` builds this for release, runs a suite and reports.

pub mod rows;
pub mod suites;
