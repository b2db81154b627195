//! The patch with names resolved: nodes and edges by number.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use manycord_modules::{Kind, Spec, Value};
use thiserror::Error;

use crate::patch::{Cable, Patch, PatchModule, PortRef};
use crate::registry::CableKey;
use crate::run::dial::MacroTravel;

/// Why a patch cannot be played.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum CompileError {
    /// Two modules share an id.
    #[error("module `{id}` appears twice: give one of them another id")]
    DuplicateModule {
        /// The id.
        id: String,
    },
    /// A cable ends at a module that is not there.
    #[error("cable {cable}: there is no module `{missing}`: remove the cable or add the module")]
    MissingModule {
        /// The cable.
        cable: String,
        /// The missing module.
        missing: String,
    },
    /// A cable ends at a port that is not there.
    #[error("cable {cable}: module kind `{kind}` has no such {side}; it has {known}")]
    MissingPort {
        /// The cable.
        cable: String,
        /// The module's kind.
        kind: &'static str,
        /// "output" or "input".
        side: &'static str,
        /// Ports that there are.
        known: String,
    },
    /// A structural param cannot be modulated.
    #[error("cable {cable}: its param shapes the patch itself and takes no cable; set its value instead")]
    Structural {
        /// The cable.
        cable: String,
    },
    /// A module does not take its saved state.
    #[error("module `{id}`: {reason}")]
    State {
        /// The module.
        id: String,
        /// What is wrong and how to mend it.
        reason: String,
    },
    /// Too many units for the pool.
    #[error("the patch is too large: {reason}; use fewer modules or voices")]
    Graph {
        /// What the pool says.
        reason: String,
    },
}

/// A module instance.
pub(crate) struct Node {
    pub(crate) id: Arc<str>,
    pub(crate) kind: &'static Kind,
    pub(crate) spec: &'static Spec,
    /// Knob values by param place, in the params' own units.
    pub(crate) values: Vec<f32>,
    /// Knobs that a macro holds, in travel units.
    pub(crate) held: Vec<Option<f32>>,
    pub(crate) bypass: bool,
    pub(crate) state: Value,
}

impl Node {
    /// A knob's value, by the param's id.
    pub(crate) fn value(&self, id: &str) -> f32 {
        self.spec.params.iter().position(|param| param.id == id).map_or(0.0, |place| self.values[place])
    }
}

/// Where a cable ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    Input(usize),
    Param(usize),
}

/// A cable.
pub(crate) struct Edge {
    pub(crate) from: usize,
    pub(crate) output: usize,
    pub(crate) to: usize,
    pub(crate) slot: Slot,
    /// Depth to go to; 0 when fading out.
    pub(crate) depth: f32,
}

/// The resolved patch.
pub(crate) struct Net {
    pub(crate) nodes: Vec<Node>,
    pub(crate) edges: Vec<Edge>,
    by_id: HashMap<Arc<str>, usize>,
}

impl Net {
    /// Ids of a cable's ends.
    pub(crate) fn ends(&self, edge: &Edge) -> CableKey {
        let (from, to) = (&self.nodes[edge.from], &self.nodes[edge.to]);
        let port = match edge.slot {
            Slot::Input(place) => to.spec.inputs[place].id,
            Slot::Param(place) => to.spec.params[place].id,
        };
        CableKey { from: (from.id.clone(), from.spec.outputs[edge.output].id), to: (to.id.clone(), port) }
    }

    pub(crate) fn find(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }
}

/// Resolves names. Modules of unknown kind, and cables at them, are passed over: they stay in the document. The last
/// `fading` cables are on their way out.
pub(crate) fn resolve(patch: &Patch, fading: usize, catalog: &'static [Kind]) -> Result<Net, CompileError> {
    let mut net = Net { nodes: Vec::new(), edges: Vec::new(), by_id: HashMap::new() };
    let mut placeholders = HashSet::new();
    for module in &patch.modules {
        let Some(kind) = catalog.iter().find(|kind| kind.spec.id == module.kind) else {
            placeholders.insert(module.id.as_str());
            continue;
        };
        let node = node(module, kind);
        if net.by_id.insert(node.id.clone(), net.nodes.len()).is_some() {
            return Err(CompileError::DuplicateModule { id: module.id.clone() });
        }
        net.nodes.push(node);
    }
    for entry in &patch.macros {
        let Some(value) = entry.value else { continue };
        for target in &entry.targets {
            let Some(node) = net.find(&target.param.module) else { continue };
            let node = &mut net.nodes[node];
            if let Some(param) = node.spec.params.iter().find(|param| param.id == target.param.port) {
                node.held[param.index()] = Some(MacroTravel::of(param, target).at(value));
            }
        }
    }
    let stay = patch.cables.len() - fading;
    for (number, cable) in patch.cables.iter().enumerate() {
        if placeholders.contains(cable.from.module.as_str())
            || placeholders.contains(cable.to.module.as_str())
        {
            continue;
        }
        let edge = edge(&net, cable, number >= stay)?;
        net.edges.push(edge);
    }
    Ok(net)
}

fn node(module: &PatchModule, kind: &'static Kind) -> Node {
    let value = |param: &manycord_modules::Param| {
        let value = module.params.get(param.id).copied().unwrap_or(param.default);
        if value.is_finite() { value.clamp(param.min, param.max) } else { param.default }
    };
    Node {
        id: module.id.as_str().into(),
        kind,
        spec: kind.spec,
        values: kind.spec.params.iter().map(value).collect(),
        held: vec![None; kind.spec.params.len()],
        bypass: module.bypass,
        state: module.state.clone(),
    }
}

fn edge(net: &Net, cable: &Cable, fades: bool) -> Result<Edge, CompileError> {
    let text = || format!("{} -> {}", cable.from, cable.to);
    let node_of = |port: &PortRef| {
        let missing = || CompileError::MissingModule { cable: text(), missing: port.module.clone() };
        net.find(&port.module).ok_or_else(missing)
    };
    let (from, to) = (node_of(&cable.from)?, node_of(&cable.to)?);
    let (source, target) = (net.nodes[from].spec, net.nodes[to].spec);
    let missing = |spec: &Spec, side, known: Vec<&str>| CompileError::MissingPort {
        cable: text(),
        kind: spec.id,
        side,
        known: known.join(", "),
    };
    let output = source.outputs.iter().position(|port| port.id == cable.from.port);
    let output = output
        .ok_or_else(|| missing(source, "output", source.outputs.iter().map(|port| port.id).collect()))?;
    let input = target.inputs.iter().position(|port| port.id == cable.to.port).map(Slot::Input);
    let param = || target.params.iter().position(|param| param.id == cable.to.port).map(Slot::Param);
    let slot = input.or_else(param).ok_or_else(|| {
        let known =
            target.inputs.iter().map(|port| port.id).chain(target.params.iter().map(|param| param.id));
        missing(target, "input", known.collect())
    })?;
    if matches!(slot, Slot::Param(place) if target.params[place].structural) {
        return Err(CompileError::Structural { cable: text() });
    }
    let depth = match slot {
        _ if fades => 0.0,
        Slot::Input(_) => 1.0,
        Slot::Param(_) => cable.depth.clamp(-1.0, 1.0),
    };
    Ok(Edge { from, output, to, slot, depth })
}
