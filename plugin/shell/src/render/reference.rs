//! The modules and their ports as text, for whoever writes patches by hand.

use std::fmt::Write;

use manycord_engine::patch::value_text;
use manycord_modules::{CATALOG, Param, Polyphony, PortKind, Quantity, Spec};

/// Every module of the catalog, or the one with this id.
pub(super) fn text(id: Option<&str>) -> Option<String> {
    let specs = CATALOG.iter().map(|kind| kind.spec).filter(|spec| id.is_none_or(|id| spec.id == id));
    let text: String = specs.map(module).collect();
    (!text.is_empty()).then_some(text)
}

fn module(spec: &Spec) -> String {
    let poly = if spec.polyphony == Polyphony::Poly { "polyphonic" } else { "mono" };
    let mut out = format!("{} ({:?}, {poly}): {}\n  {}\n", spec.id, spec.class, spec.name, spec.help);
    let mut line = |role: &str, id: &str, what: String, help: &str| {
        // Writing to a string does not fail.
        let _ = writeln!(out, "  {role} {id:<18} {what:<34} {help}");
    };
    for port in spec.inputs {
        line("->", port.id, carries(port.kind).into(), port.help);
    }
    for param in spec.params {
        line("()", param.id, range(param), param.help);
    }
    for port in spec.outputs {
        line("<-", port.id, carries(port.kind).into(), port.help);
    }
    out.push('\n');
    out
}

fn carries(kind: PortKind) -> &'static str {
    match kind {
        PortKind::Audio => "audio",
        PortKind::Cv => "CV",
        PortKind::Pitch => "V/oct",
        PortKind::Gate => "gate",
    }
}

fn range(param: &Param) -> String {
    let fixed = if param.structural { ", no cable" } else { "" };
    match param.quantity {
        Quantity::Choice(names) => format!("{}{fixed}", names.join(" | ")),
        _ => {
            let text = |value| value_text(param, value);
            format!("{} to {}, {}{fixed}", text(param.min), text(param.max), text(param.default))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_port_is_named() {
        for kind in CATALOG {
            let text = text(Some(kind.spec.id)).expect("it is in the catalog");
            let ids = kind
                .spec
                .inputs
                .iter()
                .map(|port| port.id)
                .chain(kind.spec.outputs.iter().map(|port| port.id));
            for id in ids.chain(kind.spec.params.iter().map(|param| param.id)) {
                assert!(text.contains(id), "{}.{id}", kind.spec.id);
            }
        }
        assert_eq!(text(Some("no such module")), None);
    }
}
