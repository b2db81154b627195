//! How each module is shared out among units beside its groups of lanes: one unit for all of it, or one per section.

use manycord_modules::{Polyphony, Spec};

use super::net::{Net, Slot};

/// What one unit of each group does of a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Share {
    /// Bit per output that it computes.
    pub(crate) outputs: u32,
    /// Bit per input that it reads.
    pub(crate) inputs: u32,
    /// The section's name, if the module has any: that of its first output.
    pub(crate) section: Option<&'static str>,
}

impl Share {
    /// All of a module.
    const WHOLE: Share = Share { outputs: u32::MAX, inputs: u32::MAX, section: None };

    /// Whether it must be fed what is patched into a slot.
    pub(crate) fn reads(&self, slot: Slot) -> bool {
        match slot {
            Slot::Input(place) => self.inputs >> place & 1 == 1,
            Slot::Param(_) => true,
        }
    }
}

/// The shares of each module. A section that nobody listens to is left out, but each module keeps one.
pub(crate) fn shares(net: &Net) -> Vec<Vec<Share>> {
    let (mut heard, mut patched) = (vec![0; net.nodes.len()], vec![0; net.nodes.len()]);
    for edge in &net.edges {
        heard[edge.from] |= 1 << edge.output;
        if let Slot::Input(place) = edge.slot {
            patched[edge.to] |= 1 << place;
        }
    }
    let nodes = net.nodes.iter().zip(heard.into_iter().zip(patched));
    nodes.map(|(node, (heard, patched))| of_module(node.spec, heard, patched)).collect()
}

fn of_module(spec: &Spec, heard: u32, patched: u32) -> Vec<Share> {
    let shares = spec.sections.iter().map(|section| {
        let inputs = section.inputs.iter().map(|input| {
            // Whether a group of lanes follows is known only when its feeds are: not all may have any.
            let follows = patched >> input.index() & 1 == 0 || spec.polyphony == Polyphony::Poly;
            1 << input.index() | input.follows.filter(|_| follows).map_or(0, |other| 1 << other)
        });
        Share {
            outputs: section.mask(),
            inputs: inputs.fold(0, |all, input| all | input),
            section: section.outputs.first().map(|output| output.id),
        }
    });
    let mut shares: Vec<Share> = shares.collect();
    let silent = shares.iter().all(|share| share.outputs & heard == 0);
    let mut first = true;
    shares.retain(|share| std::mem::take(&mut first) && silent || share.outputs & heard != 0);
    if shares.is_empty() { vec![Share::WHOLE] } else { shares }
}
