//! The list of modules, nothing else.

use crate::unit::Kind;

pub mod noise;
pub mod vca;
pub mod vco;

/// Every module kind, by shelf.
pub const CATALOG: &[Kind] = &[
    // In and out

    // Sources
    Kind::of::<vco::Vco>(),
    Kind::of::<noise::Noise>(),
    // Filters

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
