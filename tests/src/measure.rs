//! Listening with numbers: what the tests of the sound share.

pub mod compare;
pub mod spectrum;
