//! A late run is ended by its client or given up by the supervisor, and by one of them only.

use std::sync::Arc;

use loom::thread;

use super::{Handed, core, model, slot};
use crate::phase::{Phase, Stage};
use crate::slot::Slot;

struct Scene {
    slot: Arc<Slot>,
    phase: Phase,
    result: Handed,
}

impl Scene {
    fn new() -> Arc<Scene> {
        Arc::new(Scene { slot: slot(), phase: Phase::new(), result: Handed::new() })
    }

    fn open(&self, number: usize) -> u64 {
        self.slot.open(core(number), 0, 1)
    }

    /// As `Client::standing`, until the run is over.
    fn stand(&self) -> Stage {
        loop {
            match self.phase.stage() {
                Stage::Late if self.slot.ended() && self.phase.end() => return Stage::Free,
                Stage::Wrecked => {
                    self.phase.free();
                    return Stage::Wrecked;
                }
                _ => thread::yield_now(),
            }
        }
    }

    /// As the supervisor, when nobody is left in the run.
    fn give_up(&self, run: u64) -> bool {
        let condemned = self.phase.is_late_in(run) && self.phase.condemn(run);
        if condemned {
            self.slot.abandon(run);
            self.phase.wreck();
        }
        condemned
    }
}

#[test]
fn a_late_run_ends_or_is_wrecked() {
    model(4, || {
        let scene = Scene::new();
        let run = scene.open(1);
        let worker = {
            let scene = scene.clone();
            thread::spawn(move || {
                scene.result.set(7);
                scene.slot.leaf_ended();
            })
        };
        scene.phase.leave(run);
        let supervisor = {
            let scene = scene.clone();
            thread::spawn(move || scene.give_up(run))
        };
        let stage = scene.stand();
        if stage == Stage::Free {
            assert_eq!(scene.result.get(), 7, "the client sees what the run wrote");
        }
        assert_eq!(supervisor.join().unwrap(), stage == Stage::Wrecked, "client and supervisor agree");
        assert_eq!(scene.phase.stage(), Stage::Free);
        worker.join().unwrap();
    });
}

/// The supervisor is slow: by the time that it gives the first run up, the client may be late with the next.
#[test]
fn the_next_late_run_is_not_given_up_for_the_first() {
    model(4, || {
        let scene = Scene::new();
        let first = scene.open(1);
        scene.slot.leaf_ended();
        scene.phase.leave(first);
        let supervisor = {
            let scene = scene.clone();
            thread::spawn(move || scene.give_up(first))
        };
        let stage = scene.stand();
        let second = scene.open(2);
        scene.phase.leave(second);
        let given_up = supervisor.join().unwrap();
        assert_eq!(given_up, stage == Stage::Wrecked);
        assert!(scene.phase.is_late_in(second), "the second run is still the client's");
        assert!(scene.slot.goes_on(second));
    });
}
