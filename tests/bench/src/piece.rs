//! An instance that plays its score: an engine on some pool.

use std::sync::Arc;

use anyhow::Result;
use manycord_engine::{Control, Event, Patch};
use manycord_modules::{CATALOG, Kind};
use manycord_pool::{Config, Pool};

use crate::pacing::SAMPLE_RATE;
use crate::player::{Player, Sound};
use crate::score::Score;

/// Longest block, in frames.
const LONGEST: usize = 1024;

/// A pool with so many workers besides the caller; 0 renders inline.
pub fn pool(workers: usize) -> Arc<Pool> {
    Pool::new(&Config { workers: Some(workers), ..Config::default() })
}

/// An instance with its score.
pub struct Piece {
    /// The editing side.
    pub control: Control,
    /// The audio side.
    pub performer: Performer,
}

/// The audio side of a piece, which may live on another thread than its control.
pub struct Performer {
    sound: Sound,
    score: Score,
    frame: usize,
    events: Vec<Event>,
}

impl Piece {
    /// An instance of a patch.
    ///
    /// # Errors
    /// When the patch does not compile.
    pub fn new(patch: &Patch, pool: &Arc<Pool>, score: Score) -> Result<Piece> {
        Piece::with(patch, pool, score, CATALOG)
    }

    /// An instance of a patch of modules of one's own.
    ///
    /// # Errors
    /// When the patch does not compile.
    pub fn with(patch: &Patch, pool: &Arc<Pool>, score: Score, catalog: &'static [Kind]) -> Result<Piece> {
        let Player { control, sound } = Player::with(patch, pool, LONGEST, catalog)?;
        let events = Vec::with_capacity(score.most_events());
        Ok(Piece { control, performer: Performer { sound, score, frame: 0, events } })
    }

    /// Plays a little and plans anew, so that what is measured afterwards knows what its units cost.
    ///
    /// # Errors
    /// When the patch does not compile, which it did before.
    pub fn settle(&mut self) -> Result<()> {
        for _ in 0..2 {
            self.play(SAMPLE_RATE as usize / 4, 64);
            self.control.collect();
            self.control.edit(self.control.patch().clone())?;
        }
        self.play(SAMPLE_RATE as usize / 10, 64);
        self.control.collect();
        Ok(())
    }

    /// Plays a few blocks of this many frames and plans for a host that calls so.
    pub fn adjust(&mut self, block: usize) {
        self.play(4 * block, block);
        self.control.replan();
        self.play(4 * block, block);
    }

    /// Renders at least so many frames in blocks of `block` frames, at most 1024.
    pub fn play(&mut self, frames: usize, block: usize) {
        for _ in 0..frames.div_ceil(block) {
            self.block(block);
        }
    }

    /// Renders one block of at most 1024 frames; returns its left and right.
    pub fn block(&mut self, frames: usize) -> [&[f32]; 2] {
        self.performer.block(frames)
    }
}

impl Performer {
    /// Frames rendered so far.
    pub fn frame(&self) -> usize {
        self.frame
    }

    /// Whether somebody listens: a block that takes too long is then left silent instead of waited for.
    pub fn set_live(&mut self, live: bool) {
        self.sound.engine.set_live(live);
    }

    /// See [`Piece::block`].
    pub fn block(&mut self, frames: usize) -> [&[f32]; 2] {
        self.score.within(self.frame, frames, &mut self.events);
        self.frame += frames;
        self.sound.block(frames, &self.events)
    }
}
