//! The list of modules, nothing else.

use crate::unit::Kind;

pub mod ladder;
pub mod notes;
pub mod output;
pub mod svf;
pub mod vca;

/// Every module kind, by shelf.
pub const CATALOG: &[Kind] = &[
    // In and out
    Kind::of::<notes::Notes>(),
    Kind::of::<output::Output>(),
    // Sources

    // Filters
    Kind::of::<ladder::Ladder>(),
    Kind::of::<svf::Svf>(),
    // Modulation

    // Level
    Kind::of::<vca::Vca>(),
    // Sequence

    // Effects
];

/// The kind with this id.
pub fn find(id: &str) -> Option<&'static Kind> {
    CATALOG.iter().find(|kind| kind.spec.id == id)
}
