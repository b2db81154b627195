//! Parts that several modules share; each is plain arithmetic that gives the same bits on every machine.

mod fader;
pub mod guard;
pub mod bank;
mod delay_line;
mod diffuser;
mod glide;
pub mod guard;
pub mod hadamard;
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
pub mod sinc;
mod swing;

pub use delay_line::DelayLine;
pub use diffuser::Diffuser;
pub use glide::Glide;
pub use schmitt::Schmitt;
pub use swing::Swing;
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
pub mod blep;
mod curve;
pub mod math;
pub mod phase;
mod random;
mod schmitt;
mod tail;
pub mod waves;

pub use curve::Curve;
pub use random::Random;
pub use schmitt::Schmitt;
pub use tail::Tail;
