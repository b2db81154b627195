//! A loaded `.clap` file.

use std::ffi::CString;
use std::path::Path;

use anyhow::{Context, Result};
use clack_host::prelude::PluginEntry;

/// A loaded `.clap` file and its first plugin. The library is unloaded when the last bundle and instance are gone.
pub struct Bundle {
    pub(super) entry: PluginEntry,
    pub(super) id: CString,
    /// The plugin's name as shown to users.
    pub name: String,
}

impl Bundle {
    /// Loads a file.
    ///
    /// # Errors
    /// When it is no CLAP file, or has no plugin in it.
    #[expect(unsafe_code, reason = "loading a library runs its code")]
    pub fn load(path: &Path) -> Result<Bundle> {
        // SAFETY: a plugin named by the developer who runs the tests is trusted as any program they start.
        let entry = unsafe { PluginEntry::load(path) };
        let entry = entry.with_context(|| {
            format!("{} cannot be loaded; `cargo xtask bundle manycord --release` makes it", path.display())
        })?;
        let factory = entry.get_plugin_factory().context("the file has no plugin factory")?;
        let plugin = factory.plugin_descriptors().next().context("the file has no plugin in it")?;
        let id = plugin.id().context("the plugin has no id")?.to_owned();
        let name = plugin.name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(Bundle { entry, id, name })
    }
}
