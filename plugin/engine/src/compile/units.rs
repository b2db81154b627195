//! Modules to units: one per group of lanes and section, each with its feeds.

use std::ops::Range;

use manycord_modules::{LaneMask, Role, Setup};

use super::net::{CompileError, Edge, Net, Node, Slot};
use super::sections::{self, Share};
use super::width::Width;
use super::{Context, give_way};
use crate::plan::{Feed, Feeds, PlanUnit, Tap};
use crate::registry::{CellKey, knob_name};
use crate::run::dial::to_travel;

/// The units of a patch, before they are ordered.
pub(crate) struct Built {
    pub(crate) units: Vec<PlanUnit>,
    /// First unit of each node; the other shares of its first group follow, then the groups after it.
    pub(crate) first_unit: Vec<usize>,
    /// Shares of each node: as many units per group.
    shares: Vec<Vec<Share>>,
    /// Units that read each unit.
    pub(crate) readers: Vec<Vec<u32>>,
}

impl Built {
    /// Units of one group of a node.
    pub(crate) fn units_of(&self, node: usize, group: usize) -> Range<usize> {
        let count = self.shares[node].len();
        let first = self.first_unit[node] + group * count;
        first..first + count
    }

    /// The unit of a group that computes an output.
    fn source(&self, node: usize, group: usize, output: usize) -> usize {
        let share = self.shares[node].iter().position(|share| share.outputs >> output & 1 == 1);
        self.units_of(node, group).start + share.unwrap_or(0)
    }
}

/// Makes or takes over the units of every node and resolves what they read.
pub(crate) fn build(net: &Net, widths: &[Width], context: &mut Context<'_>) -> Result<Built, CompileError> {
    let shares = sections::shares(net);
    let mut built = Built { units: Vec::new(), first_unit: Vec::new(), shares, readers: Vec::new() };
    let mut event_lists = 0;
    for (number, node) in net.nodes.iter().enumerate() {
        built.first_unit.push(built.units.len());
        let dials = Dials::of(node, context);
        for group in 0..widths[number].groups() {
            for share in &built.shares[number] {
                let mut unit = unit(node, (number, group, share), widths[number], &dials, context)?;
                if node.spec.role == Role::Notes {
                    unit.events = Some(event_lists);
                    event_lists += 1;
                }
                built.units.push(unit);
            }
        }
        give_way();
    }
    built.readers = vec![Vec::new(); built.units.len()];
    for edge in &net.edges {
        connect(&mut built, edge, widths, context);
        give_way();
    }
    for readers in &mut built.readers {
        readers.sort_unstable();
        readers.dedup();
    }
    Ok(built)
}

/// What all units of a node share.
struct Dials {
    knobs: Box<[u32]>,
    bypass: u32,
}

impl Dials {
    fn of(node: &Node, context: &mut Context<'_>) -> Dials {
        let knobs = node.spec.params.iter().map(|param| {
            let place = param.index();
            let travel = node.held[place].unwrap_or_else(|| to_travel(param, node.values[place]));
            let jumps = param.scale == manycord_modules::Scale::Steps || param.structural;
            context.registry.dial(knob_name(&node.id, node.spec.id, param.id), travel, jumps, None)
        });
        let knobs = knobs.collect();
        let bypass = f32::from(u8::from(node.bypass));
        let bypass = context.registry.dial(format!("bypass {}", node.id), bypass, false, None);
        Dials { knobs, bypass }
    }
}

fn unit(
    node: &Node,
    (number, group, share): (usize, usize, &Share),
    width: Width,
    dials: &Dials,
    context: &mut Context<'_>,
) -> Result<PlanUnit, CompileError> {
    let mono = width == Width::Mono;
    let outputs = share.outputs;
    let key = CellKey { id: node.id.clone(), kind: node.spec.id, group, outputs, mono };
    let setup = Setup { sample_rate: context.sample_rate, seed: seed(&node.id, group), mono, outputs };
    let running = context
        .registry
        .cell(key, node.kind, &setup, (&node.state, !mono))
        .map_err(|reason| CompileError::State { id: node.id.clone(), reason })?;
    Ok(PlanUnit {
        running,
        spec: node.spec,
        module: number as u32,
        group: group as u32,
        section: share.section,
        inputs: vec![Feeds::default(); node.spec.inputs.len()].into(),
        params: vec![Feeds::default(); node.spec.params.len()].into(),
        knobs: dials.knobs.clone(),
        bypass: dials.bypass,
        routes: node.spec.bypass.iter().map(|(input, output)| (input.index(), output.index())).collect(),
        events: None,
        patched: 0,
        wanted: if node.spec.role == Role::Output { 0b11 } else { 0 },
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

/// Adds a cable's feeds to the units that it reaches.
fn connect(built: &mut Built, edge: &Edge, widths: &[Width], context: &mut Context<'_>) {
    let depth = context.registry.dial(edge.name.clone(), edge.depth, false, Some(0.0));
    let (source, target) = (widths[edge.from], widths[edge.to]);
    let tap = |group: usize, lanes: LaneMask| Tap {
        unit: built.source(edge.from, group, edge.output) as u32,
        output: edge.output as u8,
        lanes,
        back: false,
        handed: false,
    };
    let fold = source != Width::Mono && target == Width::Mono;
    let mut feeds: Vec<(usize, Vec<Tap>)> = Vec::new();
    for group in 0..target.groups() {
        let taps = match (source, fold) {
            (Width::Mono, _) => vec![tap(0, LaneMask::ALL)],
            (_, true) => (0..source.groups()).map(|group| tap(group, source.mask(group))).collect(),
            (_, false) if group >= source.groups() => continue,
            // Lanes that the source does not have read as 0.
            (_, false) if source < target => vec![tap(group, source.mask(group))],
            (_, false) => vec![tap(group, LaneMask::ALL)],
        };
        feeds.push((group, taps));
    }
    for (group, taps) in feeds {
        for (reader, share) in built.units_of(edge.to, group).zip(&built.shares[edge.to]) {
            let unit = &mut built.units[reader];
            let feeds = match edge.slot {
                Slot::Input(place) => {
                    unit.patched |= 1 << place;
                    &mut unit.inputs[place]
                }
                Slot::Param(place) => &mut unit.params[place],
            };
            if !share.reads(edge.slot) {
                continue;
            }
            feeds.cables.push(Feed { taps: taps.clone(), fold, depth });
            for tap in &taps {
                built.units[tap.unit as usize].wanted |= 1 << edge.output;
                built.readers[tap.unit as usize].push(reader as u32);
            }
        }
    }
}
