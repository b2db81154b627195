//! TOML to document: shape and types. What the parts mean together is for `check`.

use std::collections::BTreeMap;

use manycord_modules::{Param, Quality, Quantity, Value, find};
use toml_edit::{Document, Item};

use super::error::{PatchError, Source};
use super::field::{Fields, number};
use super::migrate::{VERSION, migrate};
use super::near::suggest;
use super::{Cable, Macro, MacroTarget, Patch, PatchModule, PortRef, limits};

/// Fix for what the TOML parser reports.
pub(super) const TOML_FIX: &str =
    "mend the TOML there (strings in quotes, `key = value` on a line of its own)";

/// Reads the text of a patch.
pub(super) fn read(text: &str, origin: &str) -> Result<Patch, PatchError> {
    let source = Source { text, origin };
    limits::check_text(&source)?;
    let document = parse(&source)?;
    let version = version(&Fields::of(source, document.as_item(), "")?)?;
    match migrate(&source, version)? {
        None => patch(&Fields::of(source, document.as_item(), "")?),
        Some(newer) => {
            // Places in messages are then those of the migrated text.
            let source = Source { text: &newer, origin };
            patch(&Fields::of(source, parse(&source)?.as_item(), "")?)
        }
    }
}

fn parse<'a>(source: &Source<'a>) -> Result<Document<&'a str>, PatchError> {
    Document::parse(source.text)
        .map_err(|error| source.error(error.span(), "", error.message().trim().replace('\n', ", "), TOML_FIX))
}

fn version(root: &Fields<'_>) -> Result<i64, PatchError> {
    let Some(item) = root.item("manycord") else {
        return Err(root.error(
            "manycord",
            "is missing",
            format!("begin the file with `manycord = {VERSION}`"),
        ));
    };
    match item.as_integer() {
        Some(version) if (1..=VERSION).contains(&version) => Ok(version),
        Some(version) if version > VERSION => {
            let what = format!("version {version} is newer than this Manycord, which reads up to {VERSION}");
            Err(root.error("manycord", what, "update Manycord"))
        }
        _ => {
            let fix = format!("write `manycord = {VERSION}`");
            Err(root.error("manycord", "is not the version of a patch", fix))
        }
    }
}

fn patch(root: &Fields<'_>) -> Result<Patch, PatchError> {
    root.only(&[
        "manycord",
        "name",
        "author",
        "description",
        "pipelined",
        "quality",
        "module",
        "cable",
        "macro",
    ])?;
    let text = |key, longest| root.text(key, longest).map(Option::unwrap_or_default);
    let list = |key, most| root.tables(key, most);
    Ok(Patch {
        name: text("name", limits::NAME)?,
        author: text("author", limits::NAME)?,
        description: text("description", limits::NAME * 64)?,
        pipelined: root.boolean("pipelined")?,
        quality: quality(root)?,
        modules: list("module", limits::MODULES)?.iter().map(module).collect::<Result<_, _>>()?,
        cables: list("cable", limits::CABLES)?.iter().map(cable).collect::<Result<_, _>>()?,
        macros: list("macro", 128)?.iter().map(macro_).collect::<Result<_, _>>()?,
    })
}

fn quality(root: &Fields<'_>) -> Result<Quality, PatchError> {
    let Some(name) = root.text("quality", limits::NAME)? else { return Ok(Quality::Full) };
    let unknown = || {
        let fix = suggest(&name, Quality::NAMED.map(|(name, _)| name));
        root.error("quality", format!("`{name}` is not a quality"), fix)
    };
    Quality::named(&name).ok_or_else(unknown)
}

fn module(fields: &Fields<'_>) -> Result<PatchModule, PatchError> {
    fields.only(&["id", "kind", "at", "bypass", "label", "params", "state"])?;
    let id = fields.required("id")?;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if id.len() > 64 || !id.starts_with(|c: char| c.is_ascii_lowercase()) || !id.chars().all(plain) {
        let fix = "use lower-case letters, digits and `_`, a letter first, at most 64";
        return Err(fields.error("id", format!("`{id}` is no id"), fix));
    }
    let kind = fields.required("kind")?;
    let state = match fields.item("state") {
        None => Value::Nothing,
        Some(item) => state(fields, item)?,
    };
    Ok(PatchModule {
        at: place(fields)?,
        bypass: fields.boolean("bypass")?,
        label: fields.text("label", limits::NAME)?,
        params: params(fields, &kind)?,
        state,
        id,
        kind,
    })
}

fn state(fields: &Fields<'_>, item: &Item) -> Result<Value, PatchError> {
    let value = item.clone().into_value();
    value
        .map(|value| super::state::read(&value))
        .map_err(|_| fields.error("state", "is no value", "write `state = …`"))
}

fn place(fields: &Fields<'_>) -> Result<[f32; 2], PatchError> {
    let Some(item) = fields.item("at") else { return Ok([0.0; 2]) };
    let numbers: Option<Vec<f32>> = item.as_array().map(|list| {
        let values = list.iter().map(|value| number(&Item::Value(value.clone())).unwrap_or(f32::NAN));
        values.collect()
    });
    match numbers.as_deref() {
        Some(&[x, y]) if x.abs() <= 1e6 && y.abs() <= 1e6 => Ok([x, y]),
        _ => Err(fields.error("at", "is no place in the rack", "write two numbers: `at = [0, 0]`")),
    }
}

fn params(fields: &Fields<'_>, kind: &str) -> Result<BTreeMap<String, f32>, PatchError> {
    let Some(table) = fields.table("params")? else { return Ok(BTreeMap::new()) };
    let spec = find(kind).map(|kind| kind.spec);
    let mut params = BTreeMap::new();
    for (key, item) in table.entries() {
        let Some(spec) = spec else {
            // A placeholder keeps numbers as they are; choices of unknown kinds cannot be read.
            let value = table.number(key)?.unwrap_or(0.0);
            params.insert(key.to_string(), value);
            continue;
        };
        let Some(param) = spec.params.iter().find(|param| param.id == key) else {
            let fix = suggest(key, spec.params.iter().map(|param| param.id));
            return Err(table.error(key, format!("is no param of module kind `{kind}`"), fix));
        };
        let value = param_value(&table, key, item, param)?;
        params.insert(key.to_string(), value);
    }
    Ok(params)
}

/// A param's value: a number within its range, or the name of a choice.
fn param_value(table: &Fields<'_>, key: &str, item: &Item, param: &Param) -> Result<f32, PatchError> {
    if let Quantity::Choice(names) = param.quantity
        && let Some(name) = item.as_str()
    {
        let choice = names.iter().position(|known| *known == name);
        let unknown =
            || table.error(key, format!("`{name}` is no choice"), suggest(name, names.iter().copied()));
        return choice.map(|choice| choice as f32).ok_or_else(unknown);
    }
    if let (Quantity::Choice(&["off", "on"]), Some(on)) = (param.quantity, item.as_bool()) {
        return Ok(f32::from(u8::from(on)));
    }
    let value = table.number(key)?.unwrap_or(param.default);
    if value < param.min || value > param.max {
        let fix = format!("write a number from {} to {}", param.min, param.max);
        return Err(table.error(key, format!("{value} is out of range"), fix));
    }
    Ok(value)
}

fn cable(fields: &Fields<'_>) -> Result<Cable, PatchError> {
    fields.only(&["from", "to", "depth", "color"])?;
    let depth = fields.number("depth")?.unwrap_or(1.0);
    if depth.abs() > 1.0 {
        return Err(fields.error("depth", format!("{depth} is out of range"), "write a number from -1 to 1"));
    }
    Ok(Cable {
        from: port(fields, "from")?,
        to: port(fields, "to")?,
        depth,
        color: fields.text("color", 32)?,
    })
}

fn port(fields: &Fields<'_>, key: &str) -> Result<PortRef, PatchError> {
    let text = fields.required(key)?;
    match text.split_once('.') {
        Some((module, port)) if !module.is_empty() && !port.is_empty() => {
            Ok(PortRef { module: module.to_string(), port: port.to_string() })
        }
        _ => Err(fields.error(key, format!("`{text}` names no port"), "write it as `module.port`")),
    }
}

fn macro_(fields: &Fields<'_>) -> Result<Macro, PatchError> {
    fields.only(&["index", "name", "value", "targets"])?;
    let index = fields.item("index").and_then(Item::as_integer).filter(|index| (1..=128).contains(index));
    let Some(index) = index else {
        return Err(fields.error("index", "is no macro", "write a whole number from 1 to 128"));
    };
    let value = fields.number("value")?;
    if let Some(value) = value.filter(|value| !(0.0..=1.0).contains(value)) {
        return Err(fields.error("value", format!("{value} is out of range"), "write a number from 0 to 1"));
    }
    let targets = fields.tables("targets", limits::TARGETS)?;
    let targets = targets.iter().map(|target| {
        target.only(&["param", "from", "to"])?;
        let end = |key: &str| {
            let missing =
                || target.error(key, "is missing", format!("add `{key} = …` in the param's own unit"));
            target.number(key)?.ok_or_else(missing)
        };
        Ok(MacroTarget { param: port(target, "param")?, from: end("from")?, to: end("to")? })
    });
    Ok(Macro {
        index: index as u16,
        name: fields.text("name", limits::NAME)?.unwrap_or_default(),
        value,
        targets: targets.collect::<Result<_, PatchError>>()?,
    })
}
