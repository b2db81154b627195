//! Where threads sleep until there is news: a number that changes, and a count of sleepers.

use std::time::Duration;

use crate::sync::atomic::{AtomicU32, Ordering};

/// Sleepers, and how to wake them without a lock.
#[derive(Debug)]
pub(crate) struct Gate {
    /// Changes with all news; sleepers wait on it.
    generation: AtomicU32,
    sleepers: AtomicU32,
    bed: bed::Bed,
}

impl Gate {
    pub(crate) fn new() -> Gate {
        Gate { generation: AtomicU32::new(0), sleepers: AtomicU32::new(0), bed: bed::Bed::new() }
    }

    /// The number to pass to [`Gate::sleep`]: read it, look for work, then sleep.
    // SeqCst: a look that found nothing came after this read, so that news since then change the number.
    pub(crate) fn seen(&self) -> u32 {
        self.generation.load(Ordering::SeqCst)
    }

    /// Whether there is news since `seen`, at a glance.
    pub(crate) fn has_news(&self, seen: u32) -> bool {
        self.generation.load(Ordering::Relaxed) != seen
    }

    pub(crate) fn sleepers(&self) -> u32 {
        self.sleepers.load(Ordering::Relaxed)
    }

    /// Tells news; wakes as many sleepers as `wanted` says for their number. Returns how many were asked to wake.
    // SeqCst, with `sleep`: either the sleeper sees the new generation, or we see the sleeper. (Store, then
    // load on both sides: nothing weaker forbids that both miss.)
    pub(crate) fn announce(&self, wanted: impl FnOnce(u32) -> u32) -> u32 {
        self.generation.fetch_add(1, Ordering::SeqCst);
        let sleepers = self.sleepers.load(Ordering::SeqCst);
        let wake = if sleepers == 0 { 0 } else { wanted(sleepers).min(sleepers) };
        if wake > 0 {
            self.bed.wake(&self.generation, wake);
        }
        wake
    }

    /// Sleeps until there is news since `seen`, at most for `limit`. Returns whether there is.
    pub(crate) fn sleep(&self, seen: u32, limit: Option<Duration>) -> bool {
        self.sleepers.fetch_add(1, Ordering::SeqCst);
        if self.generation.load(Ordering::SeqCst) == seen {
            self.bed.wait(&self.generation, seen, limit);
        }
        self.sleepers.fetch_sub(1, Ordering::SeqCst);
        self.has_news(seen)
    }
}

#[cfg(all(target_os = "linux", not(any(miri, loom, shuttle))))]
mod bed {
    use std::sync::atomic::AtomicU32;
    use std::time::Duration;

    use crate::system::futex;

    /// The kernel keeps the list of sleepers.
    #[derive(Debug)]
    pub(super) struct Bed;

    impl Bed {
        pub(super) fn new() -> Bed {
            Bed
        }
        pub(super) fn wait(&self, word: &AtomicU32, value: u32, limit: Option<Duration>) {
            futex::wait(word, value, limit);
        }
        pub(super) fn wake(&self, word: &AtomicU32, count: u32) {
            futex::wake(word, count);
        }
    }
}

#[cfg(all(not(target_os = "linux"), not(any(miri, loom, shuttle))))]
mod bed {
    use std::sync::atomic::AtomicU32;
    use std::time::Duration;

    /// The system keeps the list of sleepers.
    #[derive(Debug)]
    pub(super) struct Bed;

    impl Bed {
        pub(super) fn new() -> Bed {
            Bed
        }
        pub(super) fn wait(&self, word: &AtomicU32, value: u32, limit: Option<Duration>) {
            match limit {
                None => atomic_wait::wait(word, value),
                // No timed wait here: doze in short naps.
                Some(limit) => std::thread::sleep(limit.min(Duration::from_micros(500))),
            }
        }
        pub(super) fn wake(&self, word: &AtomicU32, count: u32) {
            for _ in 0..count {
                atomic_wait::wake_one(word);
            }
        }
    }
}

/// A futex as checkers can follow it: comparing and falling asleep is one step, under a lock.
#[cfg(any(miri, loom, shuttle))]
mod bed {
    use std::time::Duration;

    #[cfg(loom)]
    use loom::sync::{Condvar, Mutex};
    #[cfg(shuttle)]
    use shuttle::sync::{Condvar, Mutex};
    #[cfg(miri)]
    use std::sync::{Condvar, Mutex};

    use crate::sync::atomic::{AtomicU32, Ordering};

    #[derive(Debug)]
    pub(super) struct Bed {
        lock: Mutex<()>,
        woken: Condvar,
    }

    impl Bed {
        pub(super) fn new() -> Bed {
            Bed { lock: Mutex::new(()), woken: Condvar::new() }
        }
        pub(super) fn wait(&self, word: &AtomicU32, value: u32, limit: Option<Duration>) {
            if cfg!(shuttle) && limit.is_some() {
                // Its waits never time out. A nap that may be over at any time is a chance for the others.
                return crate::sync::thread::yield_now();
            }
            let guard = self.lock.lock().expect("nobody panics with this lock");
            if word.load(Ordering::SeqCst) != value {
                return;
            }
            match limit {
                None => drop(self.woken.wait(guard)),
                Some(limit) => drop(self.woken.wait_timeout(guard, limit)),
            }
        }
        pub(super) fn wake(&self, _word: &AtomicU32, count: u32) {
            let _guard = self.lock.lock().expect("nobody panics with this lock");
            (0..count).for_each(|_| self.woken.notify_one());
        }
    }
}
