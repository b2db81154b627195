//! The suites; a suite is one file, one line here and one in `xtask/src/bench/suites.rs`, which tells what it is about.

mod contention;
mod edits;
mod fair;
mod idle;
mod light;
mod memory;
mod proc02;
mod rust;
mod scale;
mod scaling;
mod soak;
mod voices;
mod wake;

use anyhow::Result;

use crate::rows::Rows;

/// A suite.
pub struct Suite {
    /// Name on the command line and in the rows.
    pub name: &'static str,
    /// Measures.
    pub run: fn(&mut Rows) -> Result<()>,
}

/// All suites.
pub const SUITES: &[Suite] = &[
    Suite { name: "voices", run: voices::run },
    Suite { name: "scaling", run: scaling::run },
    Suite { name: "light", run: light::run },
    Suite { name: "edits", run: edits::run },
    Suite { name: "memory", run: memory::run },
    Suite { name: "scale", run: scale::run },
    Suite { name: "soak", run: soak::run },
    Suite { name: "wake", run: wake::run },
    Suite { name: "rust", run: rust::run },
    Suite { name: "contention", run: contention::run },
    Suite { name: "fair", run: fair::run },
    Suite { name: "idle", run: idle::run },
    Suite { name: "proc02", run: proc02::run },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xtask_knows_every_suite() {
        let known = include_str!("../../../xtask/src/bench/suites.rs");
        for suite in SUITES {
            assert!(known.contains(&format!("name: \"{}\"", suite.name)), "{}", suite.name);
        }
    }
}
