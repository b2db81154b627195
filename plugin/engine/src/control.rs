//! The editing side: holds the document, compiles it, hands plans over and takes old ones back.

mod planning;

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use manycord_modules::{BLOCK, Kind};
use manycord_pool::{Alarm, Pool};

use crate::compile::{Calls, CompileError, Context, Estimates, Pace, compile};
use crate::declick::Declick;
use crate::drift::Drift;
use crate::engine::{Doze, Engine, Lateness, Lead, Parting, Ports, Trail};
use crate::patch::Patch;
use crate::plan::PlanFlow;
use crate::registry::Registry;
use crate::run::dial::to_travel;
use crate::run::running::Meter;
use crate::telemetry::{ModuleReport, Pulse, modules};
use crate::transition;

/// Plans on their way in, and out.
const PLANS: usize = 64;

/// What an engine is made of.
pub struct EngineSetup {
    /// Frames per second.
    pub sample_rate: f32,
    /// Frames for which the host is expected to ask at once, 0 if nobody knows: only the sharing-out of the work
    /// depends on it, until the host has called.
    pub call_frames: usize,
    /// Who renders besides the host's thread.
    pub pool: Arc<Pool>,
    /// What is played first.
    pub patch: Patch,
    /// Module kinds that patches may use: [`manycord_modules::CATALOG`], or more.
    pub catalog: &'static [Kind],
}

/// Why an engine could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The patch cannot be played.
    #[error(transparent)]
    Compile(#[from] CompileError),
    /// The pool serves as many engines as it can.
    #[error("too many instances share one pool: remove some ({reason})")]
    Pool {
        /// What the pool says.
        reason: String,
    },
}

/// Edits, knobs and reports; every call is off the audio path.
pub struct Control {
    patch: Patch,
    /// What plays: the patch and cables that fade out.
    playing: Patch,
    /// How many cables at its end fade out.
    fading: usize,
    registry: Registry,
    estimates: Estimates,
    drift: Drift,
    adapts: bool,
    sample_rate: f32,
    catalog: &'static [Kind],
    pool: Arc<Pool>,
    /// Threads for which plans are made, the host's included.
    threads: usize,
    calls: Calls,
    newest: Arc<PlanFlow>,
    /// The plan with which cables began to fade, if any do. The newest may have come later, for the
    /// sake of what units cost; how long cables fade must not depend on that.
    fades_since: Option<Arc<PlanFlow>>,
    /// The plan that was last asked for a timeline.
    recorded: Option<Arc<PlanFlow>>,
    waiting: VecDeque<Arc<PlanFlow>>,
    install: rtrb::Producer<Arc<PlanFlow>>,
    retired: rtrb::Consumer<Arc<PlanFlow>>,
    turned: Arc<AtomicU32>,
    pulse: triple_buffer::Output<Pulse>,
    /// A run of the engine was given up: it waits for a plan without the culprit.
    distress: Arc<AtomicBool>,
    /// Modules that did not return, until they are asked for.
    casualties: Vec<String>,
}

/// Makes an engine and the control of it.
///
/// # Errors
/// When the patch does not compile, or the pool has no seat for one more engine.
pub fn start(setup: EngineSetup) -> Result<(Control, Engine), StartError> {
    start_watched(setup, None)
}

/// As [`start`]; `alarm` is called when a module did not return and [`Control::collect`] has something to mend.
pub(crate) fn start_watched(
    setup: EngineSetup,
    alarm: Option<Alarm>,
) -> Result<(Control, Engine), StartError> {
    let distress = Arc::new(AtomicBool::new(false));
    let ring = distress.clone();
    let on_wreck: Alarm = Arc::new(move || {
        // Release: pairs with the acquire in `mend`; it sees which units are lost.
        ring.store(true, Ordering::Release);
        if let Some(alarm) = &alarm {
            alarm();
        }
    });
    let client = setup
        .pool
        .client_with(Some(on_wreck))
        .map_err(|error| StartError::Pool { reason: error.to_string() })?;
    let (mut registry, estimates) = (Registry::default(), Estimates::default());
    let threads = setup.pool.workers() + 1;
    let mut context = Context {
        sample_rate: setup.sample_rate,
        threads,
        catalog: setup.catalog,
        estimates: &estimates,
        registry: &mut registry,
        again: false,
        calls: Calls { frames: setup.call_frames, ..Calls::default() },
        pace: Pace::default(),
    };
    let calls = context.calls;
    let flow = compile(&setup.patch, 0, &mut context)?;
    let (install, installs) = rtrb::RingBuffer::new(PLANS);
    let (retires, retired) = rtrb::RingBuffer::new(PLANS);
    let turned = Arc::new(AtomicU32::new(0));
    let (pulse_in, pulse) = triple_buffer::triple_buffer(&Pulse::default());
    flow.job().installed.store(1, Ordering::Release);
    crate::run::rest::settle(flow.job());
    if let Some(tail) = &flow.job().tail {
        tail.begin(&flow.job().stage.borrow(), 0);
    }
    let ports = Ports { install: installs, retired: retires, turned: turned.clone(), pulse: pulse_in };
    let engine = Engine {
        flow: flow.clone(),
        client,
        ports,
        sample_rate: setup.sample_rate,
        frame: 0,
        seen_turns: 0,
        pulse: Pulse::default(),
        block_cost_ns: 0.0,
        tail_cost_ns: 0.0,
        doze: Doze::default(),
        last: [0.0; 2],
        declick: Declick::default(),
        live: false,
        lead: Lead::default(),
        late: Lateness::new(),
        parting: Parting::new(),
        trail: Trail::default(),
    };
    let control = Control {
        playing: setup.patch.clone(),
        patch: setup.patch,
        fading: 0,
        registry,
        estimates,
        drift: Drift::default(),
        adapts: true,
        sample_rate: setup.sample_rate,
        catalog: setup.catalog,
        pool: setup.pool,
        threads,
        calls,
        newest: flow,
        fades_since: None,
        recorded: None,
        waiting: VecDeque::new(),
        install,
        retired,
        turned,
        pulse,
        distress,
        casualties: Vec::new(),
    };
    Ok((control, engine))
}

impl Control {
    /// The document as it plays, knob moves included.
    pub fn patch(&self) -> &Patch {
        &self.patch
    }

    /// Plays another version of the patch. Units of the same id and kind go on where they are; new cables
    /// fade in, removed ones out.
    ///
    /// # Errors
    /// When the patch does not compile; the running one then goes on unchanged.
    pub fn edit(&mut self, patch: Patch) -> Result<(), CompileError> {
        let (playing, fading) = transition::between(&self.playing, &patch);
        self.submit(playing, fading)?;
        self.patch = patch;
        Ok(())
    }

    /// Plays another patch from its beginning: no unit, voice or knob of the old one is taken over.
    ///
    /// # Errors
    /// When the patch does not compile; the running one then goes on unchanged.
    pub fn load(&mut self, patch: Patch) -> Result<(), CompileError> {
        let running = std::mem::take(&mut self.registry);
        if let Err(error) = self.submit(patch.clone(), 0) {
            self.registry = running;
            return Err(error);
        }
        self.patch = patch;
        Ok(())
    }

    /// Notes in the document where a macro stands; its knobs follow through the engine's events.
    pub fn note_macro(&mut self, index: u16, value: f32) {
        for patch in [&mut self.patch, &mut self.playing] {
            patch.note_macro(index, value);
        }
    }

    /// Turns a knob. Structural params recompile; unknown names and non-finite values are ignored.
    pub fn set_param(&mut self, module: &str, param: &str, value: f32) {
        let knob = (module, param);
        let Some((spec, value)) = self.patch.turn(self.catalog, knob, value) else { return };
        if spec.structural {
            let patch = self.patch.clone();
            // The same patch with another value in range compiles as before.
            let _ = self.edit(patch);
            return;
        }
        self.playing.turn(self.catalog, knob, value);
        let Some(kind) = self.patch.module(module).map(|entry| entry.kind.as_str()) else { return };
        if let Some(dial) = self.registry.knob(module, kind, spec.index()) {
            dial.turn(to_travel(spec, value));
            // Release: pairs with the engine's Acquire; it sees the dial's new target.
            self.turned.fetch_add(1, Ordering::Release);
        }
    }

    /// Frees what the engine has done with, drops cables that have faded out, and shares the work out anew when
    /// units no longer cost what they did. Call it often, from a timer.
    pub fn collect(&mut self) {
        self.hand_over();
        while self.retired.pop().is_ok() {}
        self.mend();
        if self.faded() {
            let patch = self.patch.clone();
            // It compiled before, with more cables.
            let _ = self.submit(patch, 0);
        } else if self.adapts
            && self.threads > 1
            && self.drift.calls_for_new_plan(&self.newest, self.pulse.read(), self.sample_rate)
        {
            self.replan();
        }
    }

    /// After a module did not return: plays the same patch with silence in its place.
    fn mend(&mut self) {
        // Acquire: pairs with the release of the alarm.
        if !self.distress.swap(false, Ordering::Acquire) {
            return;
        }
        let plan = self.newest.job();
        let lost = plan.modules.iter().filter(|module| plan.meters(module).any(Meter::is_lost));
        self.casualties.extend(lost.map(|module| module.id.to_string()));
        // It compiled before.
        let _ = self.submit(self.playing.clone(), self.fading);
    }

    /// Modules that did not return since this was last asked; they are silent for good.
    pub fn take_casualties(&mut self) -> Vec<String> {
        std::mem::take(&mut self.casualties)
    }

    /// Frames by which the sound lags behind the notes.
    pub fn latency(&self) -> u32 {
        self.newest.job().latency
    }

    /// The engine's newest pulse.
    pub fn pulse(&mut self) -> Pulse {
        *self.pulse.read()
    }

    /// Load, level and health of every module.
    pub fn modules(&self) -> Vec<ModuleReport> {
        modules(self.newest.job(), BLOCK as f32 / self.sample_rate * 1e9)
    }

    /// Worker threads of the pool.
    pub fn workers(&self) -> usize {
        self.pool.workers()
    }

    fn submit(&mut self, playing: Patch, fading: usize) -> Result<(), CompileError> {
        self.compile(playing, fading, false)
    }

    /// `again`: it is what plays already, and must go on with the same bits.
    fn compile(&mut self, playing: Patch, fading: usize, again: bool) -> Result<(), CompileError> {
        self.estimates.learn(self.newest.job());
        let heard = self.pulse.read().block_frames;
        if heard > 0 {
            self.calls.frames = heard as usize;
        }
        let mut context = Context {
            sample_rate: self.sample_rate,
            threads: self.threads,
            catalog: self.catalog,
            estimates: &self.estimates,
            registry: &mut self.registry,
            again,
            calls: Calls { is_cut: self.newest.job().overlapping().is_some(), ..self.calls },
            pace: Pace::of(self.calls.frames as f32 / self.sample_rate),
        };
        let flow = compile(&playing, fading, &mut context)?;
        self.newest = flow.clone();
        if !again {
            self.fades_since = (fading > 0).then(|| flow.clone());
        }
        self.waiting.push_back(flow);
        self.hand_over();
        self.playing = playing;
        self.fading = fading;
        Ok(())
    }

    fn hand_over(&mut self) {
        while !self.install.is_full() {
            let Some(flow) = self.waiting.pop_front() else { return };
            if self.install.push(flow).is_err() {
                unreachable!("there was room for the plan");
            }
        }
    }

    /// Whether there are cables that have faded for long enough.
    fn faded(&mut self) -> bool {
        let Some(flow) = &self.fades_since else { return false };
        let plan = flow.job();
        // Acquire: pairs with the engine's Release when it took the plan in.
        let installed = plan.installed.load(Ordering::Acquire);
        let fade = u64::from(plan.ramp_frames) + 2 * BLOCK as u64;
        let frames = self.pulse.read().frames;
        installed > 0 && frames > installed + fade
    }
}
