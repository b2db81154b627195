//! Rivals do the same work at a sound card's pace, in turns, so that whatever else the machine does hits all alike.

use std::sync::Arc;
use std::time::{Duration, Instant};

use manycord_pool::{Config, Pool};

use crate::cpu::{self, Usage};
use crate::load::Load;
use crate::pacing::Pacer;
use crate::quantile::Quantiles;

/// Blocks of each turn that are not counted: threads find their places, caches fill.
const WARM_UP: usize = 40;
/// Blocks between two moves of a host that migrates.
const MOVE_EVERY: usize = 100;

/// How turns are taken.
#[derive(Clone, Copy, Debug)]
pub struct Contest {
    /// Time from block to block.
    pub period: Duration,
    /// Blocks of a turn.
    pub blocks: usize,
    /// Turns of each rival; another one begins each round.
    pub rounds: usize,
    /// The calling thread is bound to the next CPU every 100 blocks.
    pub migrating: bool,
}

/// Someone who takes part.
pub struct Rival<'a> {
    /// As in cases.
    pub name: &'static str,
    /// Makes what does a block. It lives for a turn, so that its threads disturb no other rival.
    pub make: Box<dyn Fn() -> Box<dyn FnMut()> + Sync + 'a>,
}

impl<'a> Rival<'a> {
    /// The loop that all are measured against.
    pub fn serial(load: &'a Load) -> Rival<'a> {
        let load = *load;
        Rival { name: "serial", make: Box::new(move || Box::new(move || load.serial())) }
    }

    /// Our pool with these settings.
    pub fn ours(name: &'static str, load: &'a Load, config: Config) -> Rival<'a> {
        let make = move || -> Box<dyn FnMut()> {
            let pool = Pool::new(&config);
            let mut client = pool.client().expect("a fresh pool has a seat");
            let (flow, hint) = (load.flow(), load.hint());
            Box::new(move || {
                client.run(&flow, &hint);
            })
        };
        Rival { name, make: Box::new(make) }
    }
}

/// What a rival needed in all its turns.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    times_us: Vec<f64>,
    cpu_s: f64,
    wall_s: f64,
}

impl Tally {
    /// Times of its blocks, in µs.
    pub fn times_us(&self) -> Quantiles {
        Quantiles::of(self.times_us.clone())
    }

    /// CPUs that the process kept busy.
    pub fn cores(&self) -> f64 {
        self.cpu_s / self.wall_s
    }

    /// CPUs that it kept busy beyond what the same blocks cost another.
    pub fn cores_beyond(&self, other: &Tally) -> f64 {
        let useful = other.cpu_s / other.times_us.len() as f64 * self.times_us.len() as f64;
        (self.cpu_s - useful) / self.wall_s
    }
}

impl Contest {
    /// Lets the rivals take their turns on one thread, which is not the process's first: a host's audio thread is
    /// not either. `note` hears whose turn it is.
    pub fn hold(&self, rivals: &[Rival<'_>], note: &(dyn Fn(&str) + Sync)) -> Vec<Tally> {
        let mut tallies = vec![Tally::default(); rivals.len()];
        let host = || {
            let cpus = Arc::from(cpu::allowed());
            for round in 0..self.rounds {
                for turn in 0..rivals.len() {
                    let place = (round + turn) % rivals.len();
                    note(&format!("{}, round {} of {}", rivals[place].name, round + 1, self.rounds));
                    self.turn(&rivals[place], &cpus, &mut tallies[place]);
                }
            }
        };
        std::thread::scope(|scope| {
            // A panic in there has told its reason already.
            scope.spawn(host).join().expect("the host's thread ends without a panic");
        });
        tallies
    }

    fn turn(&self, rival: &Rival<'_>, cpus: &Arc<[usize]>, tally: &mut Tally) {
        let mut block = (rival.make)();
        let mut pacer = Pacer::new(self.period);
        let (mut usage, mut begun) = (Usage::now(), Instant::now());
        for number in 0..WARM_UP + self.blocks {
            if self.migrating && number % MOVE_EVERY == 0 {
                cpu::bind(&[cpus[number / MOVE_EVERY % cpus.len()]]);
            }
            if number == WARM_UP {
                (usage, begun) = (Usage::now(), Instant::now());
            }
            pacer.wait();
            let start = Instant::now();
            block();
            if number >= WARM_UP {
                tally.times_us.push(start.elapsed().as_nanos() as f64 * 1e-3);
            }
        }
        tally.cpu_s += Usage::now().since(usage).cpu_s;
        tally.wall_s += begun.elapsed().as_secs_f64();
        cpu::bind(cpus);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::work::{Speed, compute};
    use std::hint::black_box;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn rivals_take_turns_and_each_has_its_own_times() {
        let contest = Contest { period: Duration::from_millis(2), blocks: 60, rounds: 2, migrating: true };
        let (made, steps) = (AtomicUsize::new(0), Speed::calibrate().steps(500.0));
        let idle = || -> Box<dyn FnMut()> {
            made.fetch_add(1, Ordering::Relaxed);
            Box::new(|| ())
        };
        let busy = || -> Box<dyn FnMut()> {
            Box::new(move || {
                black_box(compute(black_box(steps)));
            })
        };
        let rivals =
            [Rival { name: "idle", make: Box::new(idle) }, Rival { name: "busy", make: Box::new(busy) }];
        let [idle, busy] = &contest.hold(&rivals, &|_| ())[..] else { panic!("two tallies") };
        assert_eq!((made.load(Ordering::Relaxed), idle.times_us.len()), (2, 120));
        assert!(busy.times_us().median() > 10.0 * idle.times_us().median());
    }

    #[test]
    fn what_is_useful_is_counted_by_blocks() {
        let serial = Tally { times_us: vec![0.0; 20], cpu_s: 0.5, wall_s: 1.0 };
        let other = Tally { times_us: vec![0.0; 10], cpu_s: 1.0, wall_s: 2.0 };
        assert_eq!((other.cores(), other.cores_beyond(&serial)), (0.5, 0.375));
    }
}
