//! The plugin as nice-plug drives it. Every call that comes from the host catches panics here: one that got
//! through would abort the host.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use manycord_engine::{Engine, Patch};
use manycord_modules::{Role, find};
use nice_plug::context::PluginApi;
use nice_plug::prelude::*;

use crate::blocks::{Block, Blocks};
use crate::editor::RackEditor;
use crate::instance::Instance;
use crate::keeper::Keeper;
use crate::moves::Moves;
use crate::params::ManycordParams;
use crate::pool;
use crate::transport::Song;

/// Most voices of a patch.
const VOICES: u32 = 128;

/// The plugin.
pub struct Manycord {
    instance: Arc<Instance>,
    params: Arc<ManycordParams>,
    keeper: Keeper,
    running: Option<Running>,
}

/// What the audio thread owns while active.
struct Running {
    engine: Engine,
    blocks: Blocks,
    moves: Moves,
    song: Song,
    sample_rate: f32,
    /// Latency that the host knows of, in frames.
    told_latency: u32,
    /// A panic left the engine in an unknown state: silent until the next activation.
    broken: bool,
}

impl Default for Manycord {
    fn default() -> Manycord {
        let instance = Instance::new();
        let params = Arc::new(ManycordParams::new(&instance));
        Manycord { instance, params, keeper: Keeper::default(), running: None }
    }
}

impl Plugin for Manycord {
    const NAME: &'static str = "Manycord";
    const VENDOR: &'static str = "Manycord";
    const URL: &'static str = "";
    const EMAIL: &'static str = "";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");

    const AUDIO_IO_LAYOUTS: &'static [AudioIOLayout] = &[AudioIOLayout {
        main_input_channels: NonZeroU32::new(2),
        main_output_channels: NonZeroU32::new(2),
        aux_input_ports: &[new_nonzero_u32(2)],
        aux_output_ports: &[],
        names: PortNames {
            layout: Some("Stereo"),
            main_input: None,
            main_output: None,
            aux_inputs: &["Sidechain"],
            aux_outputs: &[],
        },
    }];
    const MIDI_INPUT: MidiConfig = MidiConfig::MidiCCs;
    // Macros move at their frame, so that the sound does not depend on the host's block size.
    const SAMPLE_ACCURATE_AUTOMATION: bool = true;
    // Above it nice-plug allocates on the audio thread.
    const INPUT_EVENT_CAPACITY: usize = 16_384;

    type Editor = RackEditor;
    type SysExMessage = ();
    type BackgroundTask = ();

    fn params(&self) -> Arc<dyn Params> {
        self.params.clone()
    }

    fn editor(&mut self, _executor: AsyncExecutor<Self>) -> Option<RackEditor> {
        #[cfg(feature = "standalone")]
        if crate::standalone::is_headless() {
            return None;
        }
        Some(RackEditor::new(self.instance.clone(), self.params.clone()))
    }

    fn activate(
        &mut self,
        _layout: &AudioIOLayout,
        buffer: &BufferConfig,
        context: &mut impl ActivateContext<Self>,
    ) -> bool {
        let instance = self.instance.clone();
        let started = instance.guard("the activation", || self.start(buffer)).unwrap_or(false);
        if started {
            if context.plugin_api() != PluginApi::Standalone {
                context.set_latency_samples(instance.latency());
            }
            if context.plugin_api() == PluginApi::Clap {
                context.set_current_voice_capacity(voices(instance.session().patch()));
            }
        }
        started
    }

    fn reset(&mut self) {
        if let Some(running) = &mut self.running
            && !running.broken
        {
            running.broken = catch_unwind(AssertUnwindSafe(|| running.engine.reset())).is_err();
            if running.broken {
                self.instance.flag_panic();
            }
        }
    }

    fn process(
        &mut self,
        buffer: &mut Buffer<'_>,
        aux: &mut AuxiliaryBuffers<'_>,
        context: &mut impl ProcessContext<Self>,
    ) -> ProcessStatus {
        #[cfg(feature = "standalone")]
        crate::standalone::note_running();
        let Some(running) = self.running.as_mut().filter(|running| !running.broken) else {
            silence(buffer);
            return ProcessStatus::Normal;
        };
        let (instance, params) = (&self.instance, &self.params);
        let rendered =
            catch_unwind(AssertUnwindSafe(|| running.render(instance, params, buffer, aux, context)));
        rendered.unwrap_or_else(|_| {
            running.broken = true;
            instance.flag_panic();
            silence(buffer);
            ProcessStatus::Normal
        })
    }

    fn deactivate(&mut self) {
        let instance = self.instance.clone();
        instance.guard("the deactivation", || {
            self.keeper.rest();
            self.running = None;
            self.params.document.note_moved();
            instance.session().deactivate();
        });
    }
}

impl Manycord {
    fn start(&mut self, buffer: &BufferConfig) -> bool {
        let (sample_rate, live) = (buffer.sample_rate, buffer.process_mode != ProcessMode::Offline);
        if let Some(running) = &mut self.running
            && running.sample_rate == sample_rate
            && !running.broken
        {
            running.engine.set_live(live);
            return true;
        }
        self.running = None;
        // Macros that moved while nothing ran count.
        self.params.document.note_moved();
        let (pool, nonsense) = pool::shared();
        nonsense.into_iter().for_each(|message| self.instance.notices.post(message));
        let mut session = self.instance.session();
        session.on_distress(self.keeper.alarm());
        let mut engine = match session.activate(sample_rate, buffer.max_buffer_size as usize, pool) {
            Ok(engine) => engine,
            Err(error) => {
                drop(session);
                self.instance.notices.post(error.to_string());
                return false;
            }
        };
        engine.set_live(live);
        self.instance.set_latency(session.latency());
        self.instance.texts.follow(session.patch());
        drop(session);
        self.running = Some(Running {
            engine,
            blocks: Blocks::new(),
            moves: Moves::new(self.instance.loads(), self.params.board.sounding()),
            song: Song::default(),
            sample_rate,
            told_latency: self.instance.latency(),
            broken: false,
        });
        self.keeper.work(&self.instance, &self.params);
        true
    }
}

impl Running {
    /// Renders a block of the host. Nothing here allocates, locks or waits.
    fn render(
        &mut self,
        instance: &Instance,
        params: &ManycordParams,
        buffer: &mut Buffer<'_>,
        aux: &mut AuxiliaryBuffers<'_>,
        context: &mut impl ProcessContext<Manycord>,
    ) -> ProcessStatus {
        let latency = instance.latency();
        if latency != self.told_latency && context.plugin_api() != PluginApi::Standalone {
            self.told_latency = latency;
            context.set_latency_samples(latency);
        }
        self.moves.take(instance.loads(), params.board.sounding(), |kind| self.blocks.push_first(kind));
        let transport = self.song.at(context.transport(), self.sample_rate, buffer.samples());
        let sidechain = aux.inputs.first().map(Buffer::as_slice_immutable).unwrap_or_default();
        let side = |channel: usize| sidechain.get(channel).map_or(&[][..], |samples| &**samples);
        let [left, right, ..] = buffer.as_slice() else { return ProcessStatus::Normal };
        let block = Block { main: [left, right], sidechain: [side(0), side(1)], transport };
        self.blocks.render(&mut self.engine, block, || context.next_event());
        if self.engine.is_silent() { ProcessStatus::Normal } else { ProcessStatus::KeepAlive }
    }
}

fn silence(buffer: &mut Buffer<'_>) {
    buffer.as_slice().iter_mut().for_each(|channel| channel.fill(0.0));
}

/// Voices that the patch can sound at once.
fn voices(patch: &Patch) -> u32 {
    let count = |module: &manycord_engine::patch::PatchModule| {
        let spec = find(&module.kind).map(|kind| kind.spec).filter(|spec| spec.role == Role::Notes)?;
        let param = spec.params.iter().find(|param| param.id == "voices")?;
        Some(module.params.get(param.id).copied().unwrap_or(param.default) as u32)
    };
    patch.modules.iter().filter_map(count).sum::<u32>().clamp(1, VOICES)
}

impl ClapPlugin for Manycord {
    const CLAP_ID: &'static str = "audio.manycord.manycord";
    const CLAP_DESCRIPTION: Option<&'static str> =
        Some("Polyphonic modular synthesizer that plays on all cores");
    const CLAP_MANUAL_URL: Option<&'static str> = None;
    const CLAP_SUPPORT_URL: Option<&'static str> = None;
    const CLAP_FEATURES: &'static [ClapFeature] =
        &[ClapFeature::Instrument, ClapFeature::Synthesizer, ClapFeature::Stereo];
    // No param is modulated per voice; this is what tells the host how many voices there are.
    const CLAP_POLY_MODULATION_CONFIG: Option<PolyModulationConfig> =
        Some(PolyModulationConfig { max_voice_capacity: VOICES, supports_overlapping_voices: true });
}

impl Vst3Plugin for Manycord {
    const VST3_CLASS_ID: [u8; 16] = *b"ManycordSynthMk1";
    const VST3_SUBCATEGORIES: &'static [Vst3SubCategory] =
        &[Vst3SubCategory::Instrument, Vst3SubCategory::Synth, Vst3SubCategory::Stereo];
}
