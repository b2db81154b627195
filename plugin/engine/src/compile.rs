//! Patch to plan, off the audio path: resolve → width → units → order → fuse → rest → plan.

mod cut;
mod estimate;
mod fuse;
mod net;
mod order;
mod overlap;
mod pace;
mod rest;
mod schedule;
mod sections;
mod tasks;
mod units;
mod width;

use std::sync::Arc;

use cut::Cut;
use manycord_modules::{BLOCK, Level, Role};
use manycord_pool::{Flow, Graph};
use smallvec::SmallVec;

pub(crate) use estimate::{Estimates, cost};
pub use net::CompileError;
pub(crate) use overlap::Calls;
pub use overlap::Overlap;
pub(crate) use pace::Pace;

use crate::patch::Patch;
use crate::plan::{MacroRoute, NotesModule, Plan, PlanFlow, PlanModule};
use crate::registry::Registry;
use crate::run::dial::{MacroTravel, RAMP_SECONDS, Ramp};
use crate::run::record::Recorder;
use crate::run::stage::Stage;
use crate::run::tail::Tail;
use crate::voices::Settings;

/// Everything that compiling needs besides the patch.
pub(crate) struct Context<'a> {
    pub(crate) sample_rate: f32,
    /// Threads that can run tasks, the host's included.
    pub(crate) threads: usize,
    pub(crate) catalog: &'static [manycord_modules::Kind],
    /// What units cost that were not measured yet.
    pub(crate) estimates: &'a Estimates,
    /// Running units, dials and voices, to be taken over.
    pub(crate) registry: &'a mut Registry,
    /// The very patch that plays, for the sake of what it costs: nothing that sounds may change.
    pub(crate) again: bool,
    /// How the host calls.
    pub(crate) calls: Calls,
    /// How often it gives way to others.
    pub(crate) pace: Pace,
}

/// Numbers of units or tasks, of which there are few: only mixers have many neighbours.
type List = SmallVec<[u32; 4]>;

/// Compiles a patch. So many cables at its end are on their way out: they go to depth 0.
pub(crate) fn compile(
    patch: &Patch,
    fading: usize,
    context: &mut Context<'_>,
) -> Result<Arc<PlanFlow>, CompileError> {
    let net = net::resolve(patch, fading, context.catalog)?;
    let widths = width::infer(&net);
    let fresh = context.registry.begin(patch.quality);
    let mut built = units::build(&net, &widths, patch.quality, context)?;
    let order = order::order(&mut built);
    context.estimates.assume(&mut built, &order);
    let calls = if fresh || context.again { context.calls } else { context.calls.as_decided() };
    let parted = patch.pipelined || calls.may_overlap(context.threads);
    let tail = parted.then(|| cut::tail(&net, &widths, &built, &order));
    let (fused, cut) = match tail {
        Some(tail) if patch.pipelined => {
            cut::mark(&net, &mut built, &tail);
            (tasks::make(&built, &order, context.threads, &mut context.pace), Cut::Late)
        }
        Some(tail) => overlap::share_out(&net, &mut built, &order, &tail, (calls, context)),
        None => (tasks::make(&built, &order, context.threads, &mut context.pace), Cut::No),
    };
    let rest = rest::groups(&net, &widths, &built);

    let mut notes = Vec::new();
    for (node, module) in net.nodes.iter().enumerate().filter(|(_, node)| node.spec.role == Role::Notes) {
        let settings = Settings::read(module.spec, |id| module.value(id));
        let first = built.first_unit[node];
        notes.push(NotesModule {
            voices: context.registry.voices(&module.id, settings, context.sample_rate),
            settings,
            events: built.units[first].events.unwrap_or(0),
            groups: widths[node].groups() as u32,
            rest: (0..widths[node].groups())
                .map(|group| rest.of_unit[built.units_of(node, group).start])
                .collect(),
        });
    }
    let macros = macro_routes(patch, &net, &built);
    let outputs = net.nodes.iter().enumerate().filter(|(_, node)| node.spec.role == Role::Output);
    let outputs = outputs.map(|(node, _)| built.first_unit[node] as u32).collect();
    let modules = (net.nodes.iter().enumerate())
        .map(|(node, module)| {
            let units = built.first_unit[node]..built.units_of(node, widths[node].groups() - 1).end;
            PlanModule { id: module.id.clone(), units }
        })
        .collect();

    let graph = Graph::new(&fused.successors, &fused.priorities)
        .map_err(|error| CompileError::Graph { reason: error.to_string() })?
        .guard(unproven(&built, &fused.tasks));
    // Nothing can fail from here on: the registry moves to the new generation.
    let (dials, inherited, resting) = context.registry.finish(context.again);
    let ramps: Vec<Ramp> = resting.into_iter().map(Ramp::at_rest).collect();
    let tail = (cut != Cut::No)
        .then(|| Tail::new(&ramps, tail_dials(&built), cut == Cut::CatchesUp, fused.tail_useful));
    let event_lists = notes.iter().map(|module| module.groups as usize).sum();
    let latency = order.latency(&built) + if patch.pipelined { BLOCK as u32 } else { 0 };
    let plan = Plan {
        level: Level::best(),
        recorder: Recorder::new(fused.tasks.len()),
        units: built.units.into(),
        tasks: fused.tasks.into(),
        modules,
        dials: dials.into(),
        inherited: inherited.into(),
        notes,
        rest: rest.groups,
        macros,
        outputs,
        stage: atomic_refcell::AtomicRefCell::new(Stage::new(ramps, event_lists)),
        hears_host: net.nodes.iter().any(|node| node.spec.role == Role::Input),
        tail,
        call_frames: context.calls.frames,
        latency,
        costs: fused.costs,
        restless: rest::wakes_by_itself(&net),
        memory_seconds: net.nodes.iter().map(|node| node.spec.memory_seconds).sum(),
        fresh,
        again: context.again,
        installed: Default::default(),
        ramp_frames: (RAMP_SECONDS * context.sample_rate) as u32,
    };
    Ok(Flow::new(graph, plan))
}

/// Tasks with a unit of which nobody vouches that it returns.
fn unproven(built: &units::Built, tasks: &[crate::plan::Task]) -> Vec<u32> {
    let unit = |unit: &u32| built.units[*unit as usize].spec.unproven;
    let task = |task: &crate::plan::Task| task.steps.iter().any(|step| step.units().iter().any(unit));
    tasks.iter().enumerate().filter(|(_, entry)| task(entry)).map(|(number, _)| number as u32).collect()
}

/// Dials that the tail of a plan reads, ascending.
fn tail_dials(built: &units::Built) -> Vec<u32> {
    let mut dials = Vec::new();
    for unit in built.units.iter().filter(|unit| unit.tail) {
        let feeds = unit.inputs.iter().chain(&unit.params).flat_map(|feeds| &feeds.cables);
        dials.extend(feeds.map(|feed| feed.depth));
        dials.extend(unit.knobs());
        dials.push(unit.bypass);
    }
    dials.sort_unstable();
    dials.dedup();
    dials
}

/// Compiles a patch for nobody, to see whether it can be played. Returns its latency in frames.
pub(crate) fn try_out(
    patch: &Patch,
    catalog: &'static [manycord_modules::Kind],
) -> Result<u32, CompileError> {
    // Any rate serves: neither errors nor latencies depend on it.
    let (mut registry, estimates) = (Registry::default(), Estimates::default());
    let mut context = Context {
        sample_rate: 48_000.0,
        threads: 1,
        catalog,
        estimates: &estimates,
        registry: &mut registry,
        again: false,
        calls: Calls::default(),
        pace: Pace::default(),
    };
    Ok(compile(patch, 0, &mut context)?.job().latency)
}

/// Dials that each host macro moves.
fn macro_routes(patch: &Patch, net: &net::Net, built: &units::Built) -> Vec<Vec<MacroRoute>> {
    let mut routes = vec![Vec::new(); MACROS];
    for entry in &patch.macros {
        let Some(list) = usize::from(entry.index).checked_sub(1).and_then(|place| routes.get_mut(place))
        else {
            continue;
        };
        for target in &entry.targets {
            let Some(node) = net.find(&target.param.module) else { continue };
            let spec = net.nodes[node].spec;
            let Some(param) = spec.params.iter().find(|param| param.id == target.param.port) else {
                continue;
            };
            if !param.structural {
                list.push(MacroRoute {
                    dial: built.units[built.first_unit[node]].knob(param.index()),
                    travel: MacroTravel::of(param, target),
                });
            }
        }
    }
    routes
}

/// Host macros.
pub(crate) const MACROS: usize = 128;
