//! What the parts of the rack see while a frame is drawn, and what they ask for. Nothing is changed while
//! drawing: the asks are answered when the frame is done.

use manycord_engine::patch::PortRef;
use manycord_engine::{ModuleReport, Patch};

use crate::edits::Edit;
use crate::ends::End;

/// What the user asked for.
pub(crate) enum Ask {
    /// A step of editing.
    Edit(Edit),
    /// A knob, in the param's own unit.
    Turn {
        param: PortRef,
        value: f32,
    },
    /// A host macro, 0…1.
    Macro {
        index: u16,
        value: f32,
    },
    /// Another version of the patch as a whole.
    Replace(Patch),
    /// Another patch, from its beginning.
    Load(Patch),
    Undo,
    Redo,
    /// The module browser.
    Browse,
    /// The patch as text.
    ShowText,
    /// Something to tell the user.
    Tell(String),
}

/// One frame's view of the session.
pub(crate) struct Desk<'a> {
    pub(crate) patch: &'a Patch,
    pub(crate) reports: &'a [ModuleReport],
    /// The end of a cable whose other end is to be chosen.
    pub(crate) pending: &'a mut Option<End>,
    pub(crate) asks: Vec<Ask>,
}

impl Desk<'_> {
    pub(crate) fn ask(&mut self, ask: Ask) {
        self.asks.push(ask);
    }

    pub(crate) fn edit(&mut self, edit: Edit) {
        self.ask(Ask::Edit(edit));
    }

    /// A click on an end: begins a cable, or ends the one that was begun.
    pub(crate) fn touch(&mut self, end: &End) {
        match self.pending.take() {
            Some(begun) if begun == *end => {}
            Some(begun) => match begun.join(end) {
                Some((from, to)) => self.edit(Edit::Connect { from, to }),
                None => *self.pending = Some(end.clone()),
            },
            None => *self.pending = Some(end.clone()),
        }
    }

    /// Whether a click on this end would finish the cable that was begun.
    pub(crate) fn invites(&self, end: &End) -> bool {
        self.pending.as_ref().is_some_and(|begun| begun.join(end).is_some())
    }
}
