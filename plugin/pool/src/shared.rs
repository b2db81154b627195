//! What all threads of a pool see.

use std::sync::Arc;

use crossbeam_queue::ArrayQueue;

use crate::client::Hint;
use crate::clock::Clock;
use crate::config::{Config, IdlePolicy};
use crate::gate::Gate;
use crate::pace::Pace;
use crate::queue::Stealer;
use crate::slot::{SLOTS, Slot, Token};
use crate::station::Station;
use crate::stats::Counters;
use crate::supervisor::Late;
use crate::sync::atomic::{AtomicBool, AtomicI32, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use crate::system::usable_cpus;

/// A worker's place as the others see it.
pub(crate) struct Place {
    /// Other side of the worker's queue.
    pub(crate) stealer: Stealer<Token>,
    pub(crate) station: Arc<Station>,
    pub(crate) counters: Counters,
}

/// The shared state of a pool.
pub(crate) struct Shared {
    pub(crate) slots: Box<[Slot]>,
    /// Slots that have ever been used: the others need not be looked at.
    slots_used: AtomicUsize,
    /// Workers' places, the first for seat 1; there are more than workers, for those who replace others.
    pub(crate) places: Box<[Place]>,
    places_used: AtomicUsize,
    /// Workers that have set themselves up and were not given up.
    pub(crate) live: AtomicU32,
    /// News of runs; workers sleep on it.
    pub(crate) gate: Gate,
    /// When the gate was last opened, by the pool's clock.
    pub(crate) announced_ns: AtomicU64,
    /// News for the supervisor.
    pub(crate) bell: Gate,
    /// Runs that their clients have left.
    pub(crate) late: ArrayQueue<Late>,
    /// Runs that are going on.
    pub(crate) in_flight: AtomicU32,
    stop: AtomicBool,
    /// CPU of the thread that called last.
    pub(crate) caller_cpu: AtomicI32,
    /// Where the next search for work starts.
    pub(crate) turn: AtomicU32,
    pub(crate) idle: IdlePolicy,
    pub(crate) eager: bool,
    pub(crate) placement: bool,
    /// There are more threads than CPUs, so that one that looks out for work keeps another from its task.
    pub(crate) crowded: bool,
    pub(crate) pace: Pace,
    pub(crate) clock: Clock,
}

impl Shared {
    pub(crate) fn new(
        config: &Config,
        slots: impl Iterator<Item = Stealer<Token>>,
        places: impl Iterator<Item = Stealer<Token>>,
    ) -> Shared {
        Shared {
            slots: slots.map(Slot::new).collect(),
            slots_used: AtomicUsize::new(0),
            places: places
                .map(|stealer| Place {
                    stealer,
                    station: Arc::new(Station::new()),
                    counters: Counters::default(),
                })
                .collect(),
            places_used: AtomicUsize::new(0),
            live: AtomicU32::new(0),
            gate: Gate::new(),
            announced_ns: AtomicU64::new(0),
            bell: Gate::new(),
            late: ArrayQueue::new(2 * SLOTS),
            in_flight: AtomicU32::new(0),
            stop: AtomicBool::new(false),
            caller_cpu: AtomicI32::new(-1),
            turn: AtomicU32::new(0),
            idle: config.idle,
            eager: config.eager,
            placement: config.placement,
            crowded: config.worker_count() >= usable_cpus(),
            pace: Pace::new(),
            clock: Clock::new(),
        }
    }

    /// Workers that can be counted on.
    pub(crate) fn workers(&self) -> u32 {
        self.live.load(Ordering::Relaxed)
    }

    pub(crate) fn use_slot(&self, slot: usize) {
        self.slots_used.fetch_max(slot + 1, Ordering::Relaxed);
    }

    pub(crate) fn use_place(&self, place: usize) {
        self.places_used.fetch_max(place + 1, Ordering::Relaxed);
    }

    pub(crate) fn slots_in_use(&self) -> &[Slot] {
        &self.slots[..self.slots_used.load(Ordering::Relaxed).min(self.slots.len())]
    }

    pub(crate) fn places_in_use(&self) -> &[Place] {
        &self.places[..self.places_used.load(Ordering::Relaxed).min(self.places.len())]
    }

    pub(crate) fn anyone_awake(&self) -> bool {
        self.gate.sleepers() < self.workers()
    }

    /// A run of a slot has work for `helpers` workers: wakes as many as are not awake and free already.
    pub(crate) fn announce(&self, helpers: u32, slot: usize) {
        self.announced_ns.store(self.clock.ns(), Ordering::Relaxed);
        self.gate.announce(|sleepers| {
            let awake = self.workers().saturating_sub(sleepers);
            helpers.saturating_sub(awake.saturating_sub(self.busy_elsewhere(slot)))
        });
    }

    /// Workers on runs of other slots, at a glance.
    fn busy_elsewhere(&self, slot: usize) -> u32 {
        let slots = self.places_in_use().iter().filter_map(|place| place.station.busy_with());
        slots.filter(|&busy| busy != slot).count() as u32
    }

    /// A run that the caller does alone: wakes workers now and then, so that they are there for the next.
    pub(crate) fn rouse_for_next(&self, hint: &Hint, slot: usize) {
        if self.idle != IdlePolicy::Park
            && self.workers() > 0
            && !self.anyone_awake()
            && self.pace.should_rouse(hint, self.clock.ns())
        {
            self.announce(hint.useful.saturating_sub(1), slot);
        }
    }

    /// Tells all threads to end.
    pub(crate) fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
        // The changes of the gates' numbers publish the flag: who has read the new number sees it.
        self.gate.announce(|sleepers| sleepers);
        self.ring();
    }

    /// Whether the threads are to end. To be asked after the gate's number was read and before sleeping on it.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Calls the supervisor.
    pub(crate) fn ring(&self) {
        self.bell.announce(|sleepers| sleepers);
    }
}
