//! The tail of a plan that is cut in two renders one block behind its head, and beside it: dials and song stand for it
//! as they stood one block before.

use std::ops::Range;

use arrayvec::ArrayVec;
use atomic_refcell::AtomicRefCell;
use manycord_modules::{BLOCK, Transport};

use super::dial::Ramp;
use super::stage::Stage;

/// The tail's side of a plan.
pub(crate) struct Tail {
    /// Whether it catches up with the head before a call of the host ends, or is heard one block late.
    pub(crate) catches_up: bool,
    /// Threads that it can keep busy by itself.
    pub(crate) useful: u32,
    /// What the tail's tasks read.
    pub(crate) stage: AtomicRefCell<Stage>,
    /// Only the audio thread borrows it.
    memory: AtomicRefCell<Memory>,
}

/// What has been staged in this block and in the one before.
struct Memory {
    tracks: Box<[Track]>,
    /// Frames at which the song went on differently, and how.
    songs: [ArrayVec<(usize, Transport), BLOCK>; 2],
    /// The grid block that is being kept: after a sleep of the whole patch it is not the next, nor kept from its start.
    block: u64,
}

/// The course of one dial.
struct Track {
    dial: u32,
    halves: [[f32; BLOCK]; 2],
    /// Whether it moved within the block.
    moved: [bool; 2],
    /// Where it goes, or rests.
    target: f32,
    /// Whether either half may hold anything but its target.
    active: bool,
}

impl Tail {
    /// For these dials of a plan whose dials rest as `ramps` do.
    pub(crate) fn new(ramps: &[Ramp], dials: Vec<u32>, catches_up: bool, useful: u32) -> Tail {
        let track = |dial: u32| Track {
            dial,
            halves: [[ramps[dial as usize].target(); BLOCK]; 2],
            moved: [false; 2],
            target: ramps[dial as usize].target(),
            active: false,
        };
        let memory =
            Memory { tracks: dials.into_iter().map(track).collect(), songs: Default::default(), block: 0 };
        Tail {
            catches_up,
            useful,
            stage: AtomicRefCell::new(Stage::new(ramps.to_vec(), 0)),
            memory: AtomicRefCell::new(memory),
        }
    }

    /// Whether it has nothing to render in a block.
    pub(crate) fn rests(&self, block: u64) -> bool {
        block < self.stage.borrow().from_block
    }

    /// The plan begins at the grid line of `block`, its dials as the head has taken them over. The tail has nothing
    /// to render before the block after.
    pub(crate) fn begin(&self, head: &Stage, block: u64) {
        let (mut stage, mut memory) = (self.stage.borrow_mut(), self.memory.borrow_mut());
        (stage.from_block, stage.moved) = (block + 1, block + 1);
        for track in &mut memory.tracks {
            let ramp = &head.dials[track.dial as usize];
            track.target = ramp.target();
            track.active = !ramp.is_at_rest();
            track.halves = [[track.target; BLOCK]; 2];
            stage.dials[track.dial as usize] = Ramp::at_rest(track.target);
        }
    }

    /// Keeps a range that the head has staged, and stages the same range of the block before.
    pub(crate) fn follow(&self, head: &Stage) {
        self.keep(head);
        self.stage_alone(head.block, head.range.clone());
    }

    /// Keeps a range that the head has staged.
    pub(crate) fn keep(&self, head: &Stage) {
        let mut memory = self.memory.borrow_mut();
        let memory = &mut *memory;
        let (now, range) = ((head.block & 1) as usize, head.range.clone());
        self.stage.borrow_mut().measured = head.measured;
        let songs = &mut memory.songs[now];
        if range.start == 0 || memory.block != head.block {
            songs.clear();
            memory.block = head.block;
        }
        if songs.last().is_none_or(|(_, song)| *song != head.host.transport) {
            songs.push((range.start, head.host.transport));
        }
        for track in &mut memory.tracks {
            track.keep(&head.dials[track.dial as usize], now, range.clone());
        }
    }

    /// Stages a range of the block before `block`, of which the head stages nothing.
    pub(crate) fn stage_alone(&self, block: u64, range: Range<usize>) {
        self.memory.borrow_mut().stage(&mut self.stage.borrow_mut(), block, range);
    }

    /// Frame at which a range of `block` that begins at `start` must end, since the song changed there one block
    /// before; at most [`BLOCK`].
    pub(crate) fn next_change(&self, block: u64, start: usize) -> usize {
        let memory = self.memory.borrow();
        let songs = &memory.songs[(block & 1 ^ 1) as usize];
        songs.iter().map(|&(frame, _)| frame).find(|&frame| frame > start).unwrap_or(BLOCK)
    }
}

impl Memory {
    fn stage(&mut self, stage: &mut Stage, block: u64, range: Range<usize>) {
        let then = (block & 1 ^ 1) as usize;
        (stage.block, stage.range) = (block, range.clone());
        if let Some((_, song)) = self.songs[then].iter().rev().find(|(frame, _)| *frame <= range.start) {
            stage.host.transport = *song;
        }
        for track in self.tracks.iter_mut().filter(|track| track.active) {
            stage.moved = block + 1;
            track.show(&mut stage.dials[track.dial as usize], then, range.clone());
        }
    }
}

impl Track {
    /// Keeps a range of the dial's course.
    fn keep(&mut self, ramp: &Ramp, now: usize, range: Range<usize>) {
        let moves = !ramp.is_at_rest() || ramp.target().to_bits() != self.target.to_bits();
        if moves {
            (self.target, self.active) = (ramp.target(), true);
        }
        if self.active {
            self.moved[now] = moves || (range.start > 0 && self.moved[now]);
            self.halves[now][range.clone()].copy_from_slice(ramp.frames(range));
        }
    }

    /// Puts a range of one block before on a dial of the tail's stage.
    fn show(&mut self, ramp: &mut Ramp, then: usize, range: Range<usize>) {
        ramp.show(&self.halves[then], self.moved[then], range.clone());
        // Once it has rested for two blocks both halves hold where it rests.
        self.active = range.end < BLOCK || self.moved[0] || self.moved[1];
    }
}
