//! What workers do between blocks, side by side: parked, spinning, awake just in time; and parked where the system
//! places them, which shows what placement is for.

use anyhow::Result;
use manycord_pool::{Config, IdlePolicy};

use crate::contest::{Contest, Rival, Tally};
use crate::load::{FRAMES, LOADS, Load};
use crate::pacing::period;
use crate::rows::{Rows, Target};
use crate::work::Speed;

/// The policy that is measured against targets: the default one.
const AIMED: &str = "anticipate";

/// Measures all loads, with a host that stays on its CPU and with one that migrates.
pub fn run(rows: &mut Rows) -> Result<()> {
    let speed = Speed::calibrate();
    let (blocks, rounds) = if rows.quick { (200, 1) } else { (750, 4) };
    for migrating in [false, true] {
        for load in LOADS {
            let load = Load::new(speed, load);
            let case = load.name() + if migrating { "-migrating" } else { "" };
            let contest = Contest { period: period(FRAMES), blocks, rounds, migrating };
            let policy = |name, idle, placement| {
                Rival::ours(name, &load, Config { idle, placement, ..Config::default() })
            };
            let rivals = [
                Rival::serial(&load),
                policy("park-unplaced", IdlePolicy::Park, false),
                policy("park", IdlePolicy::Park, true),
                policy("spin", IdlePolicy::Spin, true),
                policy(AIMED, IdlePolicy::Anticipate, true),
            ];
            let tallies = contest.hold(&rivals, &|who| rows.note(&format!("{case}: {who}")));
            let (serial, others) = tallies.split_first().expect("there are rivals");
            tell_serial(rows, &case, serial);
            for (rival, tally) in rivals[1..].iter().zip(others) {
                tell(rows, (rival.name, &case), &load, tally, serial);
            }
        }
    }
    Ok(())
}

/// What the ratios are ratios to.
fn tell_serial(rows: &mut Rows, case: &str, serial: &Tally) {
    let times = serial.times_us();
    for (metric, share) in [("block_us_p50", 0.5), ("block_us_p90", 0.9), ("block_us_p99", 0.99)] {
        rows.add(&format!("serial-{case}"), metric, times.at(share), "us", None);
    }
}

fn tell(rows: &mut Rows, (policy, case): (&str, &str), load: &Load, tally: &Tally, serial: &Tally) {
    let aims = Aims::of(load);
    let aim = |most: Option<f64>| most.filter(|_| policy == AIMED).map(Target::AtMost);
    let case = format!("{policy}-{case}");
    let (times, reference) = (tally.times_us(), serial.times_us());
    let ratio = |share: f64| times.at(share) / reference.at(share);
    rows.add(&case, "ratio_to_serial_p50", ratio(0.5), "x", aim(aims.p50));
    rows.add(&case, "ratio_to_serial_p90", ratio(0.9), "x", aim(aims.p90));
    rows.add(&case, "ratio_to_serial_p99", ratio(0.99), "x", aim(Some(1.5)));
    rows.add(&case, "cores_beyond_useful", tally.cores_beyond(serial), "cores", aim(Some(0.15)));
}

/// Most that blocks may take of the serial loop's time on two cores.
struct Aims {
    p50: Option<f64>,
    p90: Option<f64>,
}

impl Aims {
    fn of(load: &Load) -> Aims {
        let (p50, p90) = match (load.us, load.tasks) {
            (20, 32) => (Some(0.54), Some(0.63)),
            (20, 8) => (Some(0.60), Some(0.94)),
            (5, 8) => (Some(1.0), None),
            _ => (None, None),
        };
        Aims { p50, p90 }
    }
}
