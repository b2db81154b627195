//! A room for programs that want a screen and a sound card, on machines that have neither.

mod display;
mod jack;
mod program;

pub use display::Display;
pub use jack::Jack;
pub use program::Program;
