//! A work-stealing pool for real-time threads.
//!
//! A [`Flow`] is a graph of tasks that is run again and again. [`Client::run`] runs it once: the caller takes
//! part, workers steal, and the call returns when every task is done. Nothing on that path allocates, locks
//! or blocks. `README.md` explains the protocol, its states and its races before the code.

mod client;
mod config;
mod float;
mod flow;
mod futex;
mod graph;
mod machine;
mod pace;
mod pool;
mod seat;
mod slot;
mod stats;
mod thread;
mod worker;

pub use client::{Client, Hint, Outcome, Standing};
pub use config::{Config, IdlePolicy};
pub use float::FlushDenormals;
pub use flow::{Flow, Job};
pub use graph::{Graph, GraphError};
pub use machine::usable_cpus;
pub use pool::{Pool, TooManyClients};
pub use seat::Seat;
pub use stats::WorkerLoad;
