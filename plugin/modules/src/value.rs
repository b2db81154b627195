//! State that params cannot hold (steps, names of samples), in the shape that patch files know.

/// A tree of plain data, saved with the patch.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// Nothing to save.
    #[default]
    Nothing,
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// Text.
    Text(String),
    /// Values in order.
    List(Vec<Value>),
    /// Values by name, in the order in which they are written.
    Map(Vec<(String, Value)>),
}

impl Value {
    /// The entry of a map.
    pub fn get(&self, key: &str) -> Option<&Value> {
        match self {
            Value::Map(entries) => entries.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }
}
