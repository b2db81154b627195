//! What is on the heap, and how often the allocator was asked: the program's allocator, see `main.rs`.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};

/// The system's allocator, with a count.
pub struct Counting;

static COUNTS: AtomicBool = AtomicBool::new(false);
static LIVE: AtomicI64 = AtomicI64::new(0);
static CALLS: AtomicU64 = AtomicU64::new(0);

thread_local! {
    static CALLS_HERE: Cell<u64> = const { Cell::new(0) };
}

/// Counts from here on, on all threads.
pub fn count() {
    COUNTS.store(true, Ordering::SeqCst);
}

/// Bytes allocated and not freed since the count began.
pub fn live() -> i64 {
    LIVE.load(Ordering::SeqCst)
}

/// Allocations and frees since the count began, of all threads.
pub fn calls() -> u64 {
    CALLS.load(Ordering::SeqCst)
}

/// The same of the calling thread.
pub fn calls_here() -> u64 {
    CALLS_HERE.get()
}

/// Whether an allocation is seen: this is the program's allocator, and it counts.
pub fn is_counted() -> bool {
    let before = calls_here();
    drop(black_box(Box::new(before)));
    calls_here() == before + 2
}

// Ordering: the sums stand for themselves; whoever reads them has joined or stopped the threads that it asks about.
fn note(bytes: i64) {
    if COUNTS.load(Ordering::Relaxed) {
        LIVE.fetch_add(bytes, Ordering::Relaxed);
        CALLS.fetch_add(1, Ordering::Relaxed);
        CALLS_HERE.set(CALLS_HERE.get() + 1);
    }
}

// SAFETY: every call is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(layout.size() as i64);
        // SAFETY: as the caller promised us.
        unsafe { System.alloc(layout) }
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        note(layout.size() as i64);
        // SAFETY: as the caller promised us.
        unsafe { System.alloc_zeroed(layout) }
    }
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        note(size as i64 - layout.size() as i64);
        // SAFETY: as the caller promised us.
        unsafe { System.realloc(pointer, layout, size) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        note(-(layout.size() as i64));
        // SAFETY: as the caller promised us.
        unsafe { System.dealloc(pointer, layout) }
    }
}
