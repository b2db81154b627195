//! What a worker does while it has no task: it looks out for work that is about to come, else it sleeps, and keeps off
//! the CPU of the thread that it works for.

use std::time::Duration;

use crate::config::IdlePolicy;
use crate::pace::PAUSE_NS;
use crate::stats::{Activity, Stopwatch};
use crate::sync::atomic::Ordering;
use crate::sync::{spin_loop, spins};
use crate::system::{Placement, Scheduling, current_cpu, give_way};
use crate::worker::Worker;

/// How long a worker looks for more after its last task when the call is over.
const GLANCE_NS: u64 = 3_000;
/// How much earlier than the next call is due a worker wants to be awake: calls come early as well as late.
const MARGIN_NS: u64 = 70_000;
/// Bounds of how late the system is expected to wake a worker.
const OVERSLEEP_NS: (u64, u64) = (5_000, 400_000);
/// How long a call that is due is waited for, or a task while a run goes on.
const VIGIL_NS: u64 = 450_000;
/// Least time between two moves to another CPU for a caller's sake.
const MOVE_EVERY_NS: u64 = 5_000_000;

/// What a worker keeps to itself.
pub(crate) struct Habits {
    pub(crate) placement: Placement,
    pub(crate) scheduling: u32,
    pub(crate) watch: Stopwatch,
    /// How late the system wakes it from a nap, as far as it knows.
    oversleep_ns: u64,
    moved_ns: u64,
}

impl Habits {
    pub(crate) fn new(now_ns: u64) -> Habits {
        Habits {
            placement: Placement::of_process(),
            scheduling: Scheduling::current().pack(),
            watch: Stopwatch::new(now_ns),
            oversleep_ns: 60_000,
            moved_ns: 0,
        }
    }

    /// How long before the next call a nap must end.
    fn early_ns(&self) -> u64 {
        MARGIN_NS + self.oversleep_ns
    }

    /// A nap ended so late. Up at once and down slowly: to be late costs more than to be early.
    fn overslept(&mut self, late_ns: u64) {
        let late = late_ns.clamp(OVERSLEEP_NS.0, OVERSLEEP_NS.1);
        if late > self.oversleep_ns {
            self.oversleep_ns += (late - self.oversleep_ns) / 4;
        } else {
            self.oversleep_ns -= (self.oversleep_ns - late) / 32;
        }
    }
}

impl Worker {
    /// Looks for work while some is about to come. Returns whether there may be some.
    pub(crate) fn linger(&self, habits: &mut Habits) -> bool {
        let shared = &*self.shared;
        let begun = shared.clock.ns();
        let generation = shared.gate.seen();
        let vigil = match shared.idle {
            IdlePolicy::Spin => u64::MAX,
            IdlePolicy::Anticipate if !self.is_needed() => GLANCE_NS,
            IdlePolicy::Anticipate => {
                let next_run = shared.pace.until_next_run().min(VIGIL_NS);
                let linger = if shared.pace.call_is_over() { GLANCE_NS } else { next_run };
                shared.pace.vigil(begun, habits.early_ns(), VIGIL_NS).max(linger)
            }
            IdlePolicy::Park => PAUSE_NS,
        };
        let mut found = false;
        loop {
            for _ in 0..spins(32) {
                spin_loop();
            }
            if shared.crowded {
                // Whoever holds a task may wait for this very CPU.
                give_way();
            }
            if shared.is_stopped() {
                break;
            }
            if shared.gate.has_news(generation) || self.anything() {
                found = true;
                break;
            }
            let now = shared.clock.ns();
            self.make_room(habits, now);
            let waited = now - begun;
            let busy = shared.in_flight.load(Ordering::Relaxed) > 0 && waited < VIGIL_NS && self.is_needed();
            if !(busy || waited < vigil) {
                break;
            }
        }
        self.lap(habits, Activity::Spin);
        found
    }

    /// Whether as many workers as this one's rank says can be of use: the others need not look out.
    fn is_needed(&self) -> bool {
        let workers = self.shared.workers().max(1) as usize;
        self.shared.pace.needs(((self.seat.number() - 1) % workers) as u64)
    }

    /// Leaves the CPU on which the last caller ran: it will come back there, and find this worker in its way.
    fn make_room(&self, habits: &mut Habits, now: u64) {
        let cpu = self.shared.caller_cpu.load(Ordering::Relaxed);
        let in_the_way = self.shared.placement && cpu >= 0 && cpu == current_cpu();
        if in_the_way && now - habits.moved_ns > MOVE_EVERY_NS {
            habits.moved_ns = now;
            habits.placement.avoid(cpu);
        }
    }

    fn anything(&self) -> bool {
        let mut slots = self.shared.slots_in_use().iter();
        slots.any(|slot| slot.has_roots() || !slot.outbox.is_empty() || !slot.stealer.is_empty())
            || self.shared.places_in_use().iter().any(|place| !place.stealer.is_empty())
    }

    /// Sleeps until there is news, or until shortly before the host's next call is due.
    pub(crate) fn sleep(&self, seen: u32, habits: &mut Habits) {
        let shared = &*self.shared;
        let begun = shared.clock.ns();
        let nap = match shared.idle {
            IdlePolicy::Anticipate if self.is_needed() => shared.pace.until_next(begun, habits.early_ns()),
            IdlePolicy::Anticipate | IdlePolicy::Park | IdlePolicy::Spin => None,
        };
        let woken = shared.gate.sleep(seen, nap.map(Duration::from_nanos));
        self.lap(habits, Activity::Park);
        if woken {
            let since = shared.announced_ns.load(Ordering::Relaxed);
            self.place().counters.woke(habits.watch.since(since));
        } else if let Some(nap) = nap {
            habits.overslept(habits.watch.since(begun + nap));
        }
    }
}
