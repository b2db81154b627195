//! What hosts see and keep: 128 macros, the document and the size of the window.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use nice_plug::prelude::{FloatParam, FloatRange, Param, Params};

use crate::document::Document;
use crate::instance::Instance;
use crate::macros::{MACROS, stand};
use crate::window::WindowSize;

/// All that a host saves.
#[derive(Params)]
pub(crate) struct ManycordParams {
    #[nested]
    pub(crate) board: Arc<Board>,
    #[persist = "patch"]
    pub(crate) document: Document,
    #[persist = "window"]
    pub(crate) window: Arc<WindowSize>,
}

/// The host macros.
#[derive(Params)]
pub(crate) struct Board {
    #[nested(array)]
    knobs: Vec<Knob>,
    /// Where the document last noted each macro, as bits.
    noted: Vec<AtomicU32>,
    /// Where the host was last told that it stands because the document said so, until it moves.
    told: Vec<AtomicU32>,
}

/// One host macro; as a part of the array its id becomes `macro_1` … `macro_128`.
#[derive(Params)]
struct Knob {
    #[id = "macro"]
    value: FloatParam,
}

impl ManycordParams {
    pub(crate) fn new(instance: &Arc<Instance>) -> ManycordParams {
        let board = Arc::new(Board::new(instance));
        ManycordParams {
            document: Document::new(instance.clone(), board.clone()),
            board,
            window: Arc::default(),
        }
    }
}

impl Board {
    /// Macros stand where the first patch says, which is their default at the host, too.
    fn new(instance: &Arc<Instance>) -> Board {
        let mut starts = vec![0.0; MACROS];
        let session = instance.session();
        for entry in &session.patch().macros {
            let place = usize::from(entry.index).wrapping_sub(1);
            if let (Some(start), Some(value)) = (starts.get_mut(place), stand(session.patch(), entry)) {
                *start = value;
            }
        }
        drop(session);
        let knobs = starts.iter().enumerate().map(|(place, start)| Knob::new(place, *start, instance));
        let cells = || starts.iter().map(|start| AtomicU32::new(start.to_bits())).collect();
        Board { knobs: knobs.collect(), noted: cells(), told: cells() }
    }

    /// Macro `place` (0…127) as the host's param.
    pub(crate) fn param(&self, place: usize) -> Option<&FloatParam> {
        self.knobs.get(place).map(|knob| &knob.value)
    }

    /// Where each macro sounds, 0…1, the host's modulation included.
    pub(crate) fn sounding(&self) -> impl Iterator<Item = f32> {
        self.knobs.iter().map(|knob| knob.value.modulated_plain_value())
    }

    // Ordering in the two below: values that stand for themselves; both are called under the session's lock.

    /// Macros (0…127) that the host has moved since the document noted them, and where they stand now.
    pub(crate) fn take_moved(&self) -> impl Iterator<Item = (usize, f32)> {
        self.knobs.iter().enumerate().filter_map(|(place, knob)| {
            let value = knob.value.unmodulated_plain_value();
            let moved = self.noted[place].swap(value.to_bits(), Ordering::Relaxed) != value.to_bits();
            if moved {
                self.told[place].store(value.to_bits(), Ordering::Relaxed);
            }
            moved.then_some((place, value))
        })
    }

    /// Whether the host must be told that the document has moved a macro: says so once.
    pub(crate) fn is_news(&self, place: usize, value: f32) -> bool {
        let differs = |cells: &[AtomicU32]| {
            cells.get(place).is_some_and(|cell| cell.load(Ordering::Relaxed) != value.to_bits())
        };
        let news = differs(&self.noted) && differs(&self.told);
        if news {
            self.told[place].store(value.to_bits(), Ordering::Relaxed);
        }
        news
    }
}

impl Knob {
    fn new(place: usize, start: f32, instance: &Arc<Instance>) -> Knob {
        let (shows, reads) = (instance.clone(), instance.clone());
        let range = FloatRange::Linear { min: 0.0, max: 1.0 };
        let value = FloatParam::new(format!("Macro {}", place + 1), start, range)
            .with_value_to_string(Arc::new(move |value| {
                let text = shows.guard("showing a macro", || shows.texts.text(place, value));
                text.unwrap_or_default()
            }))
            .with_string_to_value(Arc::new(move |text| {
                reads.guard("reading a macro", || reads.texts.parse(place, text)).flatten()
            }));
        Knob { value }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_stable_and_defaults_are_the_first_patchs() {
        let instance = Instance::new();
        let params = ManycordParams::new(&instance);
        let ids: Vec<String> = params.param_map().into_iter().map(|(id, _, _)| id).collect();
        let wanted: Vec<String> = (1..=128).map(|number| format!("macro_{number}")).collect();
        assert_eq!(ids, wanted);
        assert_eq!(params.board.take_moved().count(), 0);
        let news = |value| params.board.is_news(127, value);
        assert_eq!([news(0.0), news(0.5), news(0.5), news(0.75)], [false, true, false, true]);
        let cutoff = params.board.sounding().next().expect("the first macro");
        assert_eq!(instance.texts.text(0, cutoff), "480 Hz");
    }
}
