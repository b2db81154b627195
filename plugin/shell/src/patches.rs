//! Factory patches, as data.

use manycord_editor::FactoryPatch;

/// The patch of a fresh instance.
pub const INIT: &str = include_str!("../patches/init.toml");

/// What the patch menu offers, in its order.
pub const FACTORY: &[FactoryPatch] = &[
    FactoryPatch { name: "First Light", text: INIT },
    FactoryPatch { name: "Rubber Bass", text: include_str!("../patches/rubber_bass.toml") },
    FactoryPatch { name: "Slow Dawn", text: include_str!("../patches/slow_dawn.toml") },
    FactoryPatch { name: "Glass Pluck", text: include_str!("../patches/glass_pluck.toml") },
    FactoryPatch { name: "Singing Lead", text: include_str!("../patches/singing_lead.toml") },
    FactoryPatch { name: "Tide Drone", text: include_str!("../patches/tide_drone.toml") },
    FactoryPatch { name: "Kit Across the Keys", text: include_str!("../patches/kit_across_the_keys.toml") },
    FactoryPatch { name: "Night Train", text: include_str!("../patches/night_train.toml") },
    FactoryPatch { name: "Tine Keys", text: include_str!("../patches/tine_keys.toml") },
    FactoryPatch { name: "Ring of Bells", text: include_str!("../patches/ring_of_bells.toml") },
    FactoryPatch { name: "Weather", text: include_str!("../patches/weather.toml") },
    FactoryPatch { name: "Manycord Demo", text: include_str!("../patches/demo.toml") },
];
