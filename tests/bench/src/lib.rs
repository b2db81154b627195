//! Measures of pool, engine and plugin. `cargo xtask bench` builds this for release, runs a suite and reports.

pub mod burden;
pub mod contest;
pub mod cpu;
pub mod duel;
pub mod edits;
pub mod gate;
pub mod hand;
pub mod heap;
pub mod load;
pub mod pacing;
pub mod piece;
pub mod player;
pub mod proc02;
pub mod quantile;
pub mod reference;
pub mod rows;
pub mod score;
pub mod simulate;
pub mod suites;
pub mod tune;
pub mod turns;
pub mod wav;
pub mod work;
