//! Parts that several modules share; each is plain arithmetic that gives the same bits on every machine.

mod cutoff;
mod derived;
pub mod math;
mod oversample;
mod schmitt;
mod tame;

pub use cutoff::{Cutoff, Ratio};
pub use derived::Derived;
pub use oversample::{Downsampler, Upsampler};
pub use schmitt::Schmitt;
pub use tame::tame;
