//! The patches that come with the synthesizer, from `plugin/shell/patches`.

use manycord_editor::FactoryPatch;

/// What a fresh instance plays.
pub const INIT: FactoryPatch = FactoryPatch { name: "Init", text: include_str!("../patches/init.toml") };

/// In the browser's order.
pub const FACTORY: &[FactoryPatch] = &[INIT];
