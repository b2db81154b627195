//! Listening with numbers: what the tests of the sound share.

pub mod compare;
pub mod decay;
pub mod diffusion;
pub mod filter;
pub mod noise;
pub mod pitch;
pub mod response;
pub mod spectrum;
