//! A worker against whoever gives its run, or itself, up.

use std::sync::Arc;

use loom::thread;

use super::{Handed, core, model, slot};
use crate::slot::{Slot, Token};
use crate::station::{Leave, Sight, Station};

struct Scene {
    slot: Arc<Slot>,
    station: Station,
    token: Token,
    /// The shared parts of the run.
    flow: Handed,
}

impl Scene {
    fn new() -> Arc<Scene> {
        let slot = slot();
        let run = slot.open(core(1), 1, 1);
        Arc::new(Scene { slot, station: Station::new(), token: Token::new(0, run, 0), flow: Handed::new() })
    }

    fn take_up(&self) -> bool {
        self.station.begin(self.token) && self.slot.goes_on(self.token.run())
    }

    fn give_up(&self) {
        self.slot.abandon(self.token.run());
        self.station.condemn(self.token);
    }

    fn sight_on_run(&self) -> Option<Sight> {
        let sight = self.station.look();
        sight.token().is_some_and(|token| token.same_run(self.token)).then_some(sight)
    }
}

/// Once nobody is seen on the run, its flow can be freed.
#[test]
fn nobody_is_in_a_run_that_was_given_up_once_its_stations_are_left() {
    model(4, || {
        let scene = Scene::new();
        let worker = {
            let scene = scene.clone();
            thread::spawn(move || {
                for task in 0..2 {
                    if scene.take_up() {
                        scene.flow.set(task);
                        if scene.station.finish() {
                            scene.flow.set(10 + task);
                        }
                    }
                    assert_eq!(scene.station.leave(), Leave::Free);
                }
            })
        };
        scene.give_up();
        while scene.sight_on_run().is_some() {
            thread::yield_now();
        }
        // Frees it: an access that is not ordered before this one is reported.
        scene.flow.set(99);
        worker.join().unwrap();
        assert_eq!(scene.flow.get(), 99);
    });
}

/// A part that was entered after the run was given up would be named wrongly, and would run on in a freed world.
#[test]
fn a_part_is_seen_or_refused() {
    model(4, || {
        let scene = Scene::new();
        assert!(scene.take_up());
        assert!(scene.station.enter(1));
        let worker = {
            let scene = scene.clone();
            thread::spawn(move || scene.station.enter(2))
        };
        scene.give_up();
        let sight = scene.sight_on_run().expect("the worker does not leave");
        let entered = worker.join().unwrap();
        assert!(!(entered && sight.part() == Some(1)), "part 2 goes on unseen");
    });
}

/// A task counts as ended, or its worker is given up, never both; a worker that was given up finds out.
#[test]
fn a_worker_counts_its_task_or_is_retired() {
    model(4, || {
        let scene = Scene::new();
        let worker = {
            let scene = scene.clone();
            thread::spawn(move || {
                let counted = scene.take_up() && scene.station.finish();
                (counted, scene.station.leave())
            })
        };
        scene.give_up();
        let retired = scene.sight_on_run().is_some_and(|sight| scene.station.retire(sight));
        let (counted, leave) = worker.join().unwrap();
        assert_eq!(leave == Leave::Retired, retired, "both know who is given up");
        assert!(!(counted && retired), "counted, and given up for it");
    });
}

/// Retired before its job has begun: it may begin nothing more, and still knows when it leaves.
#[test]
fn a_retired_worker_begins_nothing() {
    model(4, || {
        let scene = Scene::new();
        let worker = {
            let scene = scene.clone();
            thread::spawn(move || {
                let begun = [scene.take_up(), scene.take_up()];
                (begun, scene.station.leave())
            })
        };
        scene.give_up();
        let retired = scene.sight_on_run().is_some_and(|sight| scene.station.retire(sight));
        let (begun, leave) = worker.join().unwrap();
        assert_eq!(leave == Leave::Retired, retired, "both know who is given up");
        assert!(begun[0] || !begun[1], "a run that was given up goes on again");
    });
}
