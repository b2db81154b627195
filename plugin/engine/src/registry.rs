//! What lives on from plan to plan: running units, dials and voices, found again by name.

use std::collections::HashMap;
use std::sync::Arc;

use atomic_refcell::AtomicRefCell;
use manycord_modules::{Kind, Quality, Setup, Value};

use crate::plan::SharedUnit;
use crate::run::dial::Dial;
use crate::run::running::{Cell, Meter, Running};
use crate::voices::{Settings, Voices};

/// Which unit a cell is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct CellKey {
    pub(crate) id: Arc<str>,
    pub(crate) kind: &'static str,
    pub(crate) group: usize,
    /// Bit per output that it computes.
    pub(crate) outputs: u32,
    pub(crate) mono: bool,
}

/// A port of a module: its id, and the port's.
type Port = (Arc<str>, &'static str);

/// Which cable the dial of a depth belongs to: from where to where.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct CableKey {
    pub(crate) from: Port,
    pub(crate) to: Port,
}

/// Where the dials of a module stand in a plan: those of its knobs follow each other.
#[derive(Clone, Copy, Debug)]
struct Panel {
    kind: &'static str,
    bypass: u32,
    first_knob: u32,
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
    /// The dials of the newest plan, and whose they are.
    dials: Vec<Arc<Dial>>,
    panels: HashMap<Arc<str>, Panel>,
    cables: HashMap<CableKey, u32>,
    voices: HashMap<Arc<str>, Arc<AtomicRefCell<Voices>>>,
    next: Next,
    /// Quality of the units that run; `None` before the first plan. Once there is one, cables fade in.
    plays: Option<Quality>,
}

/// The generation that is being built.
#[derive(Default)]
struct Next {
    quality: Quality,
    cells: HashMap<CellKey, (SharedUnit, Value)>,
    entries: Vec<Entry>,
    panels: HashMap<Arc<str>, Panel>,
    cables: HashMap<CableKey, u32>,
    voices: HashMap<Arc<str>, Arc<AtomicRefCell<Voices>>>,
}

impl Registry {
    /// Starts a generation; what an abandoned one had made is dropped. Returns whether all its units begin anew: it is
    /// the first, or the first of this quality.
    pub(crate) fn begin(&mut self, quality: Quality) -> bool {
        // As large as the last: maps that grow are filled anew each time.
        self.next = Next {
            quality,
            cells: HashMap::with_capacity(self.cells.len()),
            entries: Vec::with_capacity(self.dials.len()),
            panels: HashMap::with_capacity(self.panels.len()),
            cables: HashMap::with_capacity(self.cables.len()),
            voices: HashMap::with_capacity(self.voices.len()),
        };
        self.plays != Some(quality)
    }

    /// The running unit of this name with this saved state, or a new one.
    pub(crate) fn cell(
        &mut self,
        key: CellKey,
        kind: &Kind,
        setup: &Setup,
        (state, asleep): (&Value, bool),
    ) -> Result<SharedUnit, String> {
        let keeps = self.plays == Some(self.next.quality);
        let running =
            self.cells.get(&key).filter(|(_, loaded)| keeps && loaded == state).map(|(cell, _)| cell.clone());
        let cell = match running {
            Some(cell) if cell.meter.is_lost() => stand_in(kind, setup),
            Some(cell) => cell,
            None => {
                let mut cell = Cell::new(kind, setup, asleep);
                if *state != Value::Nothing {
                    cell.body.load(state)?;
                }
                Arc::new(Running::new(cell, Meter::new(asleep)))
            }
        };
        self.next.cells.insert(key, (cell.clone(), state.clone()));
        Ok(cell)
    }

    /// The dials of a module: its bypass switch, turned to `bypass`, and a knob for each target; `true`: it jumps.
    /// Returns the places of the switch and of the first knob, which the others follow.
    pub(crate) fn panel(
        &mut self,
        id: &Arc<str>,
        kind: &'static str,
        bypass: f32,
        knobs: impl Iterator<Item = (f32, bool)>,
    ) -> (u32, u32) {
        let before = self.panels.get(id).copied();
        let bypass = self.dial(before.map(|panel| panel.bypass), bypass, false, None);
        let knobs_before = before.filter(|panel| panel.kind == kind).map(|panel| panel.first_knob);
        let first_knob = self.next.entries.len() as u32;
        for (place, (target, jumps)) in knobs.enumerate() {
            self.dial(knobs_before.map(|first| first + place as u32), target, jumps, None);
        }
        self.next.panels.insert(id.clone(), Panel { kind, bypass, first_knob });
        (bypass, first_knob)
    }

    /// The dial of a cable's depth. Returns its place.
    pub(crate) fn cable(&mut self, key: CableKey, depth: f32) -> u32 {
        if let Some(&place) = self.next.cables.get(&key) {
            return place;
        }
        let place = self.dial(self.cables.get(&key).copied(), depth, false, Some(0.0));
        self.next.cables.insert(key, place);
        place
    }

    /// A dial that stood at this place in the plan before, if it was there, turned to `target`. A new one rests at its
    /// target, or sets out from `from` when a plan is already playing.
    fn dial(&mut self, inherited: Option<u32>, target: f32, jumps: bool, from: Option<f32>) -> u32 {
        let (dial, rests_at) = match inherited {
            Some(place) => {
                let dial = self.dials[place as usize].clone();
                let target = dial.target();
                (dial, target)
            }
            None => {
                (Arc::new(Dial::new(target, jumps)), from.filter(|_| self.plays.is_some()).unwrap_or(target))
            }
        };
        self.next.entries.push(Entry { dial, inherited, rests_at, target });
        self.next.entries.len() as u32 - 1
    }

    /// The voices of a Notes module.
    pub(crate) fn voices(
        &mut self,
        id: &Arc<str>,
        settings: Settings,
        sample_rate: f32,
    ) -> Arc<AtomicRefCell<Voices>> {
        let running = self.voices.get(id).cloned();
        let voices =
            running.unwrap_or_else(|| Arc::new(AtomicRefCell::new(Voices::new(settings, sample_rate))));
        self.next.voices.insert(id.clone(), voices.clone());
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
        let dials: Vec<_> = next.entries.iter().map(|entry| entry.dial.clone()).collect();
        self.dials = dials.clone();
        self.panels = next.panels;
        self.cables = next.cables;
        self.cells = next.cells;
        self.voices = next.voices;
        self.plays = Some(next.quality);
        let inherited = next.entries.iter().map(|entry| entry.inherited).collect();
        let resting = next.entries.iter().map(|entry| entry.rests_at).collect();
        (dials, inherited, resting)
    }

    /// The dial of a module's knob in the newest plan, to be turned.
    pub(crate) fn knob(&self, module: &str, kind: &str, place: usize) -> Option<&Arc<Dial>> {
        let panel = self.panels.get(module).filter(|panel| panel.kind == kind)?;
        self.dials.get(panel.first_knob as usize + place)
    }
}

/// A silent unit in the place of one that did not return.
fn stand_in(kind: &Kind, setup: &Setup) -> SharedUnit {
    let (mut cell, meter) = (Cell::new(kind, setup, false), Meter::quarantined());
    cell.body.quarantine(&meter);
    Arc::new(Running::new(cell, meter))
}
