//! The list of modules, nothing else.

use crate::unit::Kind;

pub mod clock;
pub mod lfo;
pub mod sample_hold;
pub mod sequencer;
pub mod vca;

/// Every module kind, by shelf.
pub const CATALOG: &[Kind] = &[
    // In and out

    // Sources

    // Filters

    // Modulation
    Kind::of::<lfo::Lfo>(),
    Kind::of::<sample_hold::SampleHold>(),
    // Level
    Kind::of::<vca::Vca>(),
    // Sequence
    Kind::of::<clock::Clock>(),
    Kind::of::<sequencer::Sequencer>(),
    // Effects
];

/// The kind with this id.
pub fn find(id: &str) -> Option<&'static Kind> {
    CATALOG.iter().find(|kind| kind.spec.id == id)
}
