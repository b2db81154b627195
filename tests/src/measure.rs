//! Listening with numbers: what the tests of the sound share.

pub mod noise;
pub mod spectrum;
