//! Ends of cables: what a patch's ports are, what they carry, and which two can be joined.

use manycord_engine::Patch;
use manycord_engine::patch::{PatchModule, PortRef};
use manycord_modules::{PortKind, Quantity, Scale, Spec, find};

/// One end of a cable that is, or could be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Where a signal comes from.
    Output(PortRef),
    /// Where it goes: an input or a param.
    Input(PortRef),
}

impl End {
    pub(crate) fn port(&self) -> &PortRef {
        match self {
            End::Output(port) | End::Input(port) => port,
        }
    }

    /// Output and input of the cable between two ends; `None` for two of a sort.
    pub(crate) fn join(&self, other: &End) -> Option<(PortRef, PortRef)> {
        match (self, other) {
            (End::Output(from), End::Input(to)) | (End::Input(to), End::Output(from)) => {
                Some((from.clone(), to.clone()))
            }
            _ => None,
        }
    }
}

/// A port as the rack shows it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Port {
    pub(crate) end: End,
    /// `None` for ports of a placeholder.
    pub(crate) kind: Option<PortKind>,
    pub(crate) help: &'static str,
}

/// The declaration of a module's kind; `None` for a placeholder.
pub(crate) fn spec_of(module: &PatchModule) -> Option<&'static Spec> {
    find(&module.kind).map(|kind| kind.spec)
}

/// The user's name for a module, or its kind's.
pub(crate) fn title(module: &PatchModule) -> String {
    match (&module.label, spec_of(module)) {
        (Some(label), _) => label.clone(),
        (None, Some(spec)) => spec.name.to_string(),
        (None, None) => module.kind.clone(),
    }
}

/// Name of a port or param for people.
pub(crate) fn spoken(id: &str) -> String {
    id.replace('_', " ")
}

/// A module's inputs without a knob. A placeholder's are known by their cables alone.
pub(crate) fn inputs(patch: &Patch, module: &PatchModule) -> Vec<Port> {
    let port = |id: &str, kind, help| Port { end: End::Input(reference(module, id)), kind, help };
    match spec_of(module) {
        Some(spec) => spec.inputs.iter().map(|input| port(input.id, Some(input.kind), input.help)).collect(),
        None => {
            let patched = patch.cables.iter().filter(|cable| cable.to.module == module.id);
            distinct(patched.map(|cable| port(&cable.to.port, None, "")))
        }
    }
}

/// A module's outputs.
pub(crate) fn outputs(patch: &Patch, module: &PatchModule) -> Vec<Port> {
    let port = |id: &str, kind, help| Port { end: End::Output(reference(module, id)), kind, help };
    match spec_of(module) {
        Some(spec) => {
            spec.outputs.iter().map(|output| port(output.id, Some(output.kind), output.help)).collect()
        }
        None => {
            let patched = patch.cables.iter().filter(|cable| cable.from.module == module.id);
            distinct(patched.map(|cable| port(&cable.from.port, None, "")))
        }
    }
}

/// A module's params that take cables.
pub(crate) fn params(module: &PatchModule) -> Vec<Port> {
    let params = spec_of(module).map_or(&[][..], |spec| spec.params);
    let open = params.iter().filter(|param| !param.structural);
    open.map(|param| Port {
        end: End::Input(reference(module, param.id)),
        kind: Some(match (param.scale, param.quantity) {
            (Scale::Octaves, Quantity::Hertz) => PortKind::Pitch,
            _ => PortKind::Cv,
        }),
        help: param.help,
    })
    .collect()
}

/// Every end that a cable from `end` could go to, by module, without those that it goes to already.
pub(crate) fn partners<'a>(patch: &'a Patch, end: &End) -> Vec<(&'a PatchModule, Vec<Port>)> {
    let free = |port: &Port| match end.join(&port.end) {
        Some((from, to)) => !patch.cables.iter().any(|cable| cable.from == from && cable.to == to),
        None => false,
    };
    let all = patch.modules.iter().map(|module| {
        let ports = match end {
            End::Output(_) => [inputs(patch, module), params(module)].concat(),
            End::Input(_) => outputs(patch, module),
        };
        (module, ports.into_iter().filter(free).collect::<Vec<_>>())
    });
    all.filter(|(_, ports)| !ports.is_empty()).collect()
}

/// What an output carries.
pub(crate) fn kind_of_output(patch: &Patch, port: &PortRef) -> Option<PortKind> {
    let spec = patch.module(&port.module).and_then(spec_of)?;
    spec.outputs.iter().find(|output| output.id == port.port).map(|output| output.kind)
}

fn reference(module: &PatchModule, port: &str) -> PortRef {
    PortRef { module: module.id.clone(), port: port.to_string() }
}

fn distinct(ports: impl Iterator<Item = Port>) -> Vec<Port> {
    let mut seen = Vec::new();
    for port in ports {
        if !seen.contains(&port) {
            seen.push(port);
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
        manycord = 1
        module = [{ id = "vca", kind = "vca" }, { id = "lost", kind = "gone" }]
        cable = [{ from = "lost.out", to = "vca.in" }, { from = "lost.out", to = "vca.cv" }]
    "#;

    #[test]
    fn a_placeholder_shows_the_ports_that_its_cables_name() {
        let patch = Patch::parse(TEXT, "test").expect("a patch");
        let lost = patch.module("lost").expect("a placeholder");
        assert_eq!(outputs(&patch, lost).len(), 1);
        assert_eq!(inputs(&patch, lost).len(), 0);
        assert_eq!(title(lost), "gone");
    }

    #[test]
    fn partners_are_the_free_ends_of_the_other_sort() {
        let patch = Patch::parse(TEXT, "test").expect("a patch");
        let from = |module: &str, port: &str| {
            let end = End::Output(PortRef { module: module.into(), port: port.into() });
            let all = partners(&patch, &end);
            let ports = all.iter().flat_map(|(_, ports)| ports.iter());
            ports.map(|port| port.end.port().to_string()).collect::<Vec<_>>()
        };
        assert_eq!(from("lost", "out"), ["vca.level", "vca.response"]);
        assert_eq!(from("vca", "out"), ["vca.in", "vca.cv", "vca.level", "vca.response"]);
    }
}
