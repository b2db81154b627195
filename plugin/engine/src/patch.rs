//! The document: what the user made and what is saved. Pure data; knows no audio.
//!
//! [`Patch::parse`] reads any released version of the text form, [`Patch::to_toml`] writes the newest one in
//! canonical order: reading and writing again gives the same bytes.

mod check;
mod error;
mod field;
mod limits;
mod migrate;
mod near;
mod read;
mod state;
mod travel;
mod write;

use std::collections::BTreeMap;
use std::fmt;

use manycord_modules::{Kind, Param, Quality, Value};

pub use error::PatchError;
pub use migrate::VERSION;
pub use travel::{from_position, parse_value, position, value_text};

/// What the user made.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Patch {
    /// Name of the patch.
    pub name: String,
    /// Who made it.
    pub author: String,
    /// What it is for.
    pub description: String,
    /// Whether what lies behind the voices, effects mostly, renders one block of 64 frames later and beside
    /// them: more cores are of use, the sound is the same 64 frames later, and so is [`crate::Control::latency`].
    /// In the text: `pipelined = true` before the first table; left out, it is `false`.
    pub pipelined: bool,
    /// How much is spent on the sound. In the text: `quality = "economy"` before the first table; left out, it is
    /// `"full"`.
    pub quality: Quality,
    /// Modules, in the order in which they were added.
    pub modules: Vec<PatchModule>,
    /// Cables; several into one input add up in this order.
    pub cables: Vec<Cable>,
    /// What the host's macros move.
    pub macros: Vec<Macro>,
}

/// A module in a patch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PatchModule {
    /// Unique and stable: lower-case letters, digits and `_`, a letter first, at most 64.
    pub id: String,
    /// Id of the kind in the catalog; an unknown one makes a placeholder that keeps its data.
    pub kind: String,
    /// Place in the rack.
    pub at: [f32; 2],
    /// Whether the module only passes its inputs on.
    pub bypass: bool,
    /// Knobs, in their own units; those that are not named stand at their defaults.
    pub params: BTreeMap<String, f32>,
    /// State that params cannot hold.
    pub state: Value,
    /// The user's own name for it.
    pub label: Option<String>,
}

/// A cable.
#[derive(Clone, Debug, PartialEq)]
pub struct Cable {
    /// An output.
    pub from: PortRef,
    /// An input or a param.
    pub to: PortRef,
    /// −1…1: how far it moves a param; 1 for plain inputs.
    pub depth: f32,
    /// The user's own colour, `#rrggbb`.
    pub color: Option<String>,
}

/// A port of a module; as text `module.port`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PortRef {
    /// Id of the module.
    pub module: String,
    /// Id of the port.
    pub port: String,
}

impl fmt::Display for PortRef {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}", self.module, self.port)
    }
}

/// A host macro and what it moves.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Macro {
    /// 1…128.
    pub index: u16,
    /// Name on screen.
    pub name: String,
    /// Where it stands, 0…1; without it the knobs stand where the modules' params say.
    pub value: Option<f32>,
    /// Knobs that it moves.
    pub targets: Vec<MacroTarget>,
}

/// A knob that a macro moves, along the knob's own travel.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MacroTarget {
    /// The knob.
    pub param: PortRef,
    /// Its value at macro 0, in its own unit.
    pub from: f32,
    /// Its value at macro 1.
    pub to: f32,
}

impl Patch {
    /// Reads a patch. `origin` names the text in messages: a file, "the host's state".
    ///
    /// # Errors
    /// The first thing that is wrong, with its place and how to mend it.
    pub fn parse(text: &str, origin: &str) -> Result<Patch, PatchError> {
        let patch = read::read(text, origin)?;
        check::check(&patch, text, origin)?;
        Ok(patch)
    }

    /// Writes the patch in the newest version, canonically.
    pub fn to_toml(&self) -> String {
        write::write(self)
    }

    /// The module with this id.
    pub fn module(&self, id: &str) -> Option<&PatchModule> {
        self.modules.iter().find(|module| module.id == id)
    }

    /// Sets a knob, held within its range. Returns the param with its new value; `None`, and nothing changes,
    /// when there is no such knob or the value is no finite number.
    pub(crate) fn turn(
        &mut self,
        catalog: &'static [Kind],
        (module, param): (&str, &str),
        value: f32,
    ) -> Option<(&'static Param, f32)> {
        let entry = self.modules.iter_mut().find(|entry| entry.id == module)?;
        let kind = catalog.iter().find(|kind| kind.spec.id == entry.kind)?;
        let spec = kind.spec.params.iter().find(|known| known.id == param)?;
        let value = value.is_finite().then(|| value.clamp(spec.min, spec.max))?;
        entry.params.insert(param.to_string(), value);
        Some((spec, value))
    }

    /// Notes where a macro (1…128) stands, 0…1, if the patch has it.
    pub(crate) fn note_macro(&mut self, index: u16, value: f32) {
        if let Some(entry) = self.macros.iter_mut().find(|entry| entry.index == index) {
            entry.value = Some(value.clamp(0.0, 1.0));
        }
    }
}
