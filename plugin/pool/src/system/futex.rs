//! Sleeping on a word until it changes, as Linux does it.

use std::sync::atomic::AtomicU32;
use std::time::Duration;

/// Sleeps while `word` holds `value`, at most for `limit`. May return early.
pub(crate) fn wait(word: &AtomicU32, value: u32, limit: Option<Duration>) {
    let spec = limit.map(|limit| libc::timespec {
        tv_sec: limit.as_secs() as libc::time_t,
        tv_nsec: libc::c_long::from(limit.subsec_nanos() as i32),
    });
    let spec = spec.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
    let wait = libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG;
    // SAFETY: the word lives for the call, `spec` is null or points at a timespec that does, and the kernel
    // only compares and sleeps.
    unsafe { libc::syscall(libc::SYS_futex, word.as_ptr(), wait, value, spec) };
}

/// Wakes at most `count` sleepers.
pub(crate) fn wake(word: &AtomicU32, count: u32) {
    let wake = libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG;
    // SAFETY: the kernel uses the word's address only as a name.
    unsafe { libc::syscall(libc::SYS_futex, word.as_ptr(), wake, count.min(i32::MAX as u32)) };
}
