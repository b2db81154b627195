//! What is rendered: a patch with the notes that it plays.

use anyhow::Result;
use manycord_engine::Patch;
use manycord_tests::{performance, random};

use crate::pacing::SAMPLE_RATE;
use crate::player::{chord, factory, plain};
use crate::reference::heavy;
use crate::score::Score;

/// Keys that are held on each channel of a factory patch.
const KEYS: usize = 8;

/// A patch and its notes.
pub struct Tune {
    /// As it stands in cases.
    pub name: String,
    /// The patch.
    pub patch: Patch,
    /// Its notes.
    pub score: Score,
}

impl Tune {
    /// The heavy reference patch with so many voices, all held: `reference-64v`.
    pub fn reference(voices: usize) -> Tune {
        Tune { name: format!("reference-{voices}v"), patch: heavy(voices), score: Score::held(voices) }
    }

    /// The same with the effects one block behind the voices: `reference-64v-pipelined`.
    pub fn pipelined(mut self) -> Tune {
        self.name += "-pipelined";
        self.patch.pipelined = true;
        self
    }

    /// Every factory patch under chords: `night_train`.
    ///
    /// # Errors
    /// When one does not parse.
    pub fn factory() -> Result<Vec<Tune>> {
        let tune = |patch: Patch| {
            let score = Score::chords(chord(KEYS));
            Tune { name: plain(&patch.name), patch, score }
        };
        Ok(factory()?.into_iter().map(tune).collect())
    }

    /// A random patch and what somebody plays on it: `random_7`.
    pub fn random(seed: u64) -> Tune {
        let length = 2 * SAMPLE_RATE as usize;
        let score = Score::repeated(performance::events(seed, length), length);
        Tune { name: format!("random_{seed}"), patch: random::patch(seed), score }
    }
}
