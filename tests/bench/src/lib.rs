//! Measures of pool, engine and plugin. `cargo xtask bench` builds this for release, runs a suite and reports.

pub mod contest;
pub mod cpu;
pub mod heap;
pub mod load;
pub mod pacing;
pub mod player;
pub mod proc02;
pub mod quantile;
pub mod reference;
pub mod rows;
pub mod suites;
pub mod work;
