//! What silence costs: eight instances whose notes have died away, and an empty rack, called at a host's pace
//! through one pool.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use manycord_engine::Patch;
use manycord_pool::{Config, Pool};

use crate::cpu::Usage;
use crate::pacing::{Pacer, SAMPLE_RATE, period};
use crate::player::{Player, chord, factory, release};
use crate::rows::{Rows, Target};

/// Host blocks, in frames.
const BLOCKS: [usize; 3] = [64, 256, 512];
const INSTANCES: usize = 8;
/// The longest tail that is waited for, in seconds of sound.
const LONGEST_TAIL: usize = 120;

/// Measures a host that calls nobody, an empty rack, and eight silent instances.
pub fn run(rows: &mut Rows) -> Result<()> {
    let pool = Pool::new(&Config::default());
    let seconds = Duration::from_secs(if rows.quick { 1 } else { 8 });
    rows.note("waiting for tails");
    let mut silent = silent(&pool)?;
    let empty = Patch::parse("manycord = 1\n", "empty rack")?;
    let mut empty = [Player::new(&empty, &pool, BLOCKS[2])?];
    for frames in BLOCKS {
        for (name, players) in
            [("host-alone", &mut [][..]), ("empty-rack", &mut empty[..]), ("silent-8x", &mut silent[..])]
        {
            let case = format!("{name}-b{frames}");
            rows.note(&case);
            let aim = if players.is_empty() { None } else { Some(Target::AtMost(0.5)) };
            let (cpu_percent, switches) = call(players, frames, seconds);
            rows.add(&case, "cpu_percent", cpu_percent, "%", aim);
            rows.add(&case, "switches_per_s", switches, "1/s", None);
        }
    }
    Ok(())
}

/// Eight engines on one pool that have played and fallen silent.
fn silent(pool: &Arc<Pool>) -> Result<Vec<Player>> {
    let mut silent = Vec::new();
    for patch in factory()? {
        let mut player = Player::new(&patch, pool, BLOCKS[2])?;
        player.block(512, &chord(8));
        player.block(512, &release(8));
        let blocks = LONGEST_TAIL * SAMPLE_RATE as usize / 512;
        // A patch that plays by itself never falls silent.
        if (0..blocks).any(|_| {
            player.block(512, &[]);
            player.engine.is_silent()
        }) {
            silent.push(player);
        }
        if silent.len() == INSTANCES {
            break;
        }
    }
    ensure!(silent.len() == INSTANCES, "only {} factory patches fall silent", silent.len());
    Ok(silent)
}

/// Calls everyone once per block. Returns CPU time in % of a core, and switches of threads per second.
fn call(players: &mut [Player], frames: usize, length: Duration) -> (f64, f64) {
    let mut pacer = Pacer::new(period(frames));
    pacer.wait();
    let (usage, begun) = (Usage::now(), Instant::now());
    while begun.elapsed() < length {
        players.iter_mut().for_each(|player| player.block(frames, &[]));
        pacer.wait();
    }
    let (used, seconds) = (Usage::now().since(usage), begun.elapsed().as_secs_f64());
    (used.cpu_s / seconds * 100.0, used.switches as f64 / seconds)
}
