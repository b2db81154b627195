//! A library for `LD_PRELOAD` that stands between a process and the C allocator of glibc and counts the calls that
//! an audio thread must not make, whoever makes them: Rust, C, or the dynamic linker.
//!
//! Counted are calls on a thread between [`manycord_count_begin`] and [`manycord_count_end`], and, while armed by
//! [`manycord_count_arm`], calls on every thread whose name starts with `manycord-w`. The process finds these
//! functions with `dlsym`. On other systems the library is empty.
#![cfg(target_os = "linux")]

mod allocator;
mod tally;

use std::sync::atomic::Ordering;

/// From here on every call of this thread is counted.
#[unsafe(no_mangle)]
pub extern "C" fn manycord_count_begin() {
    tally::WATCHED.set(true);
}

/// Calls of this thread are no longer counted.
#[unsafe(no_mangle)]
pub extern "C" fn manycord_count_end() {
    tally::WATCHED.set(false);
}

/// Whether calls on pool workers are counted.
#[unsafe(no_mangle)]
pub extern "C" fn manycord_count_arm(armed: bool) {
    tally::ARMED.store(armed, Ordering::SeqCst);
}

/// Calls counted since the process began.
#[unsafe(no_mangle)]
pub extern "C" fn manycord_count_read() -> u64 {
    tally::COUNT.load(Ordering::SeqCst)
}

/// Return addresses of the first counted call, innermost first; returns how many were written, at most `room`.
///
/// # Safety
/// `addresses` must be valid for writes of `room` values.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn manycord_count_first(addresses: *mut usize, room: usize) -> usize {
    let found = tally::first();
    let count = found.len().min(room);
    for (place, address) in found.take(count).enumerate() {
        // SAFETY: `place` is below `room`, for which the caller vouches.
        unsafe { addresses.add(place).write(address) };
    }
    count
}
