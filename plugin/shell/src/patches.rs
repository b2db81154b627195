//! The patches that come with the synthesizer, from `plugin/shell/patches`.

use manycord_editor::FactoryPatch;

/// What a fresh instance plays.
pub const INIT: FactoryPatch =
    FactoryPatch { name: "First Light", text: include_str!("../patches/init.toml") };

/// In the browser's order.
pub const FACTORY: &[FactoryPatch] = &[
    INIT,
    FactoryPatch { name: "Glass Pluck", text: include_str!("../patches/glass_pluck.toml") },
    FactoryPatch { name: "Tine Keys", text: include_str!("../patches/tine_keys.toml") },
    FactoryPatch { name: "Rubber Bass", text: include_str!("../patches/rubber_bass.toml") },
    FactoryPatch { name: "Singing Lead", text: include_str!("../patches/singing_lead.toml") },
    FactoryPatch { name: "Slow Dawn", text: include_str!("../patches/slow_dawn.toml") },
    FactoryPatch { name: "Ring of Bells", text: include_str!("../patches/ring_of_bells.toml") },
    FactoryPatch { name: "Night Train", text: include_str!("../patches/night_train.toml") },
    FactoryPatch { name: "Tide Drone", text: include_str!("../patches/tide_drone.toml") },
    FactoryPatch { name: "Weather", text: include_str!("../patches/weather.toml") },
    FactoryPatch { name: "Kit Across the Keys", text: include_str!("../patches/kit_across_the_keys.toml") },
    FactoryPatch { name: "Manycord Demo", text: include_str!("../patches/demo.toml") },
];

#[cfg(test)]
mod tests {
    use super::*;
    use manycord_engine::{Patch, Session};
    use manycord_modules::CATALOG;

    #[test]
    fn every_factory_patch_plays_under_its_own_name() {
        for entry in FACTORY {
            let patch = Patch::parse(entry.text, entry.name).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(patch.name, entry.name);
            assert!(Session::new(patch, CATALOG).is_ok(), "{}", entry.name);
        }
    }
}
