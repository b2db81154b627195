//! Parts that several modules share; each is plain arithmetic that gives the same bits on every machine.

mod fader;
pub mod guard;
pub mod math;
mod pulse;
mod ramp;
mod schmitt;
mod segment;

pub use fader::{FADER_BOTTOM_DB, fader};
pub use pulse::Pulse;
pub use ramp::Ramp;
pub use schmitt::Schmitt;
pub use segment::Segments;
