//! Which units sleep together, and which may not sleep.

use manycord_modules::{Class, PortKind, Role};

use super::net::{Edge, Net, Slot};
use super::units::Built;
use super::width::Width;
use crate::plan::RestGroup;

/// Rest groups and where each unit belongs.
pub(crate) struct Found {
    pub(crate) groups: Vec<RestGroup>,
    /// Rest group of each poly unit; 0 for mono ones.
    pub(crate) of_unit: Vec<u32>,
}

/// Part of each module, by the number of its first. Poly modules that are patched together form a part; each of
/// its groups of lanes is a rest group. A module that mixes other sound in begins a part of its own: it must
/// hear that sound while the voices sleep.
pub(crate) fn parts(net: &Net, widths: &[Width]) -> Vec<usize> {
    let poly = |node: usize| widths[node] != Width::Mono;
    let mut mixes = vec![false; net.nodes.len()];
    for edge in net.edges.iter().filter(|edge| !poly(edge.from) && is_audio(net, edge)) {
        mixes[edge.to] = true;
    }
    let mut part: Vec<usize> = (0..net.nodes.len()).collect();
    for edge in net.edges.iter().filter(|edge| poly(edge.from) && poly(edge.to) && !mixes[edge.to]) {
        let (a, b) = (root(&part, edge.from), root(&part, edge.to));
        part[a.max(b)] = a.min(b);
    }
    (0..net.nodes.len()).map(|node| root(&part, node)).collect()
}

/// The rest groups of a patch.
pub(crate) fn groups(net: &Net, widths: &[Width], built: &Built) -> Found {
    let poly = |node: usize| widths[node] != Width::Mono;
    let part = parts(net, widths);
    let restless = restless(net, &part);
    let mut found = Found { groups: Vec::new(), of_unit: vec![0; built.units.len()] };
    let mut notes_before = 0;
    let notes_number: Vec<u32> = (net.nodes.iter())
        .map(|node| {
            notes_before += u32::from(node.spec.role == Role::Notes);
            notes_before.saturating_sub(1)
        })
        .collect();
    for first in (0..net.nodes.len()).filter(|&node| poly(node) && part[node] == node) {
        let members: Vec<usize> = (0..net.nodes.len()).filter(|&node| part[node] == first).collect();
        let lanes = members.iter().map(|&node| widths[node].groups()).max().unwrap_or(0);
        for group in 0..lanes {
            let number = found.groups.len() as u32;
            let tail = built.units[built.first_unit[first]].tail;
            let mut rest = RestGroup { restless: restless[first], tail, ..RestGroup::default() };
            let elsewhere = |unit: u32| part[built.units[unit as usize].module as usize] != first;
            for &node in members.iter().filter(|&&node| group < widths[node].groups()) {
                for unit in built.units_of(node, group) {
                    found.of_unit[unit] = number;
                    rest.units.push(unit as u32);
                    if built.readers[unit].iter().any(|&reader| elsewhere(reader)) {
                        rest.exits.push(unit as u32);
                    }
                    rest.feeders.extend(heard(built, unit).filter(|&source| elsewhere(source)));
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

/// Whether a silence of the whole patch can end without a note: something that moves by itself reaches an input
/// that opens, or the host's audio comes in.
pub(crate) fn wakes_by_itself(net: &Net) -> bool {
    let mut moves: Vec<bool> = net.nodes.iter().map(|node| node.spec.free_running).collect();
    spread(net, &mut moves, |_| true);
    net.nodes.iter().any(|node| node.spec.role == Role::Input)
        || net.edges.iter().any(|edge| opens(net, edge) && moves[edge.from])
}

fn root(part: &[usize], mut node: usize) -> usize {
    while part[node] != node {
        node = part[node];
    }
    node
}

/// Parts in which a silence can end without a note of their own: something that moves by itself, or comes from
/// elsewhere, reaches an input that opens.
fn restless(net: &Net, part: &[usize]) -> Vec<bool> {
    let inside = |edge: &Edge| part[edge.from] == part[edge.to];
    let mut moves: Vec<bool> = net.nodes.iter().map(|node| node.spec.free_running).collect();
    for edge in net.edges.iter().filter(|edge| !inside(edge) && passes(net, edge.to)) {
        moves[edge.to] = true;
    }
    spread(net, &mut moves, inside);
    let mut restless = vec![false; net.nodes.len()];
    for edge in net.edges.iter().filter(|edge| opens(net, edge)) {
        restless[part[edge.to]] |= !inside(edge) || moves[edge.from];
    }
    restless
}

/// Carries motion on along the edges that count.
fn spread(net: &Net, moves: &mut [bool], counts: impl Fn(&Edge) -> bool) {
    let mut changed = true;
    while changed {
        changed = false;
        for edge in net.edges.iter().filter(|edge| counts(edge)) {
            if moves[edge.from] && !moves[edge.to] && passes(net, edge.to) {
                moves[edge.to] = true;
                changed = true;
            }
        }
    }
}

/// Whether what moves into a module moves out of it: sound sources and filters turn a modulation into sound,
/// which opens nothing by itself.
fn passes(net: &Net, node: usize) -> bool {
    !matches!(net.nodes[node].spec.class, Class::Source | Class::Filter)
}

/// Whether a cable ends where a rising signal can make silence audible.
fn opens(net: &Net, edge: &Edge) -> bool {
    let spec = net.nodes[edge.to].spec;
    match edge.slot {
        Slot::Input(place) => spec.inputs[place].opens,
        Slot::Param(place) => spec.params[place].opens,
    }
}

/// Whether a cable brings sound.
fn is_audio(net: &Net, edge: &Edge) -> bool {
    matches!(edge.slot, Slot::Input(place) if net.nodes[edge.to].spec.inputs[place].kind == PortKind::Audio)
}

/// Units whose sound a unit takes in.
fn heard(built: &Built, unit: usize) -> impl Iterator<Item = u32> {
    let unit = &built.units[unit];
    let audio = unit.inputs.iter().zip(unit.spec.inputs).filter(|(_, port)| port.kind == PortKind::Audio);
    audio.flat_map(|(feeds, _)| &feeds.cables).flat_map(|feed| &feed.taps).map(|tap| tap.unit)
}
