//! Modules to units: one per group of lanes and section, each with its feeds.

use std::ops::Range;

use manycord_modules::{LaneMask, Quality, Role, Setup};
use smallvec::{SmallVec, smallvec};

use super::net::{CompileError, Edge, Net, Node, Slot};
use super::sections::{self, Share};
use super::width::Width;
use super::{Context, List};
use crate::plan::{Feed, Feeds, PlanUnit, Tap};
use crate::registry::CellKey;
use crate::run::dial::to_travel;

/// The units of a patch, before they are ordered.
pub(crate) struct Built {
    pub(crate) units: Vec<PlanUnit>,
    /// First unit of each node; the other shares of its first group follow, then the groups after it.
    pub(crate) first_unit: Vec<usize>,
    /// Shares of each node: as many units per group.
    shares: Vec<Vec<Share>>,
    /// Units that read each unit.
    pub(crate) readers: Vec<List>,
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
pub(crate) fn build(
    net: &Net,
    widths: &[Width],
    quality: Quality,
    context: &mut Context<'_>,
) -> Result<Built, CompileError> {
    let setup = Setup { quality, ..Setup::at(context.sample_rate) };
    let shares = sections::shares(net);
    let mut built = Built { units: Vec::new(), first_unit: Vec::new(), shares, readers: Vec::new() };
    let mut event_lists = 0;
    for (number, node) in net.nodes.iter().enumerate() {
        built.first_unit.push(built.units.len());
        let dials = Dials::of(node, context);
        for group in 0..widths[number].groups() {
            for share in &built.shares[number] {
                let place = (number, group, share);
                let mut unit = unit(node, place, widths[number], (&dials, &setup), context)?;
                if node.spec.role == Role::Notes {
                    unit.events = Some(event_lists);
                    event_lists += 1;
                }
                built.units.push(unit);
                context.pace.step();
            }
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
    (number, group, share): (usize, usize, &Share),
    width: Width,
    (dials, setup): (&Dials, &Setup),
    context: &mut Context<'_>,
) -> Result<PlanUnit, CompileError> {
    let mono = width == Width::Mono;
    let outputs = share.outputs;
    let key = CellKey { id: node.id.clone(), kind: node.spec.id, group, outputs, mono };
    let setup = Setup { seed: seed(&node.id, group), mono, outputs, ..*setup };
    let running = context
        .registry
        .cell(key, node.kind, &setup, (&node.state, !mono))
        .map_err(|reason| CompileError::State { id: node.id.to_string(), reason })?;
    Ok(PlanUnit {
        running,
        spec: node.spec,
        module: number as u32,
        group: group as u32,
        section: share.section,
        inputs: vec![Feeds::default(); node.spec.inputs.len()].into(),
        params: vec![Feeds::default(); node.spec.params.len()].into(),
        first_knob: dials.first_knob,
        bypass: dials.bypass,
        events: None,
        patched: 0,
        fed: 0,
        modulated: 0,
        wanted: if node.spec.role == Role::Output { 0b11 } else { 0 },
        folded: 0,
        lanes: width.mask(group),
        tail: false,
        hands: false,
        handed: 0,
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
    let fold = source != Width::Mono && target == Width::Mono;
    for group in 0..target.groups() {
        let tap = |group: usize, lanes: LaneMask| Tap {
            unit: built.source(edge.from, group, edge.output) as u32,
            output: edge.output as u8,
            lanes,
            back: false,
            handed: false,
        };
        let taps: SmallVec<[Tap; 2]> = match (source, fold) {
            (Width::Mono, _) => smallvec![tap(0, LaneMask::ALL)],
            (_, true) => (0..source.groups()).map(|group| tap(group, source.mask(group))).collect(),
            (_, false) if group >= source.groups() => continue,
            // Lanes that the source does not have read as 0.
            (_, false) if source < target => smallvec![tap(group, source.mask(group))],
            (_, false) => smallvec![tap(group, LaneMask::ALL)],
        };
        for (reader, share) in built.units_of(edge.to, group).zip(&built.shares[edge.to]) {
            let unit = &mut built.units[reader];
            if let Slot::Input(place) = edge.slot {
                unit.patched |= 1 << place;
            }
            if !share.reads(edge.slot) {
                continue;
            }
            let (feeds, fed) = match edge.slot {
                Slot::Input(place) => (&mut unit.inputs[place], (&mut unit.fed, place)),
                Slot::Param(place) => (&mut unit.params[place], (&mut unit.modulated, place)),
            };
            *fed.0 |= 1 << fed.1;
            feeds.cables.push(Feed { taps: taps.clone(), fold, depth });
            for tap in &taps {
                let source = &mut built.units[tap.unit as usize];
                source.wanted |= 1 << edge.output;
                source.folded |= u32::from(fold) << edge.output;
                built.readers[tap.unit as usize].push(reader as u32);
            }
        }
    }
}
