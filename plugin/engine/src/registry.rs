//! What lives on from plan to plan: running units, dials and voices, found again by name.

use std::collections::HashMap;
use std::sync::Arc;

use atomic_refcell::AtomicRefCell;
use manycord_modules::{Kind, Setup, Value};

use crate::plan::SharedUnit;
use crate::run::cell::{Cell, Meter, Running};
use crate::run::dial::Dial;
use crate::voices::{Settings, Voices};

/// Which unit a cell is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct CellKey {
    pub(crate) id: String,
    pub(crate) kind: &'static str,
    pub(crate) group: usize,
    /// Bit per output that it computes.
    pub(crate) outputs: u32,
    pub(crate) mono: bool,
}

/// A dial while a plan is put together.
struct Entry {
    dial: Arc<Dial>,
    /// Place in the plan before.
    inherited: Option<u32>,
    /// Value at which it rests when nothing is inherited.
    rests_at: f32,
    /// Where it is turned once the generation is complete; until then the running plan keeps its place.
    target: f32,
}

/// Names to what runs under them. One generation is built while the one before still plays.
#[derive(Default)]
pub(crate) struct Registry {
    cells: HashMap<CellKey, (SharedUnit, Value)>,
    dials: HashMap<String, (u32, Arc<Dial>)>,
    voices: HashMap<String, Arc<AtomicRefCell<Voices>>>,
    next: Next,
    /// Whether a plan has been made before: cables then fade in.
    plays: bool,
}

/// The generation that is being built.
#[derive(Default)]
struct Next {
    cells: HashMap<CellKey, (SharedUnit, Value)>,
    names: HashMap<String, u32>,
    entries: Vec<Entry>,
    voices: HashMap<String, Arc<AtomicRefCell<Voices>>>,
}

impl Registry {
    /// Starts a generation; what an abandoned one had made is dropped. Returns whether it is the first.
    pub(crate) fn begin(&mut self) -> bool {
        self.next = Next::default();
        !self.plays
    }

    /// The running unit of this name with this saved state, or a new one.
    pub(crate) fn cell(
        &mut self,
        key: CellKey,
        kind: &Kind,
        setup: &Setup,
        (state, asleep): (&Value, bool),
    ) -> Result<SharedUnit, String> {
        let running =
            self.cells.get(&key).filter(|(_, loaded)| loaded == state).map(|(cell, _)| cell.clone());
        let cell = match running {
            Some(cell) if cell.meter.is_lost() => stand_in(kind, setup),
            Some(cell) => cell,
            None => {
                let mut cell = Cell::new(kind, setup, asleep);
                if *state != Value::Nothing {
                    cell.load(state)?;
                }
                Arc::new(Running::new(cell, Meter::new(asleep)))
            }
        };
        self.next.cells.insert(key, (cell.clone(), state.clone()));
        Ok(cell)
    }

    /// The dial of this name, turned to `target`. A new one rests at its target, or sets out from `from`
    /// when a plan is already playing.
    pub(crate) fn dial(&mut self, name: String, target: f32, jumps: bool, from: Option<f32>) -> u32 {
        if let Some(&place) = self.next.names.get(&name) {
            return place;
        }
        let place = self.next.entries.len() as u32;
        let entry = match self.dials.get(&name) {
            Some((inherited, dial)) => {
                Entry { dial: dial.clone(), inherited: Some(*inherited), rests_at: dial.target(), target }
            }
            None => Entry {
                dial: Arc::new(Dial::new(target, jumps)),
                inherited: None,
                rests_at: from.filter(|_| self.plays).unwrap_or(target),
                target,
            },
        };
        self.next.entries.push(entry);
        self.next.names.insert(name, place);
        place
    }

    /// The voices of a Notes module.
    pub(crate) fn voices(
        &mut self,
        id: &str,
        settings: Settings,
        sample_rate: f32,
    ) -> Arc<AtomicRefCell<Voices>> {
        let running = self.voices.get(id).cloned();
        let voices =
            running.unwrap_or_else(|| Arc::new(AtomicRefCell::new(Voices::new(settings, sample_rate))));
        self.next.voices.insert(id.to_string(), voices.clone());
        voices
    }

    /// Ends the generation: names that it does not use are forgotten. Returns the dials, their places in the
    /// plan before, and where they rest. `again`: the dials stay where they are turned to; macros may have moved
    /// them, of which the document does not know yet.
    pub(crate) fn finish(&mut self, again: bool) -> (Vec<Arc<Dial>>, Vec<Option<u32>>, Vec<f32>) {
        let next = std::mem::take(&mut self.next);
        for entry in next.entries.iter().filter(|_| !again) {
            entry.dial.turn(entry.target);
        }
        let dial = |place: u32| next.entries[place as usize].dial.clone();
        self.dials = next.names.into_iter().map(|(name, place)| (name, (place, dial(place)))).collect();
        self.cells = next.cells;
        self.voices = next.voices;
        self.plays = true;
        let dials = next.entries.iter().map(|entry| entry.dial.clone()).collect();
        let inherited = next.entries.iter().map(|entry| entry.inherited).collect();
        let resting = next.entries.iter().map(|entry| entry.rests_at).collect();
        (dials, inherited, resting)
    }

    /// A dial of the newest plan, to be turned.
    pub(crate) fn find_dial(&self, name: &str) -> Option<&Arc<Dial>> {
        self.dials.get(name).map(|(_, dial)| dial)
    }
}

/// A silent unit in the place of one that did not return.
fn stand_in(kind: &Kind, setup: &Setup) -> SharedUnit {
    let (mut cell, meter) = (Cell::new(kind, setup, false), Meter::quarantined());
    cell.quarantine(&meter);
    Arc::new(Running::new(cell, meter))
}

/// Name of a knob's dial.
pub(crate) fn knob_name(module: &str, kind: &str, param: &str) -> String {
    format!("knob {module} {kind} {param}")
}
