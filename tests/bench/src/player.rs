//! An engine that plays a patch block by block, as a host calls it.

use std::sync::Arc;

use anyhow::Result;
use manycord::patches::FACTORY;
use manycord_engine::{Control, Engine, EngineSetup, Event, EventKind, HostBlock, Patch, start};
use manycord_modules::{CATALOG, Kind, Transport};
use manycord_pool::Pool;

use crate::pacing::SAMPLE_RATE;

/// Channels that factory patches listen to; the last are their drums'.
const CHANNELS: [u8; 7] = [0, 1, 2, 3, 9, 10, 11];

/// A patch that plays.
pub struct Player {
    /// Kept: without it plans are not freed.
    pub control: Control,
    /// What renders.
    pub sound: Sound,
}

/// The audio side of a player, which may live on another thread than its control.
pub struct Sound {
    /// What renders.
    pub engine: Engine,
    sides: [Vec<f32>; 2],
    frame: u64,
}

impl Player {
    /// Starts a patch in host blocks of at most this many frames.
    ///
    /// # Errors
    /// When the patch does not compile, or the pool has no seat left.
    pub fn new(patch: &Patch, pool: &Arc<Pool>, most_frames: usize) -> Result<Player> {
        Player::with(patch, pool, most_frames, CATALOG)
    }

    /// As [`Player::new`], with modules of one's own.
    ///
    /// # Errors
    /// As for [`Player::new`].
    pub fn with(
        patch: &Patch,
        pool: &Arc<Pool>,
        most_frames: usize,
        catalog: &'static [Kind],
    ) -> Result<Player> {
        let setup = EngineSetup {
            sample_rate: SAMPLE_RATE,
            call_frames: 0,
            pool: pool.clone(),
            patch: patch.clone(),
            catalog,
        };
        let (control, engine) = start(setup)?;
        let sides = [vec![0.0; most_frames], vec![0.0; most_frames]];
        Ok(Player { control, sound: Sound { engine, sides, frame: 0 } })
    }

    /// Renders the next block, of at most the frames named at the start; the events count from its start.
    pub fn block(&mut self, frames: usize, events: &[Event]) {
        self.sound.block(frames, events);
    }

    /// The greatest magnitude of the block that was rendered last, of its first `frames`.
    pub fn peak(&self, frames: usize) -> f32 {
        let values = self.sound.sides.iter().flat_map(|side| &side[..frames]);
        values.fold(0.0, |peak, value| peak.max(value.abs()))
    }
}

impl Sound {
    /// See [`Player::block`]; returns left and right.
    pub fn block(&mut self, frames: usize, events: &[Event]) -> [&[f32]; 2] {
        let beats_per_frame = 2.0 / f64::from(SAMPLE_RATE);
        let [left, right] = &mut self.sides;
        let outputs = [&mut left[..frames], &mut right[..frames]];
        let transport = Transport {
            playing: true,
            tempo_bpm: 120.0,
            beats: self.frame as f64 * beats_per_frame,
            beats_per_frame,
            beats_per_bar: 4.0,
        };
        self.engine.process(HostBlock { inputs: [&[]; 4], outputs, events, transport });
        self.frame += frames as u64;
        [&self.sides[0][..frames], &self.sides[1][..frames]]
    }
}

/// Every factory patch.
///
/// # Errors
/// When one does not parse.
pub fn factory() -> Result<Vec<Patch>> {
    FACTORY.iter().map(|entry| Ok(Patch::parse(entry.text, entry.name)?)).collect()
}

/// A patch's name as it stands in a case: `night_train`.
pub fn plain(name: &str) -> String {
    name.to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect()
}

/// Keys that go down together at a block's start, this many on every channel that factory patches listen to;
/// spread over four octaves.
pub fn chord(keys: usize) -> Vec<Event> {
    everywhere(keys, |channel, key| EventKind::NoteOn { channel, key, id: -1, velocity: 0.8 })
}

/// The same keys go up.
pub fn release(keys: usize) -> Vec<Event> {
    everywhere(keys, |channel, key| EventKind::NoteOff { channel, key, id: -1, velocity: 0.5 })
}

fn everywhere(keys: usize, kind: impl Fn(u8, u8) -> EventKind) -> Vec<Event> {
    let places = CHANNELS.into_iter().flat_map(|channel| (0..keys).map(move |place| (channel, place)));
    // Fifths, folded into four octaves: no two of the first 48 are the same.
    places
        .map(|(channel, place)| Event { frame: 0, kind: kind(channel, (36 + place * 7 % 48) as u8) })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use manycord_pool::Config;

    #[test]
    fn a_chord_is_heard_in_most_factory_patches() {
        let pool = Pool::new(&Config { workers: Some(0), ..Config::default() });
        let patches = factory().unwrap();
        let heard = patches.iter().filter(|patch| {
            let mut player = Player::new(patch, &pool, 64).unwrap();
            player.block(64, &chord(4));
            (0..400).any(|_| {
                player.block(64, &[]);
                player.peak(64) > 0.01
            })
        });
        assert_eq!(heard.count(), patches.len());
        assert_eq!(plain("Night Train"), "night_train");
    }

    #[test]
    fn a_released_chord_dies_away() {
        let pool = Pool::new(&Config { workers: Some(0), ..Config::default() });
        let patch = &factory().unwrap()[1];
        let mut player = Player::new(patch, &pool, 512).unwrap();
        player.block(512, &chord(8));
        player.block(512, &release(8));
        assert!((0..6_000).any(|_| {
            player.block(512, &[]);
            player.sound.engine.is_silent()
        }));
    }
}
