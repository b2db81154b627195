//! How workers spend their time while factory patches play at a host's pace.

use std::time::{Duration, Instant};

use anyhow::Result;
use manycord_engine::Patch;
use manycord_pool::{Config, Pool, WorkerLoad};

use crate::load::FRAMES;
use crate::pacing::{Pacer, SAMPLE_RATE, period};
use crate::player::{Player, chord, factory, plain, release};
use crate::rows::Rows;

/// Keys that are down on every channel.
const KEYS: usize = 8;
/// Seconds from chord to chord.
const STRIKE_EVERY_S: f32 = 0.5;

/// Host threads that share the workers in the last case.
const HOSTS: usize = 4;

/// Measures every factory patch by itself, and the last one, which is the dearest, on several host threads at once.
pub fn run(rows: &mut Rows) -> Result<()> {
    let length = Duration::from_secs_f64(if rows.quick { 0.6 } else { 5.0 });
    let patches = factory()?;
    for patch in &patches {
        measure(rows, &plain(&patch.name), patch, 1, length)?;
    }
    let Some(last) = patches.last() else { return Ok(()) };
    measure(rows, &format!("{HOSTS}x_{}", plain(&last.name)), last, HOSTS, length)
}

/// Plays a patch on this many host threads that share a pool, and tells what its workers did.
fn measure(rows: &mut Rows, name: &str, patch: &Patch, hosts: usize, length: Duration) -> Result<()> {
    rows.note(name);
    let pool = Pool::new(&Config::default());
    let players = (0..hosts).map(|_| Player::new(patch, &pool, FRAMES)).collect::<Result<Vec<_>>>()?;
    let (before, begun) = (pool.load(), Instant::now());
    std::thread::scope(|scope| {
        for mut player in players {
            scope.spawn(move || play(&mut player, length));
        }
    });
    let (after, seconds) = (pool.load(), begun.elapsed().as_secs_f64());
    for (number, (now, before)) in after.iter().zip(&before).enumerate() {
        tell(rows, &format!("{name}-w{}", number + 1), now, before, seconds);
    }
    Ok(())
}

/// Plays at a host's pace, a chord each half second.
fn play(player: &mut Player, length: Duration) {
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
}

/// One figure of a worker.
type Read = fn(&WorkerLoad) -> u64;

fn tell(rows: &mut Rows, case: &str, now: &WorkerLoad, before: &WorkerLoad, seconds: f64) {
    let since = |read: Read| (read(now) - read(before)) as f64 / seconds;
    let times: [(&str, Read); 5] = [
        ("run_percent", |load| load.run_ns),
        ("steal_percent", |load| load.steal_ns),
        ("spin_percent", |load| load.spun_ns),
        ("parked_percent", |load| load.parked_ns),
        // Of the time parked, that after it was woken.
        ("wake_percent", |load| load.wake_ns),
    ];
    for (metric, read) in times {
        rows.add(case, metric, since(read) * 1e-7, "%", None);
    }
    let counts: [(&str, Read); 3] = [
        ("tasks_per_s", |load| load.tasks),
        ("steals_per_s", |load| load.steals),
        ("wakes_per_s", |load| load.wakes),
    ];
    for (metric, read) in counts {
        rows.add(case, metric, since(read), "1/s", None);
    }
}
