//! Parts that several modules share; each is plain arithmetic that gives the same bits on every machine.

pub mod chance;
mod lane_turns;
pub mod math;
pub mod note_length;
pub mod note_name;
mod period;
mod pulse;
pub mod ratio;
mod schmitt;
mod song;
mod turns;
mod volts;

pub use lane_turns::LaneTurns;
pub use period::Period;
pub use pulse::{Pulse, trigger_frames};
pub use schmitt::Schmitt;
pub use song::{Motion, Song};
pub use turns::Turns;
pub use volts::tame;
