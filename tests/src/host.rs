//! A CLAP host without window or sound card. It loads the real bundle and plays it as fast as it goes, on threads
//! of its choice, in blocks of any size.

pub mod built;
mod bundle;
mod callbacks;
mod deck;
mod edits;
mod instance;
mod score;
mod shim;
mod state;
mod times;
pub mod tune;

pub use bundle::Bundle;
pub use deck::{Deck, Input};
pub use edits::Edits;
pub use instance::{Instance, Param, Ports};
pub use score::{Action, Score, Timed};
pub use shim::Shim;
pub use state::of_patch as state_of_patch;
pub use times::Times;
