//! Parts that several modules share; each is plain arithmetic that gives the same bits on every machine.

pub mod bank;
mod delay_line;
mod diffuser;
mod glide;
pub mod guard;
pub mod hadamard;
pub mod math;
mod one_pole;
pub mod room;
mod schmitt;
pub mod sinc;
mod swing;
mod whole;

pub use delay_line::DelayLine;
pub use diffuser::Diffuser;
pub use glide::Glide;
pub use one_pole::OnePole;
pub use schmitt::Schmitt;
pub use swing::Swing;
pub use whole::whole;
