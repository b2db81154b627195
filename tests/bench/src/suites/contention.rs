//! How workers spend their time while factory patches play at a host's pace.

use std::time::{Duration, Instant};

use anyhow::Result;
use manycord_pool::{Config, Pool, WorkerLoad};

use crate::load::FRAMES;
use crate::pacing::{Pacer, SAMPLE_RATE, period};
use crate::player::{Player, chord, factory, plain, release};
use crate::rows::Rows;

/// Keys that are down on every channel.
const KEYS: usize = 8;
/// Seconds from chord to chord.
const STRIKE_EVERY_S: f32 = 0.5;

/// Measures every factory patch by itself.
pub fn run(rows: &mut Rows) -> Result<()> {
    let length = Duration::from_secs_f64(if rows.quick { 0.6 } else { 5.0 });
    for patch in factory()? {
        rows.note(&patch.name);
        let pool = Pool::new(&Config::default());
        let mut player = Player::new(&patch, &pool, FRAMES)?;
        let before = pool.load();
        let seconds = play(&mut player, length);
        for (number, (now, before)) in pool.load().iter().zip(&before).enumerate() {
            let case = format!("{}-w{}", plain(&patch.name), number + 1);
            tell(rows, &case, now, before, seconds);
        }
    }
    Ok(())
}

/// Plays at a host's pace, a chord each half second. Returns the seconds that it took.
fn play(player: &mut Player, length: Duration) -> f64 {
    let strike_every = (STRIKE_EVERY_S * SAMPLE_RATE) as usize / FRAMES;
    let strike = [release(KEYS), chord(KEYS)].concat();
    let begun = Instant::now();
    let mut pacer = Pacer::new(period(FRAMES));
    for number in 0.. {
        pacer.wait();
        if begun.elapsed() >= length {
            break;
        }
        player.block(FRAMES, if number % strike_every == 0 { &strike } else { &[] });
    }
    begun.elapsed().as_secs_f64()
}

fn tell(rows: &mut Rows, case: &str, now: &WorkerLoad, before: &WorkerLoad, seconds: f64) {
    let per_second = |now: u64, before: u64| (now - before) as f64 / seconds;
    rows.add(case, "spin_percent", per_second(now.spun_ns, before.spun_ns) * 1e-7, "%", None);
    rows.add(case, "tasks_per_s", per_second(now.tasks, before.tasks), "1/s", None);
    rows.add(case, "steals_per_s", per_second(now.steals, before.steals), "1/s", None);
    rows.add(case, "parks_per_s", per_second(now.parks, before.parks), "1/s", None);
}
