//! One instance's document and, while it is active, its running engine: the document outlives hosts that
//! deactivate, change the sample rate and activate again.

use std::sync::Arc;

use manycord_modules::Kind;
use manycord_pool::{Alarm, Pool};

use crate::compile::{self, CompileError};
use crate::control::{Control, EngineSetup, StartError, start_watched};
use crate::engine::Engine;
use crate::patch::Patch;
use crate::telemetry::{ModuleReport, Pulse};

/// The editing side of one instance. Shell and editor share it behind a lock that the audio path never takes.
pub struct Session {
    stage: Stage,
    catalog: &'static [Kind],
    revision: u64,
    latency: u32,
    alarm: Option<Alarm>,
}

/// Whether an engine runs; the document lives in its control then.
enum Stage {
    Inactive(Patch),
    Active(Box<Control>),
}

impl Session {
    /// An inactive session.
    ///
    /// # Errors
    /// When the patch cannot be played.
    pub fn new(patch: Patch, catalog: &'static [Kind]) -> Result<Session, CompileError> {
        let latency = compile::try_out(&patch, catalog)?;
        Ok(Session { stage: Stage::Inactive(patch), catalog, revision: 0, latency, alarm: None })
    }

    /// What engines made from now on call, from any thread, when a module did not return: [`Session::collect`] then
    /// has something to mend, and the sound waits for it.
    pub fn on_distress(&mut self, alarm: Alarm) {
        self.alarm = Some(alarm);
    }

    /// Modules that did not return since this was last asked; they are silent for good.
    pub fn take_casualties(&mut self) -> Vec<String> {
        match &mut self.stage {
            Stage::Active(control) => control.take_casualties(),
            Stage::Inactive(_) => Vec::new(),
        }
    }

    /// Makes an engine for this sample rate in frames per second and a host that asks for so many frames at once, as far
    /// as anybody knows; an engine made before is no longer controlled.
    ///
    /// # Errors
    /// When the pool has no seat for one more engine; the session is then inactive.
    pub fn activate(
        &mut self,
        sample_rate: f32,
        call_frames: usize,
        pool: Arc<Pool>,
    ) -> Result<Engine, StartError> {
        self.deactivate();
        let setup = EngineSetup {
            sample_rate,
            call_frames,
            pool,
            patch: self.patch().clone(),
            catalog: self.catalog,
        };
        let (control, engine) = start_watched(setup, self.alarm.clone())?;
        self.latency = control.latency();
        self.stage = Stage::Active(Box::new(control));
        Ok(engine)
    }

    /// The engine is about to be dropped: only the document stays.
    pub fn deactivate(&mut self) {
        if let Stage::Active(control) = &self.stage {
            self.stage = Stage::Inactive(control.patch().clone());
        }
    }

    /// Whether an engine runs.
    pub fn is_active(&self) -> bool {
        matches!(self.stage, Stage::Active(_))
    }

    /// The document, knob moves included.
    pub fn patch(&self) -> &Patch {
        match &self.stage {
            Stage::Inactive(patch) => patch,
            Stage::Active(control) => control.patch(),
        }
    }

    /// Changes with every change of the document.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Plays another version of the patch; see [`Control::edit`].
    ///
    /// # Errors
    /// When the patch cannot be played; all then stays as it was.
    pub fn edit(&mut self, patch: Patch) -> Result<(), CompileError> {
        self.replace(patch, Control::edit)
    }

    /// Plays another patch from its beginning; see [`Control::load`].
    ///
    /// # Errors
    /// When the patch cannot be played; all then stays as it was.
    pub fn load(&mut self, patch: Patch) -> Result<(), CompileError> {
        self.replace(patch, Control::load)
    }

    fn replace(
        &mut self,
        patch: Patch,
        play: fn(&mut Control, Patch) -> Result<(), CompileError>,
    ) -> Result<(), CompileError> {
        match &mut self.stage {
            Stage::Inactive(document) => {
                self.latency = compile::try_out(&patch, self.catalog)?;
                *document = patch;
            }
            Stage::Active(control) => {
                play(control, patch)?;
                self.latency = control.latency();
            }
        }
        self.revision += 1;
        Ok(())
    }

    /// Turns a knob, in the param's own unit; see [`Control::set_param`].
    pub fn set_param(&mut self, module: &str, param: &str, value: f32) {
        match &mut self.stage {
            Stage::Active(control) => {
                control.set_param(module, param, value);
                self.latency = control.latency();
            }
            Stage::Inactive(patch) => {
                if patch.turn(self.catalog, (module, param), value).is_none() {
                    return;
                }
            }
        }
        self.revision += 1;
    }

    /// Notes in the document where a macro (1…128) stands, 0…1.
    pub fn note_macro(&mut self, index: u16, value: f32) {
        match &mut self.stage {
            Stage::Active(control) => control.note_macro(index, value),
            Stage::Inactive(patch) => patch.note_macro(index, value),
        }
        self.revision += 1;
    }

    /// Frees what the engine has done with. Call it often while active, from a timer.
    pub fn collect(&mut self) {
        if let Stage::Active(control) = &mut self.stage {
            control.collect();
            self.latency = control.latency();
        }
    }

    /// Frames by which the sound lags behind the notes.
    pub fn latency(&self) -> u32 {
        self.latency
    }

    /// The engine's newest pulse; `None` while inactive.
    pub fn pulse(&mut self) -> Option<Pulse> {
        match &mut self.stage {
            Stage::Inactive(_) => None,
            Stage::Active(control) => Some(control.pulse()),
        }
    }

    /// Load, level and health of every module; empty while inactive.
    pub fn modules(&self) -> Vec<ModuleReport> {
        match &self.stage {
            Stage::Inactive(_) => Vec::new(),
            Stage::Active(control) => control.modules(),
        }
    }

    /// Worker threads of the pool; `None` while inactive.
    pub fn workers(&self) -> Option<usize> {
        match &self.stage {
            Stage::Inactive(_) => None,
            Stage::Active(control) => Some(control.workers()),
        }
    }
}
