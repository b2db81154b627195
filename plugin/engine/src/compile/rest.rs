//! Which units sleep together, and which may not sleep.

use manycord_modules::{Class, PortKind, Role};

use super::net::{Net, Slot};
use super::units::Built;
use super::width::Width;
use crate::plan::RestGroup;

/// Rest groups and where each unit belongs.
pub(crate) struct Found {
    pub(crate) groups: Vec<RestGroup>,
    /// Rest group of each poly unit; 0 for mono ones.
    pub(crate) of_unit: Vec<u32>,
    /// Whether a silence of the whole patch can end without a note.
    pub(crate) restless: bool,
}

/// Poly modules that are patched together form a part; each of its groups of lanes is a rest group.
pub(crate) fn groups(net: &Net, widths: &[Width], built: &Built) -> Found {
    let mut part: Vec<usize> = (0..net.nodes.len()).collect();
    let poly = |node: usize| widths[node] != Width::Mono;
    for edge in net.edges.iter().filter(|edge| poly(edge.from) && poly(edge.to)) {
        let (a, b) = (root(&part, edge.from), root(&part, edge.to));
        part[a.max(b)] = a.min(b);
    }
    let restless = restless(net, &part);
    let mut found = Found {
        groups: Vec::new(),
        of_unit: vec![0; built.units.len()],
        restless: restless.iter().any(|&restless| restless),
    };
    let mut notes_before = 0;
    let notes_number: Vec<u32> = (net.nodes.iter())
        .map(|node| {
            notes_before += u32::from(node.spec.role == Role::Notes);
            notes_before.saturating_sub(1)
        })
        .collect();
    for first in (0..net.nodes.len()).filter(|&node| poly(node) && root(&part, node) == node) {
        let members: Vec<usize> =
            (0..net.nodes.len()).filter(|&node| poly(node) && root(&part, node) == first).collect();
        let lanes = members.iter().map(|&node| widths[node].groups()).max().unwrap_or(0);
        for group in 0..lanes {
            let number = found.groups.len() as u32;
            let mut rest = RestGroup {
                units: Vec::new(),
                exits: Vec::new(),
                notes: Vec::new(),
                restless: restless[first],
            };
            for &node in members.iter().filter(|&&node| group < widths[node].groups()) {
                let unit = built.first_unit[node] + group;
                found.of_unit[unit] = number;
                rest.units.push(unit as u32);
                let heard = built.readers[unit]
                    .iter()
                    .any(|&reader| !poly(built.units[reader as usize].module as usize));
                if heard {
                    rest.exits.push(unit as u32);
                }
                if net.nodes[node].spec.role == Role::Notes {
                    rest.notes.push((notes_number[node], group as u32));
                }
            }
            found.groups.push(rest);
        }
    }
    found
}

fn root(part: &[usize], mut node: usize) -> usize {
    while part[node] != node {
        node = part[node];
    }
    node
}

/// Parts in which a silence can end without a note: something that moves by itself reaches an input that
/// opens, or the host's audio comes in.
fn restless(net: &Net, part: &[usize]) -> Vec<bool> {
    let mut moves: Vec<bool> = net.nodes.iter().map(|node| node.spec.free_running).collect();
    let mut host: Vec<bool> = net.nodes.iter().map(|node| node.spec.role == Role::Input).collect();
    // Sound sources and filters turn a modulation into sound, which opens nothing by itself.
    let passes = |node: usize| !matches!(net.nodes[node].spec.class, Class::Source | Class::Filter);
    let mut changed = true;
    while changed {
        changed = false;
        for edge in &net.edges {
            let to = edge.to;
            for (flags, carries) in [(&mut moves, passes(to)), (&mut host, true)] {
                if flags[edge.from] && carries && !flags[to] {
                    flags[to] = true;
                    changed = true;
                }
            }
        }
    }
    let mut restless = vec![false; net.nodes.len()];
    for edge in &net.edges {
        let spec = net.nodes[edge.to].spec;
        let (opens, audio) = match edge.slot {
            Slot::Input(place) => (spec.inputs[place].opens, spec.inputs[place].kind == PortKind::Audio),
            Slot::Param(place) => (spec.params[place].opens, false),
        };
        if (opens && moves[edge.from]) || (audio && host[edge.from]) {
            restless[root(part, edge.to)] = true;
        }
    }
    restless
}
