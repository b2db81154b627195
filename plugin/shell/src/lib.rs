//! Manycord as hosts see it.
#![forbid(unsafe_code)]

pub mod render;
pub mod song;
