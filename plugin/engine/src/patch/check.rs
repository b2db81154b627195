//! What the parts of a patch mean together: unique ids, cables and macros that end somewhere.

use std::collections::{HashMap, HashSet};

use manycord_modules::{Spec, find};

use super::error::{PatchError, Source};
use super::near::suggest;
use super::{Cable, Patch, PortRef};

/// A module's declaration; `None` for a placeholder, whose ports are taken on trust.
type Known<'a> = HashMap<&'a str, Option<&'static Spec>>;

/// Checks a patch that was read from `text`.
pub(super) fn check(patch: &Patch, text: &str, origin: &str) -> Result<(), PatchError> {
    let checker = Checker { source: Source { text, origin }, known: HashMap::new() };
    checker.modules(patch)?.cables(patch)?.macros(patch)
}

struct Checker<'a> {
    source: Source<'a>,
    known: Known<'a>,
}

impl<'a> Checker<'a> {
    fn modules(mut self, patch: &'a Patch) -> Result<Self, PatchError> {
        for (place, module) in patch.modules.iter().enumerate() {
            let spec = find(&module.kind).map(|kind| kind.spec);
            if self.known.insert(&module.id, spec).is_some() {
                let what = format!("module id `{}` is taken already", module.id);
                return Err(self.error(("module", place), "id", what, "give one of them another id"));
            }
        }
        Ok(self)
    }

    fn cables(self, patch: &'a Patch) -> Result<Self, PatchError> {
        let mut seen = HashSet::new();
        for (place, cable) in patch.cables.iter().enumerate() {
            self.cable(place, cable)?;
            if !seen.insert((&cable.from, &cable.to)) {
                let what = format!("the cable {} -> {} is there twice", cable.from, cable.to);
                return Err(self.error(("cable", place), "to", what, "remove one of them"));
            }
        }
        Ok(self)
    }

    fn cable(&self, place: usize, cable: &Cable) -> Result<(), PatchError> {
        let wrong = |key, what: String, fix: String| Err(self.error(("cable", place), key, what, fix));
        if let Some(spec) = self.spec(("cable", place), "from", &cable.from)?
            && !spec.outputs.iter().any(|output| output.id == cable.from.port)
        {
            let what = format!("module kind `{}` has no output `{}`", spec.id, cable.from.port);
            return wrong(
                "from",
                what,
                suggest(&cable.from.port, spec.outputs.iter().map(|output| output.id)),
            );
        }
        let Some(spec) = self.spec(("cable", place), "to", &cable.to)? else { return Ok(()) };
        let port = cable.to.port.as_str();
        if spec.inputs.iter().any(|input| input.id == port) {
            if cable.depth != 1.0 {
                let what = format!("`{}` is a plain input, which has no depth", cable.to);
                return wrong("depth", what, "remove `depth`, or turn the signal down with a module".into());
            }
            return Ok(());
        }
        match spec.params.iter().find(|param| param.id == port) {
            Some(param) if param.structural => {
                let what = format!("`{}` shapes the patch itself and takes no cable", cable.to);
                wrong("to", what, "set its value in `params` instead".into())
            }
            Some(_) => Ok(()),
            None => {
                let ports =
                    spec.inputs.iter().map(|input| input.id).chain(spec.params.iter().map(|param| param.id));
                let what = format!("module kind `{}` has no input `{port}`", spec.id);
                wrong("to", what, suggest(port, ports))
            }
        }
    }

    fn macros(self, patch: &'a Patch) -> Result<(), PatchError> {
        let mut seen = HashSet::new();
        for (place, entry) in patch.macros.iter().enumerate() {
            let at = ("macro", place);
            if !seen.insert(entry.index) {
                let what = format!("macro {} is there twice", entry.index);
                return Err(self.error(at, "index", what, "put the targets under one of them"));
            }
            for target in &entry.targets {
                let Some(spec) = self.spec(at, "targets", &target.param)? else { continue };
                let port = target.param.port.as_str();
                let Some(param) = spec.params.iter().find(|param| param.id == port) else {
                    let what = format!("module kind `{}` has no param `{port}`", spec.id);
                    return Err(self.error(
                        at,
                        "targets",
                        what,
                        suggest(port, spec.params.iter().map(|p| p.id)),
                    ));
                };
                if param.structural {
                    let what = format!("`{}` shapes the patch itself and cannot be moved", target.param);
                    return Err(self.error(at, "targets", what, "choose another param"));
                }
                for end in [target.from, target.to] {
                    if end < param.min || end > param.max {
                        let what = format!("{end} is out of the range of `{}`", target.param);
                        let fix = format!("write a number from {} to {}", param.min, param.max);
                        return Err(self.error(at, "targets", what, fix));
                    }
                }
            }
        }
        Ok(())
    }

    /// The declaration of a port's module; `None` for a placeholder.
    fn spec(
        &self,
        at: (&str, usize),
        key: &str,
        port: &PortRef,
    ) -> Result<Option<&'static Spec>, PatchError> {
        self.known.get(port.module.as_str()).copied().ok_or_else(|| {
            let what = format!("there is no module `{}`", port.module);
            self.error(at, key, what, suggest(&port.module, self.known.keys().copied()))
        })
    }

    /// An error at a key of the entry of a list. Only now is the text parsed again for the place: files that
    /// are right need not pay.
    fn error(
        &self,
        (list, place): (&str, usize),
        key: &str,
        what: impl Into<String>,
        fix: impl Into<String>,
    ) -> PatchError {
        let path = format!("{list}[{place}].{key}");
        let document = toml_edit::Document::parse(self.source.text).ok();
        let span = document.as_ref().and_then(|document| {
            let list = document.as_table().get(list)?;
            let entry = match (list.as_array_of_tables(), list.as_array()) {
                (Some(tables), _) => {
                    let table = tables.get(place)?;
                    return table.get(key).and_then(toml_edit::Item::span).or(table.span());
                }
                (None, list) => list?.get(place)?,
            };
            let inner =
                entry.as_inline_table().and_then(|table| table.get(key)).and_then(toml_edit::Value::span);
            inner.or(entry.span())
        });
        self.source.error(span, &path, what, fix)
    }
}
