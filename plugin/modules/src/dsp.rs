//! Parts that several modules share; each is plain arithmetic that gives the same bits on every machine.

mod cutoff;
mod fader;
pub mod guard;
pub mod math;
mod moves;
mod oversample;
mod ramp;
mod schmitt;

pub use cutoff::{Cutoff, Ratio};
pub use fader::{FADER_BOTTOM_DB, fader};
pub use moves::moves;
pub use oversample::{Downsampler, Upsampler};
pub use ramp::Ramp;
pub use schmitt::Schmitt;
