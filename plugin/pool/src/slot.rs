//! A client's place in the pool: the run that is going on, if any, and how to claim its tasks.

use crossbeam_queue::ArrayQueue;
use crossbeam_utils::CachePadded;

use crate::flow::Core;
use crate::phase::Phase;
use crate::queue::Stealer;
use crate::sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, AtomicU32, AtomicU64, Ordering};

/// Bits of a task's number and of a count of roots.
const TASK_BITS: u32 = 20;
const TASK_MASK: u64 = (1 << TASK_BITS) - 1;
/// Bits of a run's number; it starts anew after so many runs, hours later.
const RUN_BITS: u32 = 24;
const RUN_MASK: u64 = (1 << RUN_BITS) - 1;
/// Bits of a slot's number.
const SLOT_BITS: u32 = 6;

/// Clients that a pool can serve.
pub(crate) const SLOTS: usize = 1 << SLOT_BITS;
/// Tasks that can wait in a slot's inbox or outbox.
const BOX: usize = 64;

/// A task of a run in a slot. One that is left over from a run that was given up is told by the run's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token(u64);

impl Token {
    pub(crate) fn new(slot: usize, run: u64, task: u32) -> Token {
        Token((slot as u64) << (RUN_BITS + TASK_BITS) | run << TASK_BITS | u64::from(task))
    }

    pub(crate) fn slot(self) -> usize {
        (self.0 >> (RUN_BITS + TASK_BITS)) as usize & (SLOTS - 1)
    }

    pub(crate) fn run(self) -> u64 {
        self.0 >> TASK_BITS & RUN_MASK
    }

    pub(crate) fn task(self) -> u32 {
        (self.0 & TASK_MASK) as u32
    }

    /// Another task of the same run.
    pub(crate) fn with_task(self, task: u32) -> Token {
        Token(self.0 & !TASK_MASK | u64::from(task))
    }

    pub(crate) fn same_run(self, other: Token) -> bool {
        self.0 >> TASK_BITS == other.0 >> TASK_BITS
    }

    pub(crate) fn bits(self) -> u64 {
        self.0
    }

    pub(crate) fn from_bits(bits: u64) -> Token {
        Token(bits)
    }
}

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
    /// Tasks for the caller.
    pub(crate) inbox: ArrayQueue<Token>,
    /// Tasks that the caller may not run.
    pub(crate) outbox: ArrayQueue<Token>,
    /// Other side of the caller's queue.
    pub(crate) stealer: Stealer<Token>,
    panics: AtomicU32,
    pub(crate) phase: Phase,
    /// CPU on which the caller runs, −1 while no run is going on.
    pub(crate) cpu: AtomicI32,
    /// The caller's scheduling, packed by [`crate::thread`].
    pub(crate) scheduling: AtomicU32,
}

impl Slot {
    pub(crate) fn new(stealer: Stealer<Token>) -> Slot {
        Slot {
            cursor: CachePadded::new(AtomicU64::new(0)),
            left: CachePadded::new(AtomicU32::new(0)),
            core: AtomicPtr::new(std::ptr::null_mut()),
            hungry: AtomicBool::new(false),
            inbox: ArrayQueue::new(BOX),
            outbox: ArrayQueue::new(BOX),
            stealer,
            panics: AtomicU32::new(0),
            phase: Phase::new(),
            cpu: AtomicI32::new(-1),
            scheduling: AtomicU32::new(0),
        }
    }

    /// Opens a run: from here on its roots can be claimed. Only the slot's client calls this, and only when
    /// the run before has ended or was given up. Returns the run's number.
    pub(crate) fn open(&self, core: *const Core, roots: usize, leaves: u32) -> u64 {
        self.core.store(core.cast_mut(), Ordering::Relaxed);
        self.left.store(leaves, Ordering::Relaxed);
        self.panics.store(0, Ordering::Relaxed);
        let run = (run_of(self.cursor.load(Ordering::Relaxed)) + 1) & RUN_MASK;
        // Release: pairs with the acquire of `claim`; who claims a root sees the core, the count and all that
        // the caller staged.
        self.cursor.store(word(run, roots as u64), Ordering::Release);
        run
    }

    /// Whether a root can be claimed, at a glance.
    pub(crate) fn has_roots(&self) -> bool {
        let word = self.cursor.load(Ordering::Relaxed);
        word & TASK_MASK < word >> TASK_BITS & TASK_MASK
    }

    /// Claims a root of the run: the run's number and how many were claimed before. Which root it is, is settled among
    /// the holders of such permits. The run cannot end before the claimed task has.
    pub(crate) fn claim(&self) -> Option<(u64, u32)> {
        let mut word = self.cursor.load(Ordering::Relaxed);
        while word & TASK_MASK < word >> TASK_BITS & TASK_MASK {
            // Acquire: pairs with the release of `open`. The read-modify-writes between keep its release
            // sequence going.
            match self.cursor.compare_exchange_weak(word, word + 1, Ordering::Acquire, Ordering::Relaxed) {
                Ok(_) => return Some((run_of(word), (word & TASK_MASK) as u32)),
                Err(now) => word = now,
            }
        }
        None
    }

    /// Whether this is the number of the run that goes on.
    // SeqCst, with `abandon`: see `Station::begin`.
    pub(crate) fn goes_on(&self, run: u64) -> bool {
        run_of(self.cursor.load(Ordering::SeqCst)) == run
    }

    /// Ends a run for all who look from here on: the number moves on and no root is left.
    pub(crate) fn abandon(&self, run: u64) {
        self.cursor.swap(word((run + 1) & RUN_MASK, 0), Ordering::SeqCst);
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

fn word(run: u64, roots: u64) -> u64 {
    run << (2 * TASK_BITS) | roots << TASK_BITS
}

fn run_of(word: u64) -> u64 {
    word >> (2 * TASK_BITS) & RUN_MASK
}
