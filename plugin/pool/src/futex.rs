//! Sleeping on a word until it changes.

use std::sync::atomic::AtomicU32;
use std::time::Duration;

/// Sleeps while `word` holds `value`, at most for `limit`. May return early.
#[cfg(target_os = "linux")]
pub(crate) fn wait(word: &AtomicU32, value: u32, limit: Option<Duration>) {
    let spec = limit.map(|limit| libc::timespec {
        tv_sec: limit.as_secs() as libc::time_t,
        tv_nsec: libc::c_long::from(limit.subsec_nanos() as i32),
    });
    let spec = spec.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
    // SAFETY: the word lives for the call, `spec` is null or points at a timespec that does, and the kernel
    // only compares and sleeps.
    unsafe {
        libc::syscall(
            libc::SYS_futex,
            word.as_ptr(),
            libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG,
            value,
            spec,
        );
    }
}

/// Wakes at most `count` sleepers.
#[cfg(target_os = "linux")]
pub(crate) fn wake(word: &AtomicU32, count: u32) {
    // SAFETY: the kernel uses the word's address only as a name.
    unsafe {
        libc::syscall(libc::SYS_futex, word.as_ptr(), libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG, count);
    }
}

/// Sleeps while `word` holds `value`, at most for `limit`. May return early.
#[cfg(not(target_os = "linux"))]
pub(crate) fn wait(word: &AtomicU32, value: u32, limit: Option<Duration>) {
    match limit {
        None => atomic_wait::wait(word, value),
        // No timed wait here: doze in short naps.
        Some(limit) => std::thread::sleep(limit.min(Duration::from_micros(500))),
    }
}

/// Wakes at most `count` sleepers.
#[cfg(not(target_os = "linux"))]
pub(crate) fn wake(word: &AtomicU32, count: u32) {
    for _ in 0..count {
        atomic_wait::wake_one(word);
    }
}
