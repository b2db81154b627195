//! Listening with numbers: what the tests of the sound share.

pub mod compare;
pub mod filter;
pub mod pitch;
pub mod response;
pub mod decay;
pub mod diffusion;
pub mod noise;
pub mod spectrum;
