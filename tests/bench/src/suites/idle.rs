//! What silence costs: eight instances whose notes have died away, and an empty rack, called at a host's pace
//! through one pool.

mod bundle;

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

/// Measures a host that calls nobody, an empty rack, and eight silent instances, in turns. The host's own waiting
/// is taken off what the others cost.
pub fn run(rows: &mut Rows) -> Result<()> {
    let pool = Pool::new(&Config::default());
    let (rounds, seconds) = if rows.quick { (1, 1) } else { (4, 3) };
    rows.note("waiting for tails");
    let empty = Patch::parse("manycord = 1\n", "empty rack")?;
    let mut racks = [
        ("host-alone", Vec::new()),
        ("empty-rack", vec![Player::new(&empty, &pool, BLOCKS[2])?]),
        ("silent-8x", silent(&pool)?),
    ];
    for frames in BLOCKS {
        let mut spent = [Spent::default(); 3];
        for round in 0..rounds {
            for ((name, players), spent) in racks.iter_mut().zip(&mut spent) {
                rows.note(&format!("{name}-b{frames}, round {} of {rounds}", round + 1));
                spent.call(players, frames, Duration::from_secs(seconds));
            }
        }
        let host = spent[0];
        rows.add(&format!("host-alone-b{frames}"), "host_percent", host.cpu_percent(), "%", None);
        for ((name, _), spent) in racks[1..].iter().zip(&spent[1..]) {
            let case = format!("{name}-b{frames}");
            let own = spent.cpu_percent() - host.cpu_percent();
            rows.add(&case, "cpu_percent", own, "%", Some(Target::AtMost(0.5)));
            let switches = spent.switches_per_s() - host.switches_per_s();
            rows.add(&case, "switches_per_s", switches, "1/s", None);
        }
    }
    // Ends the pool: the bundle has its own.
    drop((racks, pool));
    bundle::run(rows, Duration::from_secs(rounds * seconds))
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
            player.sound.engine.is_silent()
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

/// What the process used while some were called.
#[derive(Clone, Copy, Default)]
struct Spent {
    cpu_s: f64,
    switches: u64,
    wall_s: f64,
}

impl Spent {
    /// Calls everyone once per block.
    fn call(&mut self, players: &mut [Player], frames: usize, length: Duration) {
        let mut pacer = Pacer::new(period(frames));
        pacer.wait();
        let (usage, begun) = (Usage::now(), Instant::now());
        while begun.elapsed() < length {
            players.iter_mut().for_each(|player| player.block(frames, &[]));
            pacer.wait();
        }
        let used = Usage::now().since(usage);
        self.cpu_s += used.cpu_s;
        self.switches += used.switches;
        self.wall_s += begun.elapsed().as_secs_f64();
    }

    /// In % of a core.
    fn cpu_percent(self) -> f64 {
        self.cpu_s / self.wall_s * 100.0
    }

    fn switches_per_s(self) -> f64 {
        self.switches as f64 / self.wall_s
    }
}
