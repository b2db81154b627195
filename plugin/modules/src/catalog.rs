//! The list of modules, nothing else.

use crate::unit::Kind;

pub mod delay;
pub mod vca;

/// Every module kind, by shelf.
pub const CATALOG: &[Kind] = &[
    // In and out

    // Sources

    // Filters

    // Modulation

    // Level
    Kind::of::<vca::Vca>(),
    // Sequence

    // Effects
    Kind::of::<delay::Delay>(),
];

/// The kind with this id.
pub fn find(id: &str) -> Option<&'static Kind> {
    CATALOG.iter().find(|kind| kind.spec.id == id)
}
