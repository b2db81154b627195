//! What happens on the audio path while a plan runs: stage the block, gather inputs, render units.

pub(crate) mod body;
pub(crate) mod cycle;
pub(crate) mod dial;
pub(crate) mod gather;
pub(crate) mod handed;
pub(crate) mod intake;
pub(crate) mod job;
pub(crate) mod record;
pub(crate) mod rest;
pub(crate) mod running;
pub(crate) mod scan;
pub(crate) mod stage;
pub(crate) mod tail;
