//! A client's place in the pool: the run that is going on, if any, and how to claim its tasks.

use std::sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, AtomicU32, AtomicU64, Ordering};

use crossbeam_deque::Stealer;
use crossbeam_queue::ArrayQueue;
use crossbeam_utils::CachePadded;

use crate::flow::Core;

/// A task of the run in a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) slot: u32,
    pub(crate) task: u32,
}

/// Tasks that workers can hand to a caller who has nothing to do.
const INBOX: usize = 64;

/// Bits of the cursor's fields: run number, number of roots, next root.
const ROOT_BITS: u32 = 20;
const ROOT_MASK: u64 = (1 << ROOT_BITS) - 1;

/// One client's place.
pub(crate) struct Slot {
    /// Which run it is, how many roots it has and which comes next: one word, so that claiming a root proves
    /// that the run is the one that was read.
    cursor: CachePadded<AtomicU64>,
    /// Leaves that have not ended.
    left: CachePadded<AtomicU32>,
    core: AtomicPtr<Core>,
    /// The caller has nothing to do and asks for a task.
    pub(crate) hungry: AtomicBool,
    pub(crate) inbox: ArrayQueue<u32>,
    /// Other side of the caller's queue.
    pub(crate) stealer: Stealer<Token>,
    panics: AtomicU32,
    /// CPU on which the caller runs, −1 while no run is going on.
    pub(crate) cpu: AtomicI32,
}

impl Slot {
    pub(crate) fn new(stealer: Stealer<Token>) -> Slot {
        Slot {
            cursor: CachePadded::new(AtomicU64::new(0)),
            left: CachePadded::new(AtomicU32::new(0)),
            core: AtomicPtr::new(std::ptr::null_mut()),
            hungry: AtomicBool::new(false),
            inbox: ArrayQueue::new(INBOX),
            stealer,
            panics: AtomicU32::new(0),
            cpu: AtomicI32::new(-1),
        }
    }

    /// Opens a run: from here on its roots can be claimed. Only the slot's client calls this, and only when
    /// the run before has ended.
    pub(crate) fn open(&self, core: *const Core, roots: usize, leaves: u32) {
        self.core.store(core.cast_mut(), Ordering::Relaxed);
        self.left.store(leaves, Ordering::Relaxed);
        self.panics.store(0, Ordering::Relaxed);
        let run = (self.cursor.load(Ordering::Relaxed) >> (2 * ROOT_BITS)).wrapping_add(1);
        let word = run << (2 * ROOT_BITS) | (roots as u64) << ROOT_BITS;
        // Release: pairs with the acquire of `claim`; who claims a root sees the core, the count and all that
        // the caller staged.
        self.cursor.store(word, Ordering::Release);
    }

    /// Whether a root can be claimed, at a glance.
    pub(crate) fn has_roots(&self) -> bool {
        let word = self.cursor.load(Ordering::Relaxed);
        word & ROOT_MASK < word >> ROOT_BITS & ROOT_MASK
    }

    /// Claims the next root of the run, by its place. The run cannot end before the claimed task has.
    pub(crate) fn claim(&self) -> Option<usize> {
        let mut word = self.cursor.load(Ordering::Relaxed);
        while word & ROOT_MASK < word >> ROOT_BITS & ROOT_MASK {
            // Acquire: pairs with the release of `open`. The read-modify-writes between keep its release
            // sequence going.
            match self.cursor.compare_exchange_weak(word, word + 1, Ordering::Acquire, Ordering::Relaxed) {
                Ok(_) => return Some((word & ROOT_MASK) as usize),
                Err(now) => word = now,
            }
        }
        None
    }

    /// The run's core. Only a holder of one of its tokens may use it: the run, and with it the flow, then
    /// lives on until that task has ended.
    pub(crate) fn core(&self) -> *const Core {
        self.core.load(Ordering::Relaxed)
    }

    /// A leaf has ended. The caller of this must not touch the run afterwards.
    // AcqRel: the release hands all that the task saw and wrote to the client, whose acquire in `ended` reads
    // zero; the acquire chains the leaves' releases together.
    pub(crate) fn leaf_ended(&self) {
        self.left.fetch_sub(1, Ordering::AcqRel);
    }

    /// Whether every leaf, and so every task, has ended.
    pub(crate) fn ended(&self) -> bool {
        // Acquire: pairs with the releases of `leaf_ended`.
        self.left.load(Ordering::Acquire) == 0
    }

    pub(crate) fn task_panicked(&self) {
        self.panics.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn panics(&self) -> u32 {
        self.panics.load(Ordering::Relaxed)
    }
}
