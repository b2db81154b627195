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
    let places = Places::of(built);
    let found = components(&places.readers);
    let mut of_place = vec![0; places.units.len()];
    for (number, members) in found.iter().enumerate() {
        members.iter().for_each(|&place| of_place[place as usize] = number);
    }
    let mut order = Order { components: Vec::new(), of_unit: vec![0; built.units.len()] };
    // Tarjan's algorithm finds components in reverse topological order.
    for (number, mut members) in found.into_iter().enumerate().rev() {
        members.sort_unstable();
        let cycle = members.len() > 1 || places.readers[members[0] as usize].contains(&members[0]);
        if cycle {
            let members = step_order(built, &places, &members, |place| of_place[place] == number);
            mark_back(built, &places, &members);
            let units = members.iter().flat_map(|&place| places.units[place as usize].clone());
            order.components.push(Component { units: units.collect(), cycle });
        } else {
            // Sections of a module need not wait for each other.
            let units = places.units[members[0] as usize].iter();
            order.components.extend(units.map(|&unit| Component { units: List::from_slice(&[unit]), cycle }));
        }
    }
    for (number, component) in order.components.iter().enumerate() {
        for &unit in &component.units {
            order.of_unit[unit as usize] = number;
        }
    }
    order
}

/// The units of each module and group of lanes: more than one where the module has sections. Cycles are found and
/// stepped through as if those were one, so that no section is a frame late against another.
struct Places {
    units: Vec<List>,
    of_unit: Vec<usize>,
    /// Places that read each place.
    readers: Vec<List>,
}

impl Places {
    fn of(built: &Built) -> Places {
        let mut places = Places { units: Vec::new(), of_unit: Vec::new(), readers: Vec::new() };
        for units in built.units.chunk_by(|a, b| (a.module, a.group) == (b.module, b.group)) {
            let first = places.of_unit.len();
            places.of_unit.resize(first + units.len(), places.units.len());
            places.units.push((first..first + units.len()).map(|unit| unit as u32).collect());
        }
        for units in &places.units {
            let readers = units.iter().flat_map(|&unit| &built.readers[unit as usize]);
            let mut readers: List = readers.map(|&reader| places.of_unit[reader as usize] as u32).collect();
            readers.sort_unstable();
            readers.dedup();
            places.readers.push(readers);
        }
        places
    }
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
fn step_order(built: &Built, places: &Places, members: &[u32], is_member: impl Fn(usize) -> bool) -> List {
    let fed = |place: &&u32| {
        let units = places.units[**place as usize].iter();
        let mut taps = units.flat_map(|&unit| taps(&built.units[unit as usize]));
        taps.any(|tap| !is_member(places.of_unit[tap as usize]))
    };
    let mut starts: Vec<u32> = members.iter().filter(fed).copied().collect();
    starts.extend(members);
    let mut seen = std::collections::HashSet::new();
    let mut ordered = List::with_capacity(members.len());
    for start in starts {
        let mut finished = Vec::new();
        let mut work = vec![(start, 0)];
        while let Some((place, next)) = work.pop() {
            if next == 0 && !seen.insert(place) {
                continue;
            }
            match places.readers[place as usize].get(next) {
                Some(&reader) => {
                    work.push((place, next + 1));
                    if is_member(reader as usize) && !seen.contains(&reader) {
                        work.push((reader, 0));
                    }
                }
                None => finished.push(place),
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

/// Marks the taps that read a member which steps later, or the member itself: they read the frame before.
fn mark_back(built: &mut Built, places: &Places, members: &[u32]) {
    let turn: std::collections::HashMap<usize, usize> =
        members.iter().enumerate().map(|(turn, &place)| (place as usize, turn)).collect();
    for (here, &place) in members.iter().enumerate() {
        for &unit in &places.units[place as usize] {
            let unit = &mut built.units[unit as usize];
            for feeds in unit.inputs.iter_mut().chain(&mut unit.params) {
                for tap in feeds.cables.iter_mut().flat_map(|feed| &mut feed.taps) {
                    if let Some(&there) = turn.get(&places.of_unit[tap.unit as usize]) {
                        feeds.inner = true;
                        tap.back = there >= here;
                    }
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
