//! A work-stealing pool for real-time threads.
//!
//! A [`Flow`] is a graph of tasks that is run again and again. [`Client::run`] runs it once: the caller takes
//! part, workers steal, and the call returns when every task is done. Nothing on that path allocates, locks
//! or blocks. `README.md` explains the protocol, its states and its races before the code.

mod caller;
mod chain;
#[cfg(all(test, any(loom, shuttle)))]
mod checks;
mod choice;
mod client;
mod clock;
mod config;
mod crew;
mod float;
mod flow;
mod gate;
mod graph;
mod homes;
mod pace;
mod phase;
mod pool;
mod queue;
mod seat;
mod shared;
mod slot;
mod station;
mod stats;
mod supervisor;
mod sync;
mod system;
mod vigil;
mod worker;

pub use client::{Client, Hint, INLINE_AWAKE_NS, Outcome, Standing};
pub use config::{Config, IdlePolicy};
pub use float::FlushDenormals;
pub use flow::{Flow, Job};
pub use graph::{Graph, GraphError};
pub use pool::{Pool, TooManyClients};
pub use seat::Seat;
pub use stats::WorkerLoad;
pub use supervisor::Alarm;
pub use system::usable_cpus;
