//! What happens on the audio path while a plan runs: stage the block, gather inputs, render units.

pub(crate) mod cell;
pub(crate) mod cycle;
pub(crate) mod dial;
pub(crate) mod gather;
pub(crate) mod handed;
pub(crate) mod job;
pub(crate) mod record;
pub(crate) mod rest;
pub(crate) mod stage;
pub(crate) mod tail;
