//! Work for one core, measured in shares of what one thread can render.

use std::time::Instant;

use anyhow::Result;
use manycord_engine::Patch;

use crate::pacing::SAMPLE_RATE;
use crate::piece::{Piece, pool};
use crate::quantile::Quantiles;
use crate::reference::{keyboard_keys, keyboards};
use crate::score::Score;

/// Voices of one keyboard, and keyboards, at most.
const MOST: (usize, usize) = (128, 16);

/// Keyboards that keep one thread busy for a share of the time.
#[derive(Clone, Debug)]
pub struct Burden {
    /// All of them.
    pub patch: Patch,
    /// Keyboards, and voices of each.
    pub size: (usize, usize),
    /// The share that was measured.
    pub load: f64,
}

impl Burden {
    /// Finds out how many keyboards take this share of one thread in blocks of so many frames.
    ///
    /// # Errors
    /// When the keyboards do not compile.
    pub fn of(share: f64, block: usize) -> Result<Burden> {
        let (mut count, mut voices) = (1, MOST.0);
        let mut load = load_of(count, voices, block)?;
        for _ in 0..2 {
            let wanted = (share / load * (count * voices) as f64) as usize;
            count = wanted.div_ceil(MOST.0).clamp(1, MOST.1);
            voices = (wanted / count).clamp(1, MOST.0);
            load = load_of(count, voices, block)?;
        }
        Ok(Burden { patch: keyboards(count, voices), size: (count, voices), load })
    }

    /// All keys go down and stay.
    pub fn score(&self) -> Score {
        Score::once(keyboard_keys(self.size.0, self.size.1))
    }
}

/// Time of a block on one thread, as a share of its length.
fn load_of(count: usize, voices: usize, block: usize) -> Result<f64> {
    let score = Score::once(keyboard_keys(count, voices));
    let mut piece = Piece::new(&keyboards(count, voices), &pool(0), score)?;
    piece.settle()?;
    let timed = |_| {
        let begun = Instant::now();
        piece.block(block);
        begun.elapsed().as_secs_f64() * f64::from(SAMPLE_RATE) / block as f64
    };
    Ok(Quantiles::of((0..48_000 / block).map(timed).collect()).median())
}
