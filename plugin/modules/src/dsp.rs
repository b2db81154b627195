//! Parts that several modules share; each is plain arithmetic that gives the same bits on every machine.

mod fader;
pub mod math;
mod ramp;
mod schmitt;

pub use fader::{FADER_BOTTOM_DB, fader};
pub use ramp::Ramp;
pub use schmitt::Schmitt;
