//! Document to TOML, canonically: fixed order, shortest numbers, defaults left out.

use std::fmt::Write;

use manycord_modules::{Quality, Quantity, Spec, Value, find};

use super::migrate::VERSION;
use super::{Macro, Patch, PatchModule, state};

/// Writes a patch.
pub(super) fn write(patch: &Patch) -> String {
    let mut out = format!("manycord = {VERSION}\n");
    for (key, text) in [("name", &patch.name), ("author", &patch.author), ("description", &patch.description)]
    {
        if !text.is_empty() {
            line(&mut out, key, &quoted(text));
        }
    }
    if patch.pipelined {
        line(&mut out, "pipelined", "true");
    }
    if patch.quality != Quality::default() {
        line(&mut out, "quality", &quoted(patch.quality.name()));
    }
    for entry in &patch.modules {
        module(&mut out, entry);
    }
    for cable in &patch.cables {
        out.push_str("\n[[cable]]\n");
        line(&mut out, "from", &quoted(&cable.from.to_string()));
        line(&mut out, "to", &quoted(&cable.to.to_string()));
        if cable.depth != 1.0 {
            line(&mut out, "depth", &number(cable.depth));
        }
        if let Some(color) = &cable.color {
            line(&mut out, "color", &quoted(color));
        }
    }
    for entry in &patch.macros {
        macro_(&mut out, entry);
    }
    out
}

fn module(out: &mut String, module: &PatchModule) {
    out.push_str("\n[[module]]\n");
    line(out, "id", &quoted(&module.id));
    line(out, "kind", &quoted(&module.kind));
    line(out, "at", &format!("[{}, {}]", number(module.at[0]), number(module.at[1])));
    if module.bypass {
        line(out, "bypass", "true");
    }
    if let Some(label) = &module.label {
        line(out, "label", &quoted(label));
    }
    if !module.params.is_empty() {
        line(out, "params", &params(module));
    }
    if module.state != Value::Nothing {
        line(out, "state", state::write(&module.state).to_string().trim());
    }
}

/// Params in the order of the module's declaration, then what it does not declare.
fn params(module: &PatchModule) -> String {
    let spec: Option<&Spec> = find(&module.kind).map(|kind| kind.spec);
    let declared = spec.map_or(&[][..], |spec| spec.params);
    let mut entries = Vec::new();
    for param in declared {
        let Some(&value) = module.params.get(param.id) else { continue };
        let text = match param.quantity {
            Quantity::Choice(names) => {
                names.get(value as usize).map_or_else(|| number(value), |name| quoted(name))
            }
            _ => number(value),
        };
        entries.push(format!("{} = {text}", param.id));
    }
    for (id, &value) in module.params.iter().filter(|(id, _)| !declared.iter().any(|param| param.id == **id))
    {
        entries.push(format!("{} = {}", toml_edit::Key::new(id.as_str()), number(value)));
    }
    format!("{{ {} }}", entries.join(", "))
}

fn macro_(out: &mut String, entry: &Macro) {
    out.push_str("\n[[macro]]\n");
    line(out, "index", &entry.index.to_string());
    if !entry.name.is_empty() {
        line(out, "name", &quoted(&entry.name));
    }
    if let Some(value) = entry.value {
        line(out, "value", &number(value));
    }
    if !entry.targets.is_empty() {
        let targets = entry.targets.iter().map(|target| {
            let param = quoted(&target.param.to_string());
            format!(
                "    {{ param = {param}, from = {}, to = {} }},\n",
                number(target.from),
                number(target.to)
            )
        });
        line(out, "targets", &format!("[\n{}]", targets.collect::<String>()));
    }
}

fn line(out: &mut String, key: &str, value: &str) {
    // Writing to a string does not fail.
    let _ = writeln!(out, "{key} = {value}");
}

/// The shortest text that reads back as the same number.
fn number(value: f32) -> String {
    // Adding 0 makes −0, which does not read back as such, a plain 0.
    let value = if value.is_finite() { value + 0.0 } else { 0.0 };
    if value.abs() >= 1e9 || (value != 0.0 && value.abs() < 1e-6) {
        format!("{value:e}")
    } else {
        format!("{value}")
    }
}

fn quoted(text: &str) -> String {
    toml_edit::Value::from(text).to_string()
}
