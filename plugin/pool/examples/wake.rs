//! Park, spin or anticipate? Runs the same tasks in the rhythm of a host (64 frames at 48 kHz) under each
//! policy, the serial loop interleaved, and prints times and the cores that were kept busy.
//!
//! `cargo run --release -p manycord-pool --example wake [SECONDS]`

use std::time::{Duration, Instant};

use manycord_pool::{Config, Flow, Graph, Hint, IdlePolicy, Job, Pool};

const PERIOD: Duration = Duration::from_nanos(1_333_333);

struct Busy {
    loops: u32,
}

impl Job for Busy {
    fn run(&self, task: usize, _seat: usize) {
        let mut x = task as u32;
        for _ in 0..self.loops {
            x = std::hint::black_box(x.wrapping_mul(1_664_525).wrapping_add(1));
        }
    }
}

fn loops_per_us() -> f64 {
    let busy = Busy { loops: 1_000_000 };
    let begun = Instant::now();
    busy.run(1, 0);
    1_000_000.0 / begun.elapsed().as_secs_f64() / 1e6
}

/// CPU time of this process, in seconds.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let own: f64 = stat.split(' ').next().and_then(|ns| ns.parse().ok()).unwrap_or(0.0);
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let all: f64 = tasks
        .filter_map(|task| std::fs::read_to_string(task.path().join("schedstat")).ok())
        .filter_map(|stat| stat.split(' ').next().and_then(|ns| ns.parse::<f64>().ok()))
        .sum();
    all.max(own) / 1e9
}

fn percentile(times: &mut [f64], share: f64) -> f64 {
    times.sort_by(f64::total_cmp);
    times[((times.len() - 1) as f64 * share) as usize]
}

fn main() {
    let seconds: f64 = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(2.0);
    let cores = manycord_pool::usable_cpus();
    println!("{cores} cores; us per block, p50 / p90 / p99; cores beyond the useful work");
    let speed = loops_per_us();
    for (us, tasks) in [(5.0, 8), (20.0, 8), (20.0, 32), (100.0, 4)] {
        for idle in [IdlePolicy::Park, IdlePolicy::Spin, IdlePolicy::Anticipate] {
            let pool = Pool::new(&Config { workers: Some(cores - 1), idle });
            let alone = Pool::new(&Config { workers: Some(0), idle });
            let (mut client, mut single) = (pool.client().unwrap(), alone.client().unwrap());
            let graph = Graph::new(&vec![Vec::new(); tasks], &vec![0; tasks]).unwrap();
            let flow = Flow::new(graph, Busy { loops: (us * speed) as u32 });
            let hint = Hint {
                serial_ns: (us * 1e3) as u32 * tasks as u32,
                useful: tasks as u32,
                period_ns: PERIOD.as_nanos() as u32,
                deadline_ns: None,
            };
            let (mut serial, mut pooled) = (Vec::new(), Vec::new());
            let (cpu, begun) = (cpu_seconds(), Instant::now());
            let mut due = begun;
            let mut serial_busy = 0.0;
            while begun.elapsed().as_secs_f64() < seconds {
                // A quarter second of one, then of the other, so that both see the same machine.
                let turn = (begun.elapsed().as_millis() / 250) % 2 == 0;
                due += PERIOD;
                std::thread::sleep(due.saturating_duration_since(Instant::now()));
                let start = Instant::now();
                if turn {
                    client.run(&flow, &hint);
                    pooled.push(start.elapsed().as_secs_f64() * 1e6);
                } else {
                    single.run(&flow, &hint);
                    serial.push(start.elapsed().as_secs_f64() * 1e6);
                    serial_busy += start.elapsed().as_secs_f64();
                }
            }
            let wall = begun.elapsed().as_secs_f64();
            let block = percentile(&mut serial, 0.5) * 1e-6;
            let useful = serial_busy + block * pooled.len() as f64;
            let beyond = (cpu_seconds() - cpu - useful) / wall;
            let mut show = |times: &mut Vec<f64>| [0.5, 0.9, 0.99].map(|share| percentile(times, share));
            let (s, p) = (show(&mut serial), show(&mut pooled));
            println!(
                "{us:>4} us x {tasks:<3} {:<11} serial {:6.0} {:6.0} {:6.0}   pool {:6.0} {:6.0} {:6.0}   p50 ratio {:.2}   {beyond:.2}",
                format!("{idle:?}"),
                s[0],
                s[1],
                s[2],
                p[0],
                p[1],
                p[2],
                p[0] / s[0]
            );
        }
    }
}
