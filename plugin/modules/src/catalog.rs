//! The list of modules, nothing else.

use crate::unit::Kind;

pub mod adsr;
pub mod chorus;
pub mod clock;
pub mod delay;
pub mod input;
pub mod ladder;
pub mod lfo;
pub mod mixer4;
pub mod noise;
pub mod notes;
pub mod output;
pub mod reverb;
pub mod sample_hold;
pub mod sequencer;
pub mod svf;
pub mod vca;
pub mod vco;

/// Every module kind, by shelf. A static: each crate that named a constant would compile all modules once more.
pub static CATALOG: &[Kind] = &[
    // In and out
    Kind::of::<input::Input>(),
    Kind::of::<notes::Notes>(),
    Kind::of::<output::Output>(),
    // Sources
    Kind::of::<vco::Vco>(),
    Kind::of::<noise::Noise>(),
    // Filters
    Kind::of::<ladder::Ladder>(),
    Kind::of::<svf::Svf>(),
    // Modulation
    Kind::of::<adsr::Adsr>(),
    Kind::of::<lfo::Lfo>(),
    Kind::of::<sample_hold::SampleHold>(),
    // Level
    Kind::of::<mixer4::Mixer4>(),
    Kind::of::<vca::Vca>(),
    // Sequence
    Kind::of::<clock::Clock>(),
    Kind::of::<sequencer::Sequencer>(),
    // Effects
    Kind::of::<delay::Delay>(),
    Kind::of::<chorus::Chorus>(),
    Kind::of::<reverb::Reverb>(),
];

/// The kind with this id.
pub fn find(id: &str) -> Option<&'static Kind> {
    CATALOG.iter().find(|kind| kind.spec.id == id)
}
