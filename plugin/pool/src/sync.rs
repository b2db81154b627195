//! Atomics, locks and threads: the system's, or those of a checker that tries their interleavings.
//!
//! `--cfg loom` swaps the atomics for loom's, which explores weak memory; `--cfg shuttle` swaps atomics, locks and
//! threads for shuttle's, which runs the whole pool under random schedules. See `README.md`, "Checked by".

#[cfg(loom)]
#[path = "sync/sequential.rs"]
pub(crate) mod atomic;
#[cfg(shuttle)]
pub(crate) use shuttle::sync::atomic;
#[cfg(not(any(loom, shuttle)))]
pub(crate) use std::sync::atomic;

#[cfg(shuttle)]
pub(crate) use shuttle::sync::{Mutex, MutexGuard};
#[cfg(not(shuttle))]
pub(crate) use std::sync::{Mutex, MutexGuard};

#[cfg(shuttle)]
pub(crate) use shuttle::sync::mpsc;
#[cfg(not(shuttle))]
pub(crate) use std::sync::mpsc;

#[cfg(shuttle)]
pub(crate) mod thread;
#[cfg(not(shuttle))]
pub(crate) use std::thread;

#[cfg(loom)]
pub(crate) use loom::hint::spin_loop;
#[cfg(shuttle)]
pub(crate) use shuttle::thread::yield_now as spin_loop;
#[cfg(not(any(loom, shuttle)))]
pub(crate) use std::hint::spin_loop;

/// How often to spin between two looks at the clock. Once where each turn is a step of a checker's schedule.
pub(crate) const fn spins(usual: u32) -> u32 {
    if cfg!(any(shuttle, miri)) { 1 } else { usual }
}
