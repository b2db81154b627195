//! The suites by name. One that is measured by `manycord-bench` has a line of the same name in
//! `tests/bench/src/suites.rs`.

use anyhow::{Result, bail};

use super::sink::Sink;
use super::{gate, peers};

/// A suite.
pub struct Suite {
    /// Name on the command line and in the rows.
    pub name: &'static str,
    /// One line for people.
    pub about: &'static str,
    pub how: How,
}

/// Who measures.
pub enum How {
    /// The program `manycord-bench`, which knows pool, engine and plugin.
    Program,
    /// We do, with programs that are not ours.
    Here(fn(&mut Sink) -> Result<()>),
}

/// All suites, in the order in which they run.
pub const SUITES: &[Suite] = &[
    Suite {
        name: gate::SUITE,
        about: "instructions of three fixed renders, against those that are kept in the repository",
        how: How::Here(gate::run),
    },
    Suite { name: "voices", about: "what a voice costs, in the graph and by hand", how: How::Program },
    Suite { name: "scaling", about: "what more threads gain, and what they burn", how: How::Program },
    Suite { name: "light", about: "threads make nothing slower", how: How::Program },
    Suite {
        name: "edits",
        about: "how long a big patch takes to compile, and how soon a new module renders under load",
        how: How::Program,
    },
    Suite {
        name: "memory",
        about: "bytes per module, voice and instance, and whether they grow",
        how: How::Program,
    },
    Suite {
        name: "scale",
        about: "speed-up on up to 64 cores, simulated beyond this machine's",
        how: How::Program,
    },
    Suite {
        name: "soak",
        about: "a minute at a sound card's pace under edits, against a thread that does nothing",
        how: How::Program,
    },
    Suite {
        name: "wake",
        about: "what workers do between blocks: block times against the serial loop's, and CPU beyond its",
        how: How::Program,
    },
    Suite {
        name: "rust",
        about: "our pool, rayon, a mutex with condition variables, and a serial loop on the same tasks",
        how: How::Program,
    },
    Suite {
        name: "contention",
        about: "how each worker spends its time while factory patches play",
        how: How::Program,
    },
    Suite {
        name: "fair",
        about: "whether instances on host threads of their own are served alike by the one pool",
        how: How::Program,
    },
    Suite {
        name: "idle",
        about: "what silent instances and an empty rack cost, beyond the host's own waiting",
        how: How::Program,
    },
    Suite {
        name: "proc02",
        about: "the worker pool row by row, as a pool of Python processes was measured before",
        how: How::Program,
    },
    Suite {
        name: "peers",
        about: "the reference patch offline in csound, SuperCollider and Faust, and how clean each one's saw is",
        how: How::Here(peers::run),
    },
];

/// The suite of this name.
pub fn find(name: &str) -> Result<&'static Suite> {
    let Some(suite) = SUITES.iter().find(|suite| suite.name == name) else {
        let known: Vec<&str> = SUITES.iter().map(|suite| suite.name).collect();
        bail!("there is no suite `{name}`; there are: {}", known.join(", "));
    };
    Ok(suite)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_suite_is_answered_with_all_names() {
        let error = find("wakes").err().expect("there is no such suite").to_string();
        assert!(SUITES.iter().all(|suite| error.contains(suite.name)), "{error}");
        assert!(SUITES.iter().all(|suite| find(suite.name).is_ok_and(|found| found.name == suite.name)));
    }
}
