//! What the audio thread lays out for a range of frames before the tasks run, and they only read.

use std::ops::Range;

use manycord_modules::{Host, LaneEvent};

use super::dial::Ramp;

/// Lane events that one unit can take in one range; the range ends where more would come.
pub(crate) const LANE_EVENTS: usize = 256;

/// The staged range.
#[derive(Debug)]
pub(crate) struct Stage {
    /// Number of the grid block.
    pub(crate) block: u64,
    /// The first that is rendered with this stage.
    pub(crate) from_block: u64,
    /// Frames of the grid block to render.
    pub(crate) range: Range<usize>,
    /// The host's audio and transport.
    pub(crate) host: Host,
    /// Every dial of the plan.
    pub(crate) dials: Box<[Ramp]>,
    /// Dials that are on their way; room for all.
    pub(crate) moving: Vec<u32>,
    /// Lane events per Notes unit.
    pub(crate) events: Box<[Vec<LaneEvent>]>,
    /// Number, plus 1, of the last grid block in which any dial moved, or the plan began.
    pub(crate) moved: u64,
    /// Whether this block's costs are to be measured.
    pub(crate) measured: bool,
}

impl Stage {
    pub(crate) fn new(dials: Vec<Ramp>, event_lists: usize) -> Stage {
        Stage {
            block: 0,
            from_block: 0,
            moving: Vec::with_capacity(dials.len()),
            range: 0..0,
            host: Host::default(),
            dials: dials.into(),
            events: (0..event_lists).map(|_| Vec::with_capacity(LANE_EVENTS)).collect(),
            moved: 0,
            measured: false,
        }
    }

    /// Whether nothing is rendered in this block.
    pub(crate) fn rests(&self) -> bool {
        self.block < self.from_block
    }

    /// Sends a dial to a new target.
    pub(crate) fn aim(&mut self, dial: usize, target: f32, frames: u32) {
        self.dials[dial].aim(target, frames);
        if !self.moving.contains(&(dial as u32)) {
            self.moving.push(dial as u32);
        }
    }

    /// Renders the moving dials for the staged range.
    pub(crate) fn advance_dials(&mut self) {
        if !self.moving.is_empty() {
            self.moved = self.block + 1;
        }
        let (dials, range) = (&mut self.dials, self.range.clone());
        self.moving.retain(|&dial| dials[dial as usize].advance(range.clone()));
    }
}
