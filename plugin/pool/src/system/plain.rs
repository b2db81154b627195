//! Other systems, and checkers that know nothing of threads' placement: the system decides.

use crate::sync::spin_loop;
use crate::sync::thread::JoinHandle;

/// The CPU that the calling thread runs on: not known.
pub(crate) fn current_cpu() -> i32 {
    -1
}

/// Which thread this is: not asked for here.
pub(crate) fn this_thread() -> usize {
    0
}

/// Gives the rest of the time slice to another thread.
pub(crate) fn give_way() {
    spin_loop();
}

/// Wake-ups are as precise as they are.
pub(crate) fn precise_timers() {}

/// Where a worker may run: left to the system.
pub(crate) struct Placement;

impl Placement {
    pub(crate) fn of_process() -> Placement {
        Placement
    }
    pub(crate) fn avoid(&mut self, _cpu: i32) {}
}

/// How a thread is scheduled: left to the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scheduling;

impl Scheduling {
    pub(crate) fn current() -> Scheduling {
        Scheduling
    }
    pub(crate) fn unpack(_word: u32) -> Scheduling {
        Scheduling
    }
    pub(crate) fn pack(self) -> u32 {
        0
    }
    pub(crate) fn apply(self) {}
}

/// A thread as others see it: always alive, and blamed by the clock alone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Identity;

impl Identity {
    pub(crate) fn current() -> Identity {
        Identity
    }
    pub(crate) fn none() -> Identity {
        Identity
    }
    pub(crate) fn lives(self) -> bool {
        true
    }
    pub(crate) fn wait_until_gone(self) {}
    pub(crate) fn cpu_ns(self) -> u64 {
        0
    }
    pub(crate) fn is_blocked(self) -> bool {
        true
    }
}

/// Frees what is kept of a thread that the system has ended; not known to happen here.
pub(crate) fn reap<T>(thread: JoinHandle<T>) {
    drop(thread.join());
}

/// Not possible here.
pub(crate) fn demote(_thread: Identity) {}

/// Not possible here.
pub(crate) fn stay_loaded() {}

/// Not known here.
pub(crate) fn workers_of_others(_own: usize) -> usize {
    0
}
