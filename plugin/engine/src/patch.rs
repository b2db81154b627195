//! stub
use manycord_modules::Value;
use std::collections::BTreeMap;
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Patch {
    pub name: String,
    pub author: String,
    pub description: String,
    pub modules: Vec<PatchModule>,
    pub cables: Vec<Cable>,
    pub macros: Vec<Macro>,
    pub pipelining: bool,
}
#[derive(Clone, Debug, PartialEq, Default)]
pub struct PatchModule {
    pub id: String,
    pub kind: String,
    pub at: [f32; 2],
    pub bypass: bool,
    pub params: BTreeMap<String, f32>,
    pub state: Value,
    pub label: Option<String>,
}
#[derive(Clone, Debug, PartialEq)]
pub struct Cable {
    pub from: PortRef,
    pub to: PortRef,
    pub depth: f32,
    pub color: Option<String>,
}
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PortRef {
    pub module: String,
    pub port: String,
}
impl std::fmt::Display for PortRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.module, self.port)
    }
}
#[derive(Clone, Debug, PartialEq)]
pub struct Macro {
    pub index: u16,
    pub name: String,
    pub targets: Vec<MacroTarget>,
}
#[derive(Clone, Debug, PartialEq)]
pub struct MacroTarget {
    pub param: PortRef,
    pub from: f32,
    pub to: f32,
}
