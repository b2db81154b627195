//! Parts that several modules share; each is plain arithmetic that gives the same bits on every machine.

pub mod math;
mod schmitt;

pub use schmitt::Schmitt;
