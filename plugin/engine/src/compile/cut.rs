//! Where a patch is cut in two: the modules behind the cut render one block later than those before it, and beside
//! them.
//!
//! What plays notes or brings the host's audio in, what sleeps with it, and all that leads there lies before
//! the cut. Of the rest, effects and mixers mostly, as much goes with it as makes the longer of the two longest
//! paths the shortest. Where the cut lies is not heard: all outputs are late alike.

use manycord_modules::Role;

use super::estimate::cost;
use super::net::Net;
use super::order::Order;
use super::rest;
use super::units::Built;
use super::width::Width;

/// Whether a patch is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    No,
    /// The tail is heard one block late: the patch is pipelined.
    Late,
    /// The tail catches up before the host's call ends.
    CatchesUp,
}

/// Which modules lie behind the cut.
pub(crate) fn tail(net: &Net, widths: &[Width], built: &Built, order: &Order) -> Vec<bool> {
    let blocs = Blocs::of(net, widths, built, order);
    let mut head: Vec<bool> = vec![false; blocs.before.len()];
    for (node, module) in net.nodes.iter().enumerate() {
        if matches!(module.spec.role, Role::Notes | Role::Input) {
            blocs.take_with_sources(blocs.of_node[node], &mut head);
        }
    }
    let mut open: Vec<usize> = (0..head.len()).filter(|&bloc| !head[bloc]).collect();
    open.sort_by(|&a, &b| blocs.head_ns[a].total_cmp(&blocs.head_ns[b]));
    let mut best = (blocs.longer_path(&head), head.clone());
    for bloc in open {
        blocs.take_with_sources(bloc, &mut head);
        let longer = blocs.longer_path(&head);
        if longer < best.0 {
            best = (longer, head.clone());
        }
    }
    blocs.of_node.iter().map(|&bloc| !best.1[bloc]).collect()
}

/// Modules that must lie on the same side: those that sleep together, and those of one cycle.
struct Blocs {
    of_node: Vec<usize>,
    /// Blocs that each one reads.
    before: Vec<Vec<usize>>,
    /// Longest path to the end of each bloc, and from its start to the end of the block, in ns.
    head_ns: Vec<f32>,
    tail_ns: Vec<f32>,
}

impl Blocs {
    fn of(net: &Net, widths: &[Width], built: &Built, order: &Order) -> Blocs {
        let mut of_node = rest::parts(net, widths);
        let node_of = |unit: u32| built.units[unit as usize].module as usize;
        for component in order.components.iter().filter(|component| component.cycle) {
            for &unit in &component.units {
                let (from, to) = (of_node[node_of(unit)], of_node[node_of(component.units[0])]);
                of_node.iter_mut().filter(|bloc| **bloc == from).for_each(|bloc| *bloc = to);
            }
        }
        let count = net.nodes.len();
        let mut before = vec![Vec::new(); count];
        for edge in &net.edges {
            let (from, to) = (of_node[edge.from], of_node[edge.to]);
            if from != to && !before[to].contains(&from) {
                before[to].push(from);
            }
        }
        let (heads, tails) = paths(built, order);
        let mut blocs = Blocs { of_node, before, head_ns: vec![0.0; count], tail_ns: vec![0.0; count] };
        for (number, component) in order.components.iter().enumerate() {
            let bloc = blocs.of_node[node_of(component.units[0])];
            blocs.head_ns[bloc] = blocs.head_ns[bloc].max(heads[number]);
            blocs.tail_ns[bloc] = blocs.tail_ns[bloc].max(tails[number]);
        }
        blocs
    }

    /// Puts a bloc before the cut, and all that it reads.
    fn take_with_sources(&self, bloc: usize, head: &mut [bool]) {
        let mut open = vec![bloc];
        while let Some(bloc) = open.pop() {
            if !std::mem::replace(&mut head[bloc], true) {
                open.extend_from_slice(&self.before[bloc]);
            }
        }
    }

    /// The longer of the longest paths before and behind the cut.
    fn longer_path(&self, head: &[bool]) -> f32 {
        let paths = head.iter().enumerate();
        paths
            .map(|(bloc, &head)| if head { self.head_ns[bloc] } else { self.tail_ns[bloc] })
            .fold(0.0, f32::max)
    }
}

/// Longest path to the end of each component, and from its start on.
fn paths(built: &Built, order: &Order) -> (Vec<f32>, Vec<f32>) {
    let count = order.components.len();
    let (mut heads, mut tails) = (vec![0.0f32; count], vec![0.0f32; count]);
    let readers = |number: usize| {
        let units = order.components[number].units.iter();
        let readers = units.flat_map(|&unit| &built.readers[unit as usize]);
        readers.map(|&reader| order.of_unit[reader as usize]).filter(move |&reader| reader != number)
    };
    let ns = |number: usize| -> f32 {
        order.components[number].units.iter().map(|&unit| cost(&built.units[unit as usize]).awake).sum()
    };
    for number in 0..count {
        heads[number] += ns(number);
        let ends = heads[number];
        readers(number).for_each(|reader| heads[reader] = heads[reader].max(ends));
    }
    for number in (0..count).rev() {
        let rest = readers(number).map(|reader| tails[reader]).fold(0.0, f32::max);
        tails[number] = ns(number) + rest;
    }
    (heads, tails)
}

/// Tells the units on which side they lie.
pub(crate) fn part(built: &mut Built, tail: &[bool]) {
    for unit in &mut built.units {
        unit.tail = tail[unit.module as usize];
    }
}

/// Tells the units on which side they lie, and what crosses the cut.
pub(crate) fn mark(net: &Net, built: &mut Built, tail: &[bool]) {
    part(built, tail);
    let behind: Vec<bool> = built.units.iter().map(|unit| unit.tail).collect();
    let mut hands = vec![(false, 0u32); behind.len()];
    for unit in built.units.iter_mut().filter(|unit| unit.tail) {
        let feeds = unit.inputs.iter_mut().chain(&mut unit.params);
        for feed in feeds.flat_map(|feeds| &mut feeds.cables) {
            for tap in &mut feed.taps {
                tap.handed = !behind[tap.unit as usize];
                let (hands, whole) = &mut hands[tap.unit as usize];
                *hands |= tap.handed;
                *whole |= u32::from(tap.handed && !feed.fold) << tap.output;
            }
        }
    }
    for (number, unit) in built.units.iter_mut().enumerate() {
        let heard = net.nodes[unit.module as usize].spec.role == Role::Output;
        let (hands, whole) = hands[number];
        unit.hands = !unit.tail && (hands || heard);
        unit.handed = if heard { u32::MAX >> (u32::BITS - unit.spec.outputs.len() as u32) } else { whole };
        if unit.hands {
            unit.running.make_handed();
        }
    }
}
