//! What is counted, and where the first counted call came from. Nothing here allocates: the thread-local flags are
//! plain constants without destructors, and a preloaded library's thread-locals lie in the thread's static block.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

thread_local! {
    /// Whether calls of this thread are counted.
    pub static WATCHED: Cell<bool> = const { Cell::new(false) };
    /// Whether this thread is known to be a worker.
    static WORKER: Cell<bool> = const { Cell::new(false) };
    /// How often this thread's name was looked at: it gets it soon after it has begun.
    static LOOKS: Cell<u32> = const { Cell::new(0) };
    /// Keeps what `backtrace` allocates from being counted, and from looking for its own origin.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Whether calls on workers are counted.
pub static ARMED: AtomicBool = AtomicBool::new(false);
/// Calls counted so far.
pub static COUNT: AtomicU64 = AtomicU64::new(0);

/// Looks at a thread's name after which it stays what it is: the look is a system call.
const MOST_LOOKS: u32 = 64;

/// Frames of the first counted call that are kept.
const DEPTH: usize = 32;
static FIRST: [AtomicUsize; DEPTH] = [const { AtomicUsize::new(0) }; DEPTH];

unsafe extern "C" {
    fn backtrace(addresses: *mut *mut libc::c_void, room: libc::c_int) -> libc::c_int;
}

/// Called for each allocation and free.
#[inline]
pub fn note() {
    let counts = WATCHED.get() || ARMED.load(Ordering::Relaxed) && is_worker();
    if !counts || INSIDE.replace(true) {
        return;
    }
    if COUNT.fetch_add(1, Ordering::SeqCst) == 0 {
        remember();
    }
    INSIDE.set(false);
}

fn is_worker() -> bool {
    if WORKER.get() || LOOKS.get() == MOST_LOOKS {
        return WORKER.get();
    }
    LOOKS.set(LOOKS.get() + 1);
    let mut name = [0u8; 16];
    // SAFETY: PR_GET_NAME writes at most 16 bytes, which `name` holds.
    unsafe { libc::prctl(libc::PR_GET_NAME, name.as_mut_ptr()) };
    let found = name.starts_with(b"manycord-w");
    WORKER.set(found);
    found
}

fn remember() {
    let mut addresses = [std::ptr::null_mut(); DEPTH];
    // SAFETY: the array has room for `DEPTH` addresses.
    let count = unsafe { backtrace(addresses.as_mut_ptr(), DEPTH as libc::c_int) };
    for (slot, address) in FIRST.iter().zip(addresses).take(usize::try_from(count).unwrap_or(0)) {
        slot.store(address as usize, Ordering::Relaxed);
    }
}

/// Return addresses of the first counted call; empty when there was none.
pub fn first() -> impl ExactSizeIterator<Item = usize> {
    let known = FIRST.iter().take_while(|slot| slot.load(Ordering::Relaxed) != 0).count();
    FIRST[..known].iter().map(|slot| slot.load(Ordering::Relaxed))
}
