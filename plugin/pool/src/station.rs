//! What a worker is doing, so that another thread can tell it to stop, name what it is stuck in, or give it up.
//!
//! One word says where the worker is; whoever gives a run up adds a flag to it, and the worker finds the flag at its
//! next step. Both sides write first and read then, in sequentially consistent order, so that one of them always
//! sees the other.

use crate::slot::Token;
use crate::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// No task.
const IDLE: u64 = 0;
/// Runs a task's job.
const TASK: u64 = 1 << 62;
/// Past the job: counts the task as ended and releases its successors.
const FINISH: u64 = 1 << 61;
/// The run was given up: nothing of it may be touched.
const CONDEMNED: u64 = 1 << 60;
/// The worker itself was given up: its thread ends when it comes back.
const RETIRED: u64 = 1 << 59;
const TOKEN: u64 = RETIRED - 1;
/// The task has not said yet what part of it runs.
const NO_PART: u32 = u32::MAX;

/// A worker's whereabouts.
#[derive(Debug)]
pub(crate) struct Station {
    word: AtomicU64,
    /// Part of the task, as the job counts them, or [`NO_PART`].
    part: AtomicU32,
}

/// What another thread sees of a station.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sight {
    word: u64,
    part: u32,
}

/// How a worker leaves its station.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leave {
    /// To go on as before.
    Free,
    /// Given up while it was away: its thread must end.
    Retired,
}

impl Station {
    pub(crate) fn new() -> Station {
        Station { word: AtomicU64::new(IDLE), part: AtomicU32::new(NO_PART) }
    }

    /// The worker takes a task up. It must then look whether the task's run still goes on. Fails when the worker has
    /// been given up.
    // SeqCst, with `Slot::abandon` and `condemn`: either the worker finds the run given up, or whoever gives it up
    // finds the worker here.
    pub(crate) fn begin(&self, token: Token) -> bool {
        // Seen with the word: it is written before.
        self.part.store(NO_PART, Ordering::Relaxed);
        let before = self.word.swap(TASK | token.bits(), Ordering::SeqCst);
        if before & RETIRED == 0 {
            return true;
        }
        // Nobody else writes here once the worker is retired.
        self.word.store(before, Ordering::SeqCst);
        false
    }

    /// The job goes on with a part of the task. Returns whether it may.
    // SeqCst, with `condemn` and `look`: either the worker sees the flag, or the other sees the part.
    pub(crate) fn enter(&self, part: u32) -> bool {
        self.part.swap(part, Ordering::SeqCst);
        self.word.load(Ordering::SeqCst) & CONDEMNED == 0
    }

    /// Names a part without asking.
    pub(crate) fn note(&self, part: u32) {
        self.part.store(part, Ordering::Relaxed);
    }

    /// The job has returned. Returns whether the task may be counted as ended; nobody retires the worker before it
    /// has done so.
    pub(crate) fn finish(&self) -> bool {
        self.word.fetch_or(FINISH, Ordering::SeqCst) & CONDEMNED == 0
    }

    /// The worker has nothing more to do with its task.
    pub(crate) fn leave(&self) -> Leave {
        // SeqCst: what the worker wrote in the run is visible to whoever finds it gone.
        let word = self.word.swap(IDLE, Ordering::SeqCst);
        if word & RETIRED != 0 { Leave::Retired } else { Leave::Free }
    }

    /// Where the worker is.
    pub(crate) fn look(&self) -> Sight {
        let word = self.word.load(Ordering::SeqCst);
        Sight { word, part: self.part.load(Ordering::SeqCst) }
    }

    /// Slot whose run a worker is on that was not given up, at a glance.
    pub(crate) fn busy_with(&self) -> Option<usize> {
        let word = self.word.load(Ordering::Relaxed);
        (word != IDLE && word & RETIRED == 0).then(|| Token::from_bits(word & TOKEN).slot())
    }

    /// Tells the worker that the run it works on was given up, if it does. Returns whether it did.
    pub(crate) fn condemn(&self, run: Token) -> bool {
        let mut word = self.word.load(Ordering::SeqCst);
        while word != IDLE && Token::from_bits(word & TOKEN).same_run(run) {
            match self.word.compare_exchange(word, word | CONDEMNED, Ordering::SeqCst, Ordering::SeqCst) {
                Ok(_) => return true,
                Err(now) => word = now,
            }
        }
        false
    }

    /// Gives up a worker that was told to leave and is still where it was seen. Fails once it has moved on.
    pub(crate) fn retire(&self, seen: Sight) -> bool {
        let still = seen.word & (TASK | FINISH | CONDEMNED) == TASK | CONDEMNED;
        let (before, after) = (seen.word, seen.word | RETIRED);
        still && self.word.compare_exchange(before, after, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }
}

impl Sight {
    /// Whether the worker is where it was seen before.
    pub(crate) fn is_same_part(self, other: Sight) -> bool {
        self.token() == other.token() && self.part == other.part
    }

    /// Part of the task; `None` until it has named one.
    pub(crate) fn part(self) -> Option<u32> {
        (self.part != NO_PART).then_some(self.part)
    }

    /// The task and its run; `None` when the worker is on none.
    pub(crate) fn token(self) -> Option<Token> {
        (self.word != IDLE).then(|| Token::from_bits(self.word & TOKEN))
    }
}
