//! Order of units: strongly connected components become cycles, the rest a topological order.

use super::List;
use super::units::Built;

/// Units in an order in which each comes after all that it reads, but for back edges within cycles.
pub(crate) struct Order {
    /// Components in topological order; one with several members, or one that feeds itself, is a cycle.
    pub(crate) components: Vec<Component>,
    /// Component of each unit.
    pub(crate) of_unit: Vec<usize>,
}

/// One component.
pub(crate) struct Component {
    /// Units, in the order in which they step.
    pub(crate) units: List,
    pub(crate) cycle: bool,
}

/// Orders the units and marks the taps that close cycles.
pub(crate) fn order(built: &mut Built) -> Order {
    let found = components(&built.readers);
    let mut of_unit = vec![0; built.units.len()];
    // Tarjan's algorithm finds components in reverse topological order.
    let components: Vec<Component> = (found.into_iter().rev())
        .map(|mut units| {
            units.sort_unstable();
            let cycle = units.len() > 1 || built.readers[units[0] as usize].contains(&units[0]);
            Component { units, cycle }
        })
        .collect();
    for (number, component) in components.iter().enumerate() {
        for &unit in &component.units {
            of_unit[unit as usize] = number;
        }
    }
    let mut order = Order { components, of_unit };
    for number in 0..order.components.len() {
        if order.components[number].cycle {
            let members = step_order(built, &order, number);
            mark_back(built, &members);
            order.components[number].units = members;
        }
    }
    order
}

/// Tarjan's strongly connected components ("Depth-first search and linear graph algorithms", SIAM J. Comput.
/// 1972), with its own stack: patches may be deeper than a thread's.
fn components(readers: &[List]) -> Vec<List> {
    const UNSEEN: u32 = u32::MAX;
    let count = readers.len();
    let (mut index, mut low) = (vec![UNSEEN; count], vec![0u32; count]);
    let mut on_stack = vec![false; count];
    let (mut stack, mut work) = (Vec::new(), Vec::new());
    let (mut found, mut clock) = (Vec::new(), 0);
    for root in 0..count {
        if index[root] != UNSEEN {
            continue;
        }
        work.push((root, 0));
        while let Some((unit, next)) = work.pop() {
            if next == 0 {
                (index[unit], low[unit]) = (clock, clock);
                clock += 1;
                stack.push(unit as u32);
                on_stack[unit] = true;
            }
            if let Some(&reader) = readers[unit].get(next) {
                work.push((unit, next + 1));
                let reader = reader as usize;
                if index[reader] == UNSEEN {
                    work.push((reader, 0));
                } else if on_stack[reader] {
                    low[unit] = low[unit].min(index[reader]);
                }
                continue;
            }
            if let Some(&(parent, _)) = work.last() {
                low[parent] = low[parent].min(low[unit]);
            }
            if low[unit] == index[unit] {
                let start = stack.iter().rposition(|&top| top as usize == unit).unwrap_or(0);
                let component: List = stack.drain(start..).collect();
                component.iter().for_each(|&member| on_stack[member as usize] = false);
                found.push(component);
            }
        }
    }
    found
}

/// Order of a cycle's members: depth first from the member that is fed from outside, so that few edges go
/// back. It depends on the patch alone.
fn step_order(built: &Built, order: &Order, number: usize) -> List {
    let members = &order.components[number].units;
    let fed = |unit: &&u32| {
        let taps = taps(&built.units[**unit as usize]);
        taps.into_iter().any(|tap| order.of_unit[tap as usize] != number)
    };
    let mut starts: Vec<u32> = members.iter().filter(fed).copied().collect();
    starts.extend(members);
    let mut seen = std::collections::HashSet::new();
    let mut ordered = List::with_capacity(members.len());
    for start in starts {
        let mut finished = Vec::new();
        let mut work = vec![(start, 0)];
        while let Some((unit, next)) = work.pop() {
            if next == 0 && !seen.insert(unit) {
                continue;
            }
            match built.readers[unit as usize].get(next) {
                Some(&reader) => {
                    work.push((unit, next + 1));
                    if order.of_unit[reader as usize] == number && !seen.contains(&reader) {
                        work.push((reader, 0));
                    }
                }
                None => finished.push(unit),
            }
        }
        ordered.extend(finished.into_iter().rev());
    }
    ordered
}

fn taps(unit: &crate::plan::PlanUnit) -> Vec<u32> {
    let feeds = unit.inputs.iter().chain(&unit.params);
    feeds.flat_map(|feeds| &feeds.cables).flat_map(|feed| &feed.taps).map(|tap| tap.unit).collect()
}

/// Marks the taps that read a member which steps later, or the unit itself: they read the frame before.
fn mark_back(built: &mut Built, members: &[u32]) {
    let place: std::collections::HashMap<u32, usize> =
        members.iter().enumerate().map(|(place, &unit)| (unit, place)).collect();
    for (here, &unit) in members.iter().enumerate() {
        let unit = &mut built.units[unit as usize];
        for feeds in unit.inputs.iter_mut().chain(&mut unit.params) {
            for tap in feeds.cables.iter_mut().flat_map(|feed| &mut feed.taps) {
                if let Some(&there) = place.get(&tap.unit) {
                    feeds.inner = true;
                    tap.back = there >= here;
                }
            }
        }
    }
}

impl Order {
    /// Longest sum of declared latencies on any way to a unit, in frames.
    pub(crate) fn latency(&self, built: &Built) -> u32 {
        let mut arrives = vec![0u32; self.components.len()];
        let mut longest = 0;
        for (number, component) in self.components.iter().enumerate() {
            let own = component
                .units
                .iter()
                .map(|&unit| built.units[unit as usize].spec.latency)
                .max()
                .unwrap_or(0);
            let leaves = arrives[number] + own;
            for &unit in &component.units {
                if built.units[unit as usize].spec.role == manycord_modules::Role::Output {
                    longest = longest.max(leaves);
                }
                for &reader in &built.readers[unit as usize] {
                    let reader = self.of_unit[reader as usize];
                    if reader != number {
                        arrives[reader] = arrives[reader].max(leaves);
                    }
                }
            }
        }
        longest
    }
}
