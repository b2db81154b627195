//! Poly or mono: how many lanes each module has.

use manycord_modules::{LANES, LaneMask, Polyphony, Role};

use super::net::Net;

/// Lanes of a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Width {
    /// One signal, the same on all lanes of one group.
    Mono,
    /// This many lanes, 1…128.
    Poly(usize),
}

impl Width {
    /// Groups of lanes, at least 1.
    pub(crate) fn groups(self) -> usize {
        match self {
            Width::Mono => 1,
            Width::Poly(lanes) => lanes.div_ceil(LANES).max(1),
        }
    }

    /// Lanes in use in a group.
    pub(crate) fn mask(self, group: usize) -> LaneMask {
        match self {
            Width::Mono => LaneMask::ALL,
            Width::Poly(lanes) => match lanes.saturating_sub(group * LANES) {
                0 => LaneMask(0),
                left if left >= LANES => LaneMask::ALL,
                left => LaneMask((1u8 << left) - 1),
            },
        }
    }
}

/// Widths by node: Notes set theirs; poly modules take the widest of what is patched in, round cycles too.
pub(crate) fn infer(net: &Net) -> Vec<Width> {
    let mut widths: Vec<Width> = (net.nodes.iter())
        .map(|node| match node.spec.role {
            Role::Notes => Width::Poly((node.value("voices") as usize).clamp(1, crate::voices::MAX_VOICES)),
            _ => Width::Mono,
        })
        .collect();
    let follows = |node: usize| {
        let spec = net.nodes[node].spec;
        spec.polyphony == Polyphony::Poly && spec.role == Role::Plain
    };
    let mut outgoing = vec![Vec::new(); net.nodes.len()];
    for edge in &net.edges {
        outgoing[edge.from].push(edge.to);
    }
    // Widths only grow, so that this ends.
    let mut open: Vec<usize> = (0..net.nodes.len()).filter(|&node| widths[node] != Width::Mono).collect();
    while let Some(node) = open.pop() {
        for &to in &outgoing[node] {
            if follows(to) && widths[to] < widths[node] {
                widths[to] = widths[node];
                open.push(to);
            }
        }
    }
    widths
}
