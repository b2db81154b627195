//! What all threads of one instance share.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use manycord_engine::{Patch, Session};
use manycord_modules::CATALOG;

use crate::macros::MacroTexts;
use crate::notice::{Notices, panic_text};
use crate::patches;

/// Shared by the host's threads, the editor's and the keeper's. The audio thread reads the atomics only.
pub(crate) struct Instance {
    pub(crate) session: Arc<Mutex<Session>>,
    pub(crate) texts: MacroTexts,
    pub(crate) notices: Notices,
    /// Counts states loaded by the host.
    loads: AtomicU32,
    /// The newest latency in frames.
    latency: AtomicU32,
    /// Whether `process` has panicked since the keeper last looked.
    panicked: AtomicBool,
}

impl Instance {
    /// With the patch that a fresh instance plays; with an empty one if that is broken.
    pub(crate) fn new() -> Arc<Instance> {
        let notices = Notices::default();
        let init = Patch::parse(patches::INIT.text, "init.toml").map_err(|error| error.to_string());
        let session = init.and_then(|patch| Session::new(patch, CATALOG).map_err(|error| error.to_string()));
        let session = session.unwrap_or_else(|error| {
            notices.post(format!("the first patch is broken, the rack is empty: {error}"));
            Session::new(Patch::default(), CATALOG).expect("an empty patch compiles")
        });
        let instance = Instance {
            latency: AtomicU32::new(session.latency()),
            session: Arc::new(Mutex::new(session)),
            texts: MacroTexts::default(),
            notices,
            loads: AtomicU32::new(0),
            panicked: AtomicBool::new(false),
        };
        instance.texts.follow(instance.session().patch());
        Arc::new(instance)
    }

    /// The document; never from the audio thread. A panic in another thread's edit leaves it usable: the
    /// session takes a new patch in whole or not at all.
    pub(crate) fn session(&self) -> MutexGuard<'_, Session> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs what a host called, so that a panic ends here and not in the host, which it would take down.
    /// Locks only if there is a panic.
    pub(crate) fn guard<T>(&self, what: &str, call: impl FnOnce() -> T) -> Option<T> {
        let caught = catch_unwind(AssertUnwindSafe(call));
        caught.map_err(|panic| self.note_panic(what, panic_text(&*panic))).ok()
    }

    fn note_panic(&self, what: &str, said: &str) {
        self.notices.post(format!("{what} failed inside Manycord: {said}. Please report it with the log."));
    }

    // Ordering of the three below: each value stands for itself, except that `begin_load` comes before the
    // plan that it announces (which the engine's queue publishes with Release).

    /// A state is about to be loaded: macros now stand where the host's params say, without having moved.
    pub(crate) fn begin_load(&self) {
        self.loads.fetch_add(1, Ordering::Release);
    }

    pub(crate) fn loads(&self) -> u32 {
        self.loads.load(Ordering::Acquire)
    }

    pub(crate) fn set_latency(&self, frames: u32) {
        self.latency.store(frames, Ordering::Relaxed);
    }

    pub(crate) fn latency(&self) -> u32 {
        self.latency.load(Ordering::Relaxed)
    }

    /// `process` has panicked; the keeper will tell the player.
    pub(crate) fn flag_panic(&self) {
        self.panicked.store(true, Ordering::Relaxed);
    }

    pub(crate) fn take_panic(&self) -> bool {
        self.panicked.swap(false, Ordering::Relaxed)
    }
}
