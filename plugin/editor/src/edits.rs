//! What a user can do to a patch, as pure data and pure functions.

use manycord_engine::Patch;
use manycord_engine::patch::{Cable, Macro, MacroTarget, PatchModule, PortRef};
use manycord_modules::{PortKind, Quality, find};

use crate::ends::kind_of_output;

/// Depth of a new cable into a param; a pitch follows in tune.
const FIRST_DEPTH: f32 = 0.5;
/// Characters of an id, as the text form allows.
const ID_LENGTH: usize = 64;

/// One step of editing.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Edit {
    NamePatch(String),
    Quality(Quality),
    Pipelined(bool),
    Add { kind: &'static str },
    Remove { module: String },
    Label { module: String, label: String },
    Bypass { module: String, on: bool },
    Connect { from: PortRef, to: PortRef },
    Disconnect { from: PortRef, to: PortRef },
    Depth { from: PortRef, to: PortRef, depth: f32 },
    Map { target: MacroTarget, index: u16, value: f32 },
    Unmap { param: PortRef },
    NameMacro { index: u16, name: String },
}

impl Edit {
    /// Name of the gesture that this edit may be a part of; see [`crate::history::History::note`].
    pub(crate) fn gesture(&self) -> Option<String> {
        match self {
            Edit::Depth { from, to, .. } => Some(format!("depth {from} {to}")),
            _ => None,
        }
    }

    /// The patch after the edit. What makes no sense changes nothing.
    pub(crate) fn apply(&self, mut patch: Patch) -> Patch {
        match self {
            Edit::NamePatch(name) => patch.name.clone_from(name),
            Edit::Quality(quality) => patch.quality = *quality,
            Edit::Pipelined(on) => patch.pipelined = *on,
            Edit::Add { kind } => add(&mut patch, kind),
            Edit::Remove { module } => remove(&mut patch, module),
            Edit::Label { module, label } => {
                if let Some(entry) = module_mut(&mut patch, module) {
                    entry.label = (!label.trim().is_empty()).then(|| label.trim().to_string());
                }
            }
            Edit::Bypass { module, on } => {
                if let Some(entry) = module_mut(&mut patch, module) {
                    entry.bypass = *on;
                }
            }
            Edit::Connect { from, to } => connect(&mut patch, from, to),
            Edit::Disconnect { from, to } => {
                patch.cables.retain(|cable| cable.from != *from || cable.to != *to);
            }
            Edit::Depth { from, to, depth } => {
                let cable = patch.cables.iter_mut().find(|cable| cable.from == *from && cable.to == *to);
                if let Some(cable) = cable {
                    cable.depth = depth.clamp(-1.0, 1.0);
                }
            }
            Edit::Map { target, index, value } => {
                unmap(&mut patch, &target.param);
                map(&mut patch, target, *index, *value);
            }
            Edit::Unmap { param } => unmap(&mut patch, param),
            Edit::NameMacro { index, name } => {
                if let Some(entry) = patch.macros.iter_mut().find(|entry| entry.index == *index) {
                    entry.name.clone_from(name);
                }
            }
        }
        patch
    }
}

/// The macro that moves a param, and how.
pub(crate) fn mapping<'a>(patch: &'a Patch, param: &PortRef) -> Option<(&'a Macro, &'a MacroTarget)> {
    patch.macros.iter().find_map(|entry| {
        let target = entry.targets.iter().find(|target| target.param == *param)?;
        Some((entry, target))
    })
}

/// The first macro that moves nothing yet.
pub(crate) fn free_macro(patch: &Patch) -> u16 {
    let taken = |index: u16| patch.macros.iter().any(|m| m.index == index && !m.targets.is_empty());
    (1..=128).find(|&index| !taken(index)).unwrap_or(128)
}

fn module_mut<'a>(patch: &'a mut Patch, id: &str) -> Option<&'a mut PatchModule> {
    patch.modules.iter_mut().find(|module| module.id == id)
}

/// Puts a new module to the right of all others.
fn add(patch: &mut Patch, kind: &str) {
    let id = fresh_id(patch, kind);
    let right = patch.modules.iter().map(|module| module.at[0] + 1.0).fold(0.0, f32::max);
    let module = PatchModule { id, kind: kind.to_string(), at: [right, 0.0], ..PatchModule::default() };
    patch.modules.push(module);
}

/// "vca", "vca_2", "vca_3" …
fn fresh_id(patch: &Patch, kind: &str) -> String {
    let stem = &kind[..kind.len().min(ID_LENGTH - 8)];
    let numbered = (2..).map(|number: usize| format!("{stem}_{number}"));
    let mut names = std::iter::once(stem.to_string()).chain(numbered);
    names.find(|id| patch.module(id).is_none()).unwrap_or_default()
}

fn remove(patch: &mut Patch, id: &str) {
    patch.modules.retain(|module| module.id != id);
    patch.cables.retain(|cable| cable.from.module != id && cable.to.module != id);
    for entry in &mut patch.macros {
        entry.targets.retain(|target| target.param.module != id);
    }
}

fn connect(patch: &mut Patch, from: &PortRef, to: &PortRef) {
    if patch.cables.iter().any(|cable| cable.from == *from && cable.to == *to) {
        return;
    }
    let spec = patch.module(&to.module).and_then(|module| find(&module.kind)).map(|kind| kind.spec);
    let param = spec.is_some_and(|spec| spec.params.iter().any(|param| param.id == to.port));
    let pitch = kind_of_output(patch, from) == Some(PortKind::Pitch);
    let depth = if param && !pitch { FIRST_DEPTH } else { 1.0 };
    patch.cables.push(Cable { from: from.clone(), to: to.clone(), depth, color: None });
}

/// `value` is where the macro then stands; one that moves other knobs already stays where it is.
fn map(patch: &mut Patch, target: &MacroTarget, index: u16, value: f32) {
    let place = patch.macros.iter().position(|entry| entry.index == index).unwrap_or_else(|| {
        patch.macros.push(Macro { index, ..Macro::default() });
        patch.macros.len() - 1
    });
    let entry = &mut patch.macros[place];
    if entry.targets.is_empty() {
        entry.value = Some(value.clamp(0.0, 1.0));
    }
    if entry.name.is_empty() {
        entry.name = crate::ends::spoken(&target.param.port);
    }
    entry.targets.push(target.clone());
    patch.macros.sort_by_key(|entry| entry.index);
}

/// A macro that moves nothing any more is forgotten.
fn unmap(patch: &mut Patch, param: &PortRef) {
    for entry in &mut patch.macros {
        entry.targets.retain(|target| target.param != *param);
    }
    patch.macros.retain(|entry| !entry.targets.is_empty());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(text: &str) -> PortRef {
        let (module, port) = text.split_once('.').expect("module.port");
        PortRef { module: module.into(), port: port.into() }
    }

    fn apply(patch: Patch, edits: &[Edit]) -> Patch {
        let patch = edits.iter().fold(patch, |patch, edit| edit.apply(patch));
        Patch::parse(&patch.to_toml(), "test").expect("edits keep patches right")
    }

    fn connected() -> Patch {
        let edits = [
            Edit::Add { kind: "vca" },
            Edit::Add { kind: "vca" },
            Edit::Connect { from: port("vca.out"), to: port("vca_2.in") },
            Edit::Connect { from: port("vca.out"), to: port("vca_2.level") },
            Edit::Connect { from: port("vca.out"), to: port("vca_2.level") },
        ];
        apply(Patch::default(), &edits)
    }

    #[test]
    fn modules_get_ids_of_their_own_and_stand_side_by_side() {
        let patch = apply(connected(), &[Edit::Remove { module: "vca".into() }, Edit::Add { kind: "vca" }]);
        let ids: Vec<_> = patch.modules.iter().map(|module| module.id.as_str()).collect();
        assert_eq!(ids, ["vca_2", "vca"]);
        assert!(patch.modules[1].at[0] > patch.modules[0].at[0]);
    }

    #[test]
    fn cables_are_patched_once_and_a_params_cable_has_a_depth() {
        let patch = connected();
        let depths: Vec<f32> = patch.cables.iter().map(|cable| cable.depth).collect();
        assert_eq!(depths, [1.0, FIRST_DEPTH]);
        let (from, to) = (port("vca.out"), port("vca_2.level"));
        let patch = apply(patch, &[Edit::Depth { from: from.clone(), to: to.clone(), depth: -3.0 }]);
        assert_eq!(patch.cables[1].depth, -1.0);
        let patch = apply(patch, &[Edit::Disconnect { from, to }]);
        assert_eq!(patch.cables.len(), 1);
    }

    #[test]
    fn a_removed_module_takes_its_cables_and_mappings_along() {
        let target = MacroTarget { param: port("vca_2.level"), from: 0.0, to: 1.0 };
        let edits = [Edit::Map { target, index: 3, value: 0.5 }, Edit::Remove { module: "vca_2".into() }];
        let patch = apply(connected(), &edits);
        assert!(patch.cables.is_empty());
        assert!(patch.macros.iter().all(|entry| entry.targets.is_empty()));
    }

    #[test]
    fn a_knob_is_moved_by_one_macro_at_most() {
        let target = |name| MacroTarget { param: port(name), from: 0.0, to: 1.0 };
        let edits = [
            Edit::Map { target: target("vca.level"), index: 7, value: 0.25 },
            Edit::Map { target: target("vca.level"), index: 2, value: 0.75 },
            Edit::Map { target: target("vca_2.level"), index: 2, value: 0.1 },
        ];
        let patch = apply(connected(), &edits);
        let (entry, _) = mapping(&patch, &port("vca.level")).expect("it is mapped");
        assert_eq!((entry.index, entry.value, entry.targets.len()), (2, Some(0.75), 2));
        assert_eq!(free_macro(&patch), 1);
        let patch = apply(patch, &[Edit::Unmap { param: port("vca.level") }]);
        assert!(mapping(&patch, &port("vca.level")).is_none());
        assert!(mapping(&patch, &port("vca_2.level")).is_some());
    }

    #[test]
    fn labels_and_names_are_the_users() {
        let label = |text: &str| Edit::Label { module: "vca".into(), label: text.into() };
        let patch = apply(connected(), &[label(" Loudness "), Edit::NamePatch("Pad".into())]);
        assert_eq!(patch.modules[0].label.as_deref(), Some("Loudness"));
        assert_eq!(patch.name, "Pad");
        assert_eq!(apply(patch, &[label("  ")]).modules[0].label, None);
    }
}
