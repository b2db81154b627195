//! The rack on screen.
//!
//! [`Rack::draw`] shows a [`manycord_engine::Session`] in any egui [`egui::Ui`]: modules drawn from their
//! declarations, cables, macros, meters. The session is locked for moments only; the audio thread is never
//! touched. Drawing changes nothing by itself: it collects what the user asks for, and
//! the rack answers when the frame is done.
#![forbid(unsafe_code)]

mod browser;
mod connect;
mod desk;
mod dial;
mod dial_menu;
mod edits;
mod ends;
mod field;
mod history;
mod icon;
mod knob;
mod library;
mod macros;
mod meter;
mod panel;
mod ports;
mod rack;
mod switch;
mod text;
mod theme;
mod topbar;

pub use library::{FactoryPatch, Library};
pub use macros::Macros;
pub use rack::Rack;
