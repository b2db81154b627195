//! When a module does not return in time: silence instead of its block, faded, and nothing that the host says
//! meanwhile is lost. Either the block ends after all, or the pool gives it up; a plan without the culprit is then
//! on its way.

use std::ops::Range;

use manycord_modules::BLOCK;
use manycord_pool::Standing;

use super::Engine;
use crate::event::{Event, EventKind, HostBlock};

/// Events that can wait while no block is rendered; beyond, notes would hang, and all are ended instead.
const BACKLOG: usize = 4_096;

/// Least and greatest time for which a live block is waited for, in ns: long enough for a busy machine, short enough
/// for the other modules to be heard again within 50 ms.
const PATIENCE_NS: (u32, u32) = (10_000_000, 40_000_000);

/// What is rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Course {
    Playing,
    /// A range of so many frames is still being rendered.
    Late(usize),
    /// The range was given up, and with it the plan: another must come.
    Wrecked,
}

/// How late the engine is, and what waits until it plays again.
#[derive(Debug)]
pub(crate) struct Lateness {
    course: Course,
    backlog: Vec<EventKind>,
    /// First of the backlog that has not been played.
    next: usize,
    /// Events that the backlog had no room for.
    overflow: bool,
    reset_due: bool,
    /// Frames of the fade-in that have passed, and its length; equal when it is over.
    faded: u32,
    fade_length: u32,
}

impl Lateness {
    pub(crate) fn new() -> Lateness {
        Lateness {
            course: Course::Playing,
            backlog: Vec::with_capacity(BACKLOG),
            next: 0,
            overflow: false,
            reset_due: false,
            faded: 0,
            fade_length: 0,
        }
    }

    /// The next event that came while nothing was rendered.
    pub(super) fn next_event(&mut self) -> Option<EventKind> {
        let kind = self.backlog.get(self.next).copied();
        if kind.is_some() {
            self.next += 1;
        } else {
            self.backlog.clear();
            self.next = 0;
        }
        kind
    }

    /// Whether events wait that came while nothing was rendered.
    pub(super) fn is_behind(&self) -> bool {
        self.next < self.backlog.len()
    }

    pub(super) fn reset_later(&mut self) {
        self.reset_due = true;
        self.backlog.clear();
        self.next = 0;
    }

    fn keep(&mut self, events: &[Event]) {
        for event in events {
            if self.backlog.len() < BACKLOG {
                self.backlog.push(event.kind);
            } else {
                self.overflow = true;
            }
        }
    }

    /// Lets the sound in after a gap.
    pub(super) fn fade_in(&mut self, outputs: &mut [&mut [f32]; 2], range: Range<usize>) {
        for frame in range {
            if self.faded == self.fade_length {
                return;
            }
            let share = self.faded as f32 / self.fade_length as f32;
            self.faded += 1;
            outputs.iter_mut().for_each(|side| side[frame] *= share * share);
        }
    }
}

/// For how long a block is waited for, in ns.
pub(super) fn patience_ns(live: bool, period_ns: u32) -> u32 {
    if live { (period_ns / 2).clamp(PATIENCE_NS.0, PATIENCE_NS.1) } else { u32::MAX }
}

impl Engine {
    /// Whether the next range can be rendered.
    pub(super) fn is_ready(&mut self) -> bool {
        if let Course::Late(length) = self.late.course {
            match self.client.standing() {
                Standing::Late => return false,
                Standing::Free => {
                    self.frame += length as u64;
                    self.trail.arrive();
                    self.resume();
                }
                Standing::Wrecked => self.late.course = Course::Wrecked,
            }
        }
        if self.late.course == Course::Wrecked && self.install_sound() {
            // Its units stopped somewhere within the grid block.
            self.frame = (self.frame / BLOCK as u64 + 1) * BLOCK as u64;
            self.restart_tail();
            self.resume();
        }
        self.late.course == Course::Playing
    }

    /// After a late range of so many frames: waits for it if nobody listens. Returns whether it has ended well.
    pub(super) fn wait_if_nobody_listens(&mut self, length: usize) -> bool {
        self.late.course = Course::Late(length);
        while !self.is_heard() {
            match self.client.standing() {
                // The host waits for this block as long as it takes.
                Standing::Late => std::thread::yield_now(),
                Standing::Free => {
                    self.late.course = Course::Playing;
                    return true;
                }
                Standing::Wrecked => {
                    self.late.course = Course::Wrecked;
                    return false;
                }
            }
        }
        false
    }

    /// Leaves the host's block silent from frame `done` to its end and keeps the events that were not taken.
    pub(super) fn sit_out(
        &mut self,
        block: &mut HostBlock<'_>,
        (done, frames): (usize, usize),
        next_event: usize,
    ) {
        self.late.keep(&block.events[next_event..]);
        block.outputs.iter_mut().for_each(|side| side[done..frames].fill(0.0));
        if self.last != [0.0; 2] {
            self.declick.start(self.last, self.flow.job().ramp_frames);
            self.last = [0.0; 2];
        }
        self.declick.apply(&mut block.outputs, done..frames);
    }

    /// Takes plans in until one is sound.
    fn install_sound(&mut self) -> bool {
        let wrecked = std::sync::Arc::as_ptr(&self.flow);
        self.install_newest();
        std::sync::Arc::as_ptr(&self.flow) != wrecked && self.flow.job().is_sound()
    }

    fn resume(&mut self) {
        self.late.course = Course::Playing;
        self.wake_up();
        (self.late.faded, self.late.fade_length) = (0, self.flow.job().ramp_frames);
        if std::mem::take(&mut self.late.reset_due) {
            self.reset();
        }
        if std::mem::take(&mut self.late.overflow) {
            for notes in &self.flow.job().notes {
                notes.voices.borrow_mut().all_off(&mut |_, _| {});
            }
        }
    }
}
