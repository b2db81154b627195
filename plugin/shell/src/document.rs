//! The patch in the host's project, as versioned TOML text.
//!
//! Macros are saved twice: as the host's params and as `value` in the patch. Saving first notes where the params
//! stand, so that both agree. Loading believes the patch: its values sound, and the params count as not moved
//! since, so that save, load and render give the same bits. A param that moves later moves its knobs.
//!
//! nice-plug loads on the thread that the host calls. It would load on the audio thread only if our own
//! editor asked it to, through `GuiContext::set_state`, which it never does: it edits the session.

use std::sync::Arc;

use manycord_engine::Patch;
use nice_plug::params::persist::PersistentField;

use crate::instance::Instance;
use crate::params::Board;

/// The document as a field of the host's state.
pub(crate) struct Document {
    instance: Arc<Instance>,
    board: Arc<Board>,
}

impl Document {
    pub(crate) fn new(instance: Arc<Instance>, board: Arc<Board>) -> Document {
        Document { instance, board }
    }

    /// Notes in the document where the host has moved macros to. Returns whether there was any.
    pub(crate) fn note_moved(&self) -> bool {
        let mut session = self.instance.session();
        let mut moved = false;
        for (place, value) in self.board.take_moved() {
            session.note_macro(place as u16 + 1, value);
            moved = true;
        }
        moved
    }

    fn load(&self, text: &str) {
        // nice-plug has set the params already; whatever becomes of the patch, they have not moved by hand.
        self.instance.begin_load();
        let mut session = self.instance.session();
        self.board.take_moved().for_each(drop);
        let patch = Patch::parse(text, "the host's state").map_err(|error| error.to_string());
        let loaded = patch.and_then(|patch| session.load(patch).map_err(|error| error.to_string()));
        if let Err(why) = loaded {
            drop(session);
            return self.refuse(&why);
        }
        self.instance.texts.follow(session.patch());
        self.instance.set_latency(session.latency());
    }

    fn refuse(&self, why: &str) {
        self.instance.notices.post(format!("the saved patch was not loaded, the old one plays on: {why}"));
    }
}

impl PersistentField<'_, String> for Document {
    fn set(&self, text: String) {
        self.instance.guard("loading a state", || self.load(&text));
    }

    fn map<F: Fn(&String) -> R, R>(&self, read: F) -> R {
        let text = self.instance.guard("saving the state", || {
            self.note_moved();
            self.instance.session().patch().to_toml()
        });
        read(&text.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::ManycordParams;
    use nice_plug::prelude::Params;

    #[test]
    fn a_state_is_saved_and_loaded() {
        let params = ManycordParams::new(&Instance::new());
        let saved = params.serialize_fields();
        let other = Instance::new();
        let into = ManycordParams::new(&other);
        other.session().edit(Patch::default()).expect("an empty patch compiles");
        into.deserialize_fields(&saved);
        assert_eq!(other.session().patch().name, "First Light");
        assert_eq!(into.serialize_fields(), saved);
        assert_eq!((other.loads(), other.notices.all().len()), (1, 0));
    }

    #[test]
    fn a_broken_state_leaves_the_patch_and_a_message() {
        let instance = Instance::new();
        let params = ManycordParams::new(&instance);
        let mut saved = params.serialize_fields();
        let text = saved["patch"].replace("kind = ", "kin = ");
        saved.insert("patch".into(), text);
        let before = instance.session().patch().clone();
        params.deserialize_fields(&saved);
        assert_eq!(*instance.session().patch(), before);
        let notices = instance.notices.all();
        assert!(notices.len() == 1 && notices[0].contains("the host's state:"), "{notices:?}");
    }
}
