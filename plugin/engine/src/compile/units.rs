//! Modules to units: one per group of lanes, each with its feeds.

use manycord_modules::{LaneMask, Role, Setup};
use smallvec::{SmallVec, smallvec};

use super::net::{CompileError, Edge, Net, Node, Slot};
use super::width::Width;
use super::{Context, List};
use crate::plan::{Feed, Feeds, PlanUnit, Tap};
use crate::registry::CellKey;
use crate::run::dial::to_travel;

/// The units of a patch, before they are ordered.
pub(crate) struct Built {
    pub(crate) units: Vec<PlanUnit>,
    /// First unit of each node; its groups follow.
    pub(crate) first_unit: Vec<usize>,
    /// Units that read each unit.
    pub(crate) readers: Vec<List>,
}

/// Makes or takes over the units of every node and resolves what they read.
pub(crate) fn build(net: &Net, widths: &[Width], context: &mut Context<'_>) -> Result<Built, CompileError> {
    let mut built = Built { units: Vec::new(), first_unit: Vec::new(), readers: Vec::new() };
    let mut event_lists = 0;
    for (number, node) in net.nodes.iter().enumerate() {
        built.first_unit.push(built.units.len());
        let dials = Dials::of(node, context);
        for group in 0..widths[number].groups() {
            let mut unit = unit(node, (number, group), widths[number], &dials, context)?;
            if node.spec.role == Role::Notes {
                unit.events = Some(event_lists);
                event_lists += 1;
            }
            built.units.push(unit);
            context.pace.step();
        }
    }
    built.readers = vec![List::new(); built.units.len()];
    for edge in &net.edges {
        let depth = context.registry.cable(net.ends(edge), edge.depth);
        connect(&mut built, edge, widths, depth);
        context.pace.step();
    }
    for readers in &mut built.readers {
        readers.sort_unstable();
        readers.dedup();
    }
    Ok(built)
}

/// What all units of a node share.
struct Dials {
    bypass: u32,
    first_knob: u32,
}

impl Dials {
    fn of(node: &Node, context: &mut Context<'_>) -> Dials {
        let knobs = node.spec.params.iter().map(|param| {
            let place = param.index();
            let travel = node.held[place].unwrap_or_else(|| to_travel(param, node.values[place]));
            let jumps = param.scale == manycord_modules::Scale::Steps || param.structural;
            (travel, jumps)
        });
        let bypass = f32::from(u8::from(node.bypass));
        let (bypass, first_knob) = context.registry.panel(&node.id, node.spec.id, bypass, knobs);
        Dials { bypass, first_knob }
    }
}

fn unit(
    node: &Node,
    (number, group): (usize, usize),
    width: Width,
    dials: &Dials,
    context: &mut Context<'_>,
) -> Result<PlanUnit, CompileError> {
    let mono = width == Width::Mono;
    let key = CellKey { id: node.id.clone(), kind: node.spec.id, group, mono };
    let setup = Setup { sample_rate: context.sample_rate, seed: seed(&node.id, group), mono };
    let running = context
        .registry
        .cell(key, node.kind, &setup, (&node.state, !mono))
        .map_err(|reason| CompileError::State { id: node.id.to_string(), reason })?;
    let outputs = if node.spec.role == Role::Output { 0b11 } else { 0 };
    Ok(PlanUnit {
        running,
        spec: node.spec,
        module: number as u32,
        inputs: vec![Feeds::default(); node.spec.inputs.len()].into(),
        params: vec![Feeds::default(); node.spec.params.len()].into(),
        first_knob: dials.first_knob,
        bypass: dials.bypass,
        events: None,
        patched: 0,
        wanted: outputs,
        lanes: width.mask(group),
        tail: false,
        hands: false,
        assumed_ns: 0.0,
    })
}

/// Seed of a unit's randomness (FNV-1a of the module's id, then its group).
fn seed(id: &str, group: usize) -> u64 {
    let bytes = id.bytes().chain((group as u64).to_le_bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Adds a cable's feeds to the units that it reaches; `depth` is its dial.
fn connect(built: &mut Built, edge: &Edge, widths: &[Width], depth: u32) {
    let (source, target) = (widths[edge.from], widths[edge.to]);
    let first = built.first_unit[edge.from];
    let tap = |group: usize, lanes: LaneMask| Tap {
        unit: (first + group) as u32,
        output: edge.output as u8,
        lanes,
        back: false,
        handed: false,
    };
    let fold = source != Width::Mono && target == Width::Mono;
    for group in 0..target.groups() {
        let taps: SmallVec<[Tap; 2]> = match (source, fold) {
            (Width::Mono, _) => smallvec![tap(0, LaneMask::ALL)],
            (_, true) => (0..source.groups()).map(|group| tap(group, source.mask(group))).collect(),
            (_, false) if group >= source.groups() => continue,
            // Lanes that the source does not have read as 0.
            (_, false) if source < target => smallvec![tap(group, source.mask(group))],
            (_, false) => smallvec![tap(group, LaneMask::ALL)],
        };
        let reader = built.first_unit[edge.to] + group;
        for tap in &taps {
            built.units[tap.unit as usize].wanted |= 1 << edge.output;
            built.readers[tap.unit as usize].push(reader as u32);
        }
        let unit = &mut built.units[reader];
        let feed = Feed { taps, fold, depth };
        match edge.slot {
            Slot::Input(place) => {
                unit.patched |= 1 << place;
                unit.inputs[place].cables.push(feed);
            }
            Slot::Param(place) => unit.params[place].cables.push(feed),
        }
    }
}
