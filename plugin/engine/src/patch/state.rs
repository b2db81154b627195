//! Module state to TOML and back.

use manycord_modules::Value;
use toml_edit::{Array, InlineTable};

/// Reads a state. Dates have no meaning here; they are kept as text.
pub(super) fn read(value: &toml_edit::Value) -> Value {
    match value {
        toml_edit::Value::String(text) => Value::Text(text.value().clone()),
        toml_edit::Value::Integer(whole) => Value::Int(*whole.value()),
        toml_edit::Value::Float(number) => Value::Float(*number.value()),
        toml_edit::Value::Boolean(truth) => Value::Bool(*truth.value()),
        toml_edit::Value::Datetime(date) => Value::Text(date.value().to_string()),
        toml_edit::Value::Array(list) => Value::List(list.iter().map(read).collect()),
        toml_edit::Value::InlineTable(table) => {
            Value::Map(table.iter().map(|(key, value)| (key.to_string(), read(value))).collect())
        }
    }
}

/// Writes a state as one line. `Nothing` inside a state has no form in TOML and becomes an empty list.
pub(super) fn write(state: &Value) -> toml_edit::Value {
    match state {
        Value::Nothing => toml_edit::Value::Array(Array::new()),
        Value::Bool(truth) => (*truth).into(),
        Value::Int(whole) => (*whole).into(),
        Value::Float(number) => (*number).into(),
        Value::Text(text) => text.as_str().into(),
        Value::List(list) => toml_edit::Value::Array(list.iter().map(write).collect()),
        Value::Map(entries) => {
            let mut table = InlineTable::new();
            for (key, value) in entries {
                table.insert(key, write(value));
            }
            toml_edit::Value::InlineTable(table)
        }
    }
}
