//! Parts that several modules share; each is plain arithmetic that gives the same bits on every machine.

pub mod blep;
mod crossing;
mod curve;
pub mod math;
pub mod phase;
mod random;
mod schmitt;
pub mod slope;
mod tail;
pub mod waves;

pub use crossing::Crossing;
pub use curve::Curve;
pub use random::Random;
pub use schmitt::Schmitt;
pub use tail::Tail;
