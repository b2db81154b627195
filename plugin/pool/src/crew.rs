//! The workers' threads: hired, replaced, dismissed.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use crate::homes::Search;
use crate::queue::Queue;
use crate::seat::Seat;
use crate::shared::Shared;
use crate::slot::Token;
use crate::sync::atomic::Ordering;
use crate::sync::thread::{self, JoinHandle};
use crate::sync::{Mutex, mpsc};
use crate::system::{self, Identity};
use crate::worker::Worker;

/// How workers' threads are named, before their number.
pub(crate) const THREAD_NAME: &str = "manycord-w";
/// Places for workers that replace others, beyond those that a pool starts with.
pub(crate) const SPARES: usize = 32;
/// How long threads that were given up may take to end when the pool does, in ns.
const LAST_WAIT_NS: u64 = 20_000_000;

/// Place and queue of a worker that does not exist yet.
type Vacancy = (usize, Queue<Token>);

/// A worker's thread.
#[derive(Debug)]
struct Hand {
    place: usize,
    identity: Identity,
    thread: JoinHandle<Vacancy>,
}

impl Hand {
    /// Whether the thread has returned, or is gone without.
    fn has_ended(&self) -> bool {
        self.thread.is_finished() || !self.identity.lives()
    }

    /// Waits for the end of a thread that is about to end, and frees what it had; its place if it left one.
    fn bury(self) -> Option<Vacancy> {
        if self.identity.lives() || self.thread.is_finished() {
            // A worker ends without a panic: tasks' panics are caught.
            let vacancy = self.thread.join().ok();
            self.identity.wait_until_gone();
            vacancy
        } else {
            system::reap(self.thread);
            None
        }
    }
}

/// The threads of a pool.
pub(crate) struct Crew {
    shared: Arc<Shared>,
    vacancies: Mutex<Vec<Vacancy>>,
    hands: Mutex<Vec<Hand>>,
    /// Threads that were given up and have not been seen to end.
    lost: Mutex<Vec<Hand>>,
    process: u32,
}

impl Crew {
    pub(crate) fn new(shared: Arc<Shared>, vacancies: Vec<Vacancy>) -> Crew {
        Crew {
            shared,
            vacancies: Mutex::new(vacancies),
            hands: Mutex::new(Vec::new()),
            lost: Mutex::new(Vec::new()),
            process: std::process::id(),
        }
    }

    /// Starts a worker and waits until it has set itself up. Returns whether the system gave a thread.
    pub(crate) fn hire(&self) -> bool {
        self.hire_all(1) == 1
    }

    /// Starts so many workers at once and waits until all have set themselves up. Returns how many there are.
    pub(crate) fn hire_all(&self, count: usize) -> usize {
        let (tell, told) = mpsc::channel();
        let mut started = 0;
        for _ in 0..count {
            let Some((place, queue)) = lock(&self.vacancies).pop() else { break };
            let (shared, tell) = (self.shared.clone(), tell.clone());
            self.shared.use_place(place);
            let body = move || {
                let seat = Seat::worker(place + 1, shared.places[place].station.clone());
                let worker = Worker { shared, seat, queue, search: Search::new() };
                worker.work(|| {
                    worker.shared.live.fetch_add(1, Ordering::Release);
                    // Nobody listens any more only if the hiring thread is gone.
                    let _ = tell.send((place, Identity::current()));
                });
                let Worker { shared, queue, .. } = worker;
                shared.places[place].station.leave();
                shared.ring();
                (place, queue)
            };
            let thread = thread::Builder::new().name(format!("{THREAD_NAME}{}", place + 1));
            let Ok(thread) = thread.stack_size(STACK).spawn(body) else { break };
            started += 1;
            // The thread is known by its identity before anyone can ask for it.
            lock(&self.hands).push(Hand { place, identity: Identity::none(), thread });
        }
        for _ in 0..started {
            let Ok((place, identity)) = told.recv() else { break };
            if let Some(hand) = lock(&self.hands).iter_mut().find(|hand| hand.place == place) {
                hand.identity = identity;
            }
        }
        started
    }

    /// Who works at a place.
    pub(crate) fn identity(&self, place: usize) -> Option<Identity> {
        lock(&self.hands).iter().find(|hand| hand.place == place).map(|hand| hand.identity)
    }

    /// A worker's thread does not come back: another takes over, and it gets what nobody else wants of the processor.
    /// Returns whether it still runs.
    pub(crate) fn replace(&self, place: usize) -> bool {
        let hand = {
            let mut hands = lock(&self.hands);
            let found = hands.iter().position(|hand| hand.place == place);
            found.map(|found| hands.swap_remove(found))
        };
        let lives = hand.as_ref().is_some_and(|hand| hand.identity.lives());
        match hand {
            Some(hand) if lives => {
                system::demote(hand.identity);
                lock(&self.lost).push(hand);
            }
            Some(hand) => drop(hand.bury()),
            None => {}
        }
        self.hire();
        // Only now: a caller that finds no worker at all runs guarded tasks itself.
        self.shared.live.fetch_sub(1, Ordering::Relaxed);
        lives
    }

    /// Whether a thread that was given up has ended.
    pub(crate) fn has_ended(&self, place: usize) -> bool {
        let mut lost = lock(&self.lost);
        let Some(found) = lost.iter().position(|hand| hand.place == place) else { return true };
        if !lost[found].has_ended() {
            return false;
        }
        let hand = lost.swap_remove(found);
        drop(lost);
        lock(&self.vacancies).extend(hand.bury());
        true
    }

    /// Ends all threads, once they were told to stop: those of the crew at once; one that was given up and is still
    /// stuck keeps the library in memory instead, since it runs in it. In a child of a fork there are no threads to end.
    pub(crate) fn dismiss(&self) {
        if self.process != std::process::id() {
            lock(&self.hands).drain(..).for_each(std::mem::forget);
            lock(&self.lost).drain(..).for_each(std::mem::forget);
            return;
        }
        lock(&self.hands).drain(..).for_each(|hand| drop(hand.bury()));
        let begun = self.shared.clock.ns();
        let mut lost = lock(&self.lost);
        while !lost.iter().all(Hand::has_ended) && self.shared.clock.ns() - begun < LAST_WAIT_NS {
            thread::sleep(Duration::from_millis(1));
        }
        for hand in lost.drain(..) {
            if hand.has_ended() {
                hand.bury();
            } else {
                system::stay_loaded();
            }
        }
    }

    /// Whether the threads are in this process: not in a child of a fork.
    pub(crate) fn is_here(&self) -> bool {
        self.process == std::process::id()
    }
}

/// Bytes of a worker's stack; what is not touched costs nothing.
const STACK: usize = 1 << 20;

/// Locks, also after a panic of another holder: every list is whole between two calls.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> crate::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
