//! The main thread's side of one plugin instance.

use std::sync::atomic::Ordering;

use anyhow::{Context, Result, anyhow};
use clack_extensions::audio_ports::{AudioPortInfoBuffer, PluginAudioPorts};
use clack_extensions::latency::PluginLatency;
use clack_extensions::params::{ParamInfoBuffer, PluginParams};
use clack_extensions::render::{PluginRender, RenderMode};
use clack_extensions::state::PluginState;
use clack_host::prelude::{HostInfo, PluginAudioConfiguration, PluginInstance};
use clack_host::utils::ClapId;

use super::bundle::Bundle;
use super::callbacks::{Callbacks, MainThread, Requests};
use super::deck::Deck;

/// A plugin instance; it stays on the thread that made it.
pub struct Instance {
    plugin: PluginInstance<Callbacks>,
}

/// A parameter that the plugin shows to hosts.
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    /// How events name it.
    pub id: ClapId,
    /// Its name.
    pub name: String,
    /// Least and greatest value.
    pub range: [f64; 2],
}

/// Channels of each audio port.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ports {
    /// Into the plugin.
    pub inputs: Vec<usize>,
    /// Out of the plugin.
    pub outputs: Vec<usize>,
}

impl Instance {
    /// Makes an instance of the bundle's plugin.
    ///
    /// # Errors
    /// When the plugin refuses.
    pub fn new(bundle: &Bundle) -> Result<Instance> {
        let info = HostInfo::new("Manycord headless host", "Manycord", "", env!("CARGO_PKG_VERSION"))?;
        let plugin = PluginInstance::new(
            |()| Requests::none(),
            |requests| MainThread(requests),
            &bundle.entry,
            &bundle.id,
            &info,
        )
        .context("the plugin makes no instance")?;
        Ok(Instance { plugin })
    }

    /// All params, in the plugin's order.
    pub fn params(&mut self) -> Vec<Param> {
        let handle = self.plugin.plugin_handle();
        let Some(params) = handle.get_extension::<PluginParams>() else { return Vec::new() };
        let mut buffer = ParamInfoBuffer::new();
        let mut list = Vec::new();
        for index in 0..params.count(&handle) {
            if let Some(info) = params.get_info(&handle, index, &mut buffer) {
                list.push(Param {
                    id: info.id,
                    name: String::from_utf8_lossy(info.name).into_owned(),
                    range: [info.min_value, info.max_value],
                });
            }
        }
        list
    }

    /// Where a param stands.
    pub fn value(&mut self, id: ClapId) -> Option<f64> {
        let handle = self.plugin.plugin_handle();
        handle.get_extension::<PluginParams>()?.get_value(&handle, id)
    }

    /// The plugin's audio ports.
    pub fn ports(&mut self) -> Ports {
        let handle = self.plugin.plugin_handle();
        let Some(ports) = handle.get_extension::<PluginAudioPorts>() else { return Ports::default() };
        let mut buffer = AudioPortInfoBuffer::new();
        let mut list = |is_input| {
            let channels = |index| {
                let info = ports.get(&handle, index, is_input, &mut buffer);
                info.map_or(0, |info| info.channel_count as usize)
            };
            (0..ports.count(&handle, is_input)).map(channels).collect()
        };
        Ports { inputs: list(true), outputs: list(false) }
    }

    /// Frames by which the sound lags behind.
    pub fn latency(&mut self) -> u32 {
        let handle = self.plugin.plugin_handle();
        handle.get_extension::<PluginLatency>().map_or(0, |latency| latency.get(&handle))
    }

    /// The plugin's state, as a project file would keep it.
    ///
    /// # Errors
    /// When the plugin gives none.
    pub fn save(&mut self) -> Result<Vec<u8>> {
        let handle = self.plugin.plugin_handle();
        let state = handle.get_extension::<PluginState>().context("the plugin has no state")?;
        let mut bytes = Vec::new();
        state.save(&handle, &mut bytes).map_err(|error| anyhow!("the state cannot be saved: {error}"))?;
        Ok(bytes)
    }

    /// Gives the plugin a state that was saved before.
    ///
    /// # Errors
    /// When the plugin does not take it.
    pub fn load(&mut self, mut bytes: &[u8]) -> Result<()> {
        let handle = self.plugin.plugin_handle();
        let state = handle.get_extension::<PluginState>().context("the plugin has no state")?;
        state.load(&handle, &mut bytes).map_err(|error| anyhow!("the state is refused: {error}"))
    }

    /// Makes the instance ready to play. `most_frames` is the largest block that is announced.
    ///
    /// # Errors
    /// When the plugin refuses.
    pub fn activate(&mut self, sample_rate: f64, most_frames: u32) -> Result<Deck> {
        let ports = self.ports();
        let handle = self.plugin.plugin_handle();
        if let Some(render) = handle.get_extension::<PluginRender>() {
            // Blocks are asked for as fast as they come: none may be left silent because the machine is busy.
            render.set(&handle, RenderMode::Offline).context("the plugin does not render offline")?;
        }
        let configuration =
            PluginAudioConfiguration { sample_rate, min_frames_count: 1, max_frames_count: most_frames };
        let processor =
            self.plugin.activate(|_, _| (), configuration).context("the plugin cannot be activated")?;
        Ok(Deck::new(processor, &ports, sample_rate, most_frames as usize))
    }

    /// Takes the audio thread's side back.
    pub fn deactivate(&mut self, deck: Deck) {
        self.plugin.deactivate(deck.stop());
    }

    /// Serves what the plugin asked for. Call it often, as hosts do from their timer.
    pub fn idle(&mut self) {
        if self.plugin.access_shared_handler(|requests| requests.callback.swap(false, Ordering::SeqCst)) {
            self.plugin.call_on_main_thread_callback();
        }
    }

    /// Whether the plugin asked to be deactivated and activated again.
    pub fn wants_restart(&self) -> bool {
        self.plugin.access_shared_handler(|requests| requests.restart.swap(false, Ordering::SeqCst))
    }

    /// How often the plugin said that its latency is another one.
    pub fn latency_changes(&self) -> u32 {
        self.plugin.access_shared_handler(|requests| requests.latency_changes.load(Ordering::SeqCst))
    }
}
