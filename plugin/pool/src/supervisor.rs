//! Looks after runs that their clients have left for being late: waits for them, or finds out who is stuck, gives the
//! run up and replaces the thread.
//!
//! A late run is not a stuck one: the machine may be busy with something else. A worker is blamed when it has been in
//! the same part of the same task for a while *and* had the processor meanwhile, or waits for something; only much
//! later without either. A thread that has ended is blamed at once.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use crate::crew::{Crew, lock};
use crate::flow::Share;
use crate::shared::Shared;
use crate::slot::{Slot, Token};
use crate::station::Sight;
use crate::sync::atomic::Ordering;
use crate::sync::thread::{self, JoinHandle};
use crate::sync::{Mutex, mpsc};
use crate::system::Identity;

/// Time in one part of a task from which a worker can be stuck, in ns, counted from when its run was found late.
/// Longer where each step is interpreted.
const STUCK_NS: u64 = if cfg!(miri) { 500_000_000 } else { 15_000_000 };
/// Processor time within it that proves that the worker was not just kept waiting, in ns.
const STUCK_CPU_NS: u64 = 8_000_000;
/// Time from which no excuse counts, in ns.
const HOPELESS_NS: u64 = 1_000_000_000;
/// Between two looks.
const LOOK: Duration = Duration::from_millis(1);

/// What is called when a client's run was given up.
pub type Alarm = Arc<dyn Fn() + Send + Sync>;

/// A run that its client has left.
#[derive(Debug)]
pub(crate) struct Late {
    /// Slot and run.
    pub(crate) run: Token,
    pub(crate) share: Share,
}

/// Who is to be told, by slot.
pub(crate) type Alarms = Mutex<Vec<Option<Alarm>>>;

/// The supervisor's thread.
pub(crate) struct Supervisor {
    pub(crate) shared: Arc<Shared>,
    pub(crate) crew: Arc<Crew>,
    pub(crate) alarms: Arc<Alarms>,
}

/// A late run that is looked after.
struct Watch {
    late: Late,
    /// Workers on the run, by place.
    suspects: Vec<Suspect>,
    /// Whether the run was given up.
    given_up: bool,
    /// Places of workers that were given up with it; they may use the flow until they end.
    lost: Vec<usize>,
}

/// A worker on a late run.
struct Suspect {
    place: usize,
    sight: Sight,
    since_ns: u64,
    cpu_ns: u64,
}

impl Watch {
    /// Whether the client knows that its run was given up.
    fn is_told(&self) -> bool {
        self.given_up && self.suspects.is_empty()
    }
}

impl Supervisor {
    /// Starts the thread and waits until it runs; `None` where the system gives none.
    pub(crate) fn start(self) -> Option<JoinHandle<Identity>> {
        let (tell, told) = mpsc::channel();
        let body = move || {
            let identity = Identity::current();
            // Whoever starts it listens.
            let _ = tell.send(());
            self.work();
            identity
        };
        let thread = thread::Builder::new().name("manycord-super".into()).spawn(body).ok()?;
        told.recv().ok()?;
        Some(thread)
    }

    /// The thread's body.
    fn work(self) {
        let mut watches: Vec<Watch> = Vec::new();
        loop {
            let seen = self.shared.bell.seen();
            if self.shared.is_stopped() {
                break;
            }
            while let Some(late) = self.shared.late.pop() {
                watches.push(Watch { late, suspects: Vec::new(), given_up: false, lost: Vec::new() });
            }
            watches.retain_mut(|watch| self.look_after(watch));
            // A thread that comes back rings after it has left its station.
            let waits = watches.iter().all(|watch| watch.is_told() && !self.anyone_back(watch));
            self.shared.bell.sleep(seen, if waits { None } else { Some(LOOK) });
        }
        for watch in watches {
            if watch.lost.iter().any(|&place| !self.crew.has_ended(place)) {
                // Its thread still uses the flow.
                std::mem::forget(watch.late.share);
            }
        }
    }

    fn anyone_back(&self, watch: &Watch) -> bool {
        watch.lost.iter().any(|&place| self.shared.places[place].station.look().token().is_none())
    }

    fn slot(&self, watch: &Watch) -> &Slot {
        &self.shared.slots[watch.late.run.slot()]
    }

    /// Returns whether the run must be looked after further.
    fn look_after(&self, watch: &mut Watch) -> bool {
        if watch.is_told() {
            watch.lost.retain(|&place| !self.crew.has_ended(place));
            return !watch.lost.is_empty();
        }
        let slot = self.slot(watch);
        if !watch.given_up && !slot.phase.is_late_in(watch.late.run.run()) {
            // It ended after all, and its client went on.
            return false;
        }
        self.see_suspects(watch);
        let culprits: Vec<(usize, Sight)> = watch
            .suspects
            .iter()
            .filter(|suspect| self.is_stuck(suspect))
            .map(|suspect| (suspect.place, suspect.sight))
            .collect();
        if !watch.given_up {
            if culprits.is_empty() || !self.give_up(watch) {
                return true;
            }
            self.see_suspects(watch);
        }
        for (place, blamed) in culprits {
            self.retire(watch, place, blamed);
        }
        self.see_suspects(watch);
        if watch.suspects.is_empty() {
            self.tell(slot, watch.late.run.slot());
            return !watch.lost.is_empty();
        }
        true
    }

    /// Notes which workers are on the run, and since when each is where it is.
    fn see_suspects(&self, watch: &mut Watch) {
        let now = self.shared.clock.ns();
        let run = watch.late.run;
        let before = std::mem::take(&mut watch.suspects);
        for (place, seen) in self.shared.places_in_use().iter().enumerate() {
            let sight = seen.station.look();
            if watch.lost.contains(&place) || !sight.token().is_some_and(|token| token.same_run(run)) {
                continue;
            }
            let known =
                before.iter().find(|suspect| suspect.place == place && suspect.sight.is_same_part(sight));
            let (since_ns, cpu_ns) = known.map_or_else(
                || (now, self.crew.identity(place).map_or(0, |identity| identity.cpu_ns())),
                |known| (known.since_ns, known.cpu_ns),
            );
            watch.suspects.push(Suspect { place, sight, since_ns, cpu_ns });
        }
    }

    fn is_stuck(&self, suspect: &Suspect) -> bool {
        let Some(identity) = self.crew.identity(suspect.place) else { return true };
        if !identity.lives() {
            return true;
        }
        let time = self.shared.clock.ns() - suspect.since_ns;
        let had = identity.cpu_ns().saturating_sub(suspect.cpu_ns);
        time > HOPELESS_NS || time > STUCK_NS && (had > STUCK_CPU_NS || identity.is_blocked())
    }

    /// Ends the run for everyone but those who are in its jobs. Fails when it has ended by itself.
    fn give_up(&self, watch: &mut Watch) -> bool {
        let slot = self.slot(watch);
        if !slot.phase.condemn(watch.late.run.run()) {
            return false;
        }
        watch.given_up = true;
        slot.abandon(watch.late.run.run());
        for place in self.shared.places_in_use() {
            place.station.condemn(watch.late.run);
        }
        true
    }

    /// Gives up a worker that is still where it was found to be stuck.
    fn retire(&self, watch: &mut Watch, place: usize, blamed: Sight) {
        let station = &self.shared.places[place].station;
        let sight = station.look();
        let Some(token) = sight.token().filter(|_| sight.is_same_part(blamed)) else { return };
        if station.retire(sight) {
            watch.late.share.lost(token.task(), sight.part());
            if self.crew.replace(place) {
                watch.lost.push(place);
            } else {
                // On behalf of a thread that has ended; its place stays empty.
                station.leave();
            }
        }
    }

    /// Nobody touches the run's shared parts any more: its client may go on.
    fn tell(&self, slot: &Slot, number: usize) {
        self.shared.in_flight.fetch_sub(1, Ordering::Relaxed);
        slot.phase.wreck();
        let alarm = lock(&self.alarms)[number].clone();
        if let Some(alarm) = alarm {
            // What a client does on the alarm must not end the supervisor.
            let _ = catch_unwind(AssertUnwindSafe(|| alarm()));
        }
    }
}
