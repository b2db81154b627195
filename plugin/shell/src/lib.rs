//! Manycord as hosts see it: all that knows a host, and nothing else.
//!
//! [`Manycord`] is the plugin, exported as CLAP and VST3 and wrapped into a program of its own by the feature
//! `standalone`; [`render`] needs no host at all.
#![forbid(unsafe_code)]

mod blocks;
mod document;
mod editor;
mod events;
mod instance;
mod keeper;
mod macros;
mod moves;
mod notice;
mod params;
pub mod patches;
mod plugin;
mod pool;
pub mod render;
pub mod song;
#[cfg(feature = "standalone")]
pub mod standalone;
mod transport;
mod window;

pub use plugin::Manycord;

nice_plug::nice_export_clap!(Manycord);
nice_plug::nice_export_vst3!(Manycord);
