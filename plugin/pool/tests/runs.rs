//! Every task once, after all its predecessors, whoever runs it.

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use common::{TOGETHER, checked, pool, random_graph, rounds};
use manycord_pool::{Flow, Graph, Hint, Job, Outcome, Seat};

#[test]
fn random_graphs_run_in_order_on_any_number_of_workers() {
    for &workers in &[0, 2, 1, 4, 8][..rounds(5, 2) as usize] {
        let pool = pool(workers);
        let mut client = pool.client().unwrap();
        for seed in 1..rounds(40, 5) {
            let tasks = 1 + (seed as usize * 37) % rounds(200, 40) as usize;
            let flow = checked(&random_graph(u64::from(seed) * 7919, tasks, tasks * 2), 20);
            for run in 1..=rounds(20, 3) {
                assert_eq!(client.run(&flow, &TOGETHER), Outcome::Done);
                flow.job().expect_runs(run);
            }
        }
    }
}

#[test]
fn ten_thousand_tasks_at_once_and_a_task_that_frees_them_all() {
    let pool = pool(4);
    let mut client = pool.client().unwrap();
    // In any case more than queues hold.
    let tasks = rounds(10_000, 300) as usize;
    let wide = checked(&vec![Vec::new(); tasks], 20);
    let (mut fan, last) = (vec![Vec::new(); tasks], tasks - 1);
    fan[0] = (1..last as u32).collect();
    (1..last).for_each(|task| fan[task] = vec![last as u32]);
    let fan = checked(&fan, 20);
    for run in 1..=rounds(10, 2) {
        client.run(&wide, &TOGETHER);
        client.run(&fan, &TOGETHER);
        wide.job().expect_runs(run);
        fan.job().expect_runs(run);
    }
}

#[test]
fn workers_take_part() {
    let pool = pool(2);
    let mut client = pool.client().unwrap();
    let flow = checked(&vec![Vec::new(); 64], 20_000);
    let begun = Instant::now();
    while flow.job().seats.load(Ordering::Relaxed).count_ones() < 3 {
        client.run(&flow, &TOGETHER);
        assert!(begun.elapsed() < Duration::from_secs(20), "workers never took a task");
    }
    assert!(pool.load().iter().all(|worker| worker.tasks > 0));
}

#[test]
fn eight_callers_share_the_workers() {
    let pool = pool(3);
    std::thread::scope(|scope| {
        for number in 0..u64::from(rounds(8, 3)) {
            let pool = &pool;
            scope.spawn(move || {
                let mut client = pool.client().unwrap();
                let flow = checked(&random_graph(number * 31 + 5, 50, 80), 200);
                for run in 1..=rounds(200, 3) {
                    client.run(&flow, &TOGETHER);
                    flow.job().expect_runs(run);
                }
            });
        }
    });
}

#[test]
fn a_client_may_move_between_threads() {
    let pool = pool(2);
    let mut client = pool.client().unwrap();
    let flow = checked(&random_graph(9, 60, 90), 50);
    for run in 1..=rounds(30, 3) {
        client = std::thread::scope(|scope| {
            let flow = &flow;
            let mut client = client;
            scope
                .spawn(move || {
                    client.run(flow, &TOGETHER);
                    flow.job().expect_runs(run);
                    client
                })
                .join()
                .unwrap()
        });
    }
}

struct Panics;

impl Job for Panics {
    fn run(&self, task: usize, _seat: &Seat) {
        assert!(!task.is_multiple_of(3), "task {task} panics on purpose");
    }
}

#[test]
fn panics_are_caught_and_counted_and_successors_still_run() {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    for workers in [0, 2] {
        let pool = pool(workers);
        let mut client = pool.client().unwrap();
        let mut chain: Vec<Vec<u32>> = (1..9).map(|next| vec![next]).collect();
        chain.push(Vec::new());
        let flow = Flow::new(Graph::new(&chain, &[0; 9]).unwrap(), Panics);
        for _ in 0..5 {
            assert_eq!(client.run(&flow, &TOGETHER), Outcome::Panicked(3));
        }
    }
    std::panic::set_hook(hook);
}

#[test]
#[cfg_attr(miri, ignore = "counts what the system knows")]
fn pools_come_and_go_without_leaving_threads_or_files() {
    let count = |what: &str| std::fs::read_dir(format!("/proc/self/{what}")).map_or(0, Iterator::count);
    let flow = checked(&random_graph(3, 30, 40), 10);
    let cycle = || {
        let pool = pool(4);
        pool.client().unwrap().run(&flow, &TOGETHER);
        let begun = Instant::now();
        drop(pool);
        begun.elapsed()
    };
    cycle();
    let files = count("fd");
    let slowest = (0..50).map(|_| cycle()).max().unwrap_or_default();
    assert!(slowest < Duration::from_secs(1), "{slowest:?}");
    // Tests beside this one have files open for a moment; what fifty pools left behind would stay.
    let begun = Instant::now();
    while count("fd") > files {
        assert!(begun.elapsed() < Duration::from_secs(10), "{} files, {files} before", count("fd"));
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn the_serial_estimate_decides_who_takes_part() {
    let pool = pool(2);
    let mut client = pool.client().unwrap();
    let flow = checked(&vec![Vec::new(); 8], 10);
    let hint = Hint { serial_ns: 1_000, useful: 8, ..Hint::default() };
    for _ in 0..100 {
        client.run(&flow, &hint);
    }
    assert_eq!(flow.job().seats.load(Ordering::Relaxed), 1, "a small run is the caller's own");
}

#[test]
fn the_shared_pool_is_one_and_goes_with_its_last_handle() {
    let config = manycord_pool::Config { workers: Some(1), ..Default::default() };
    let first = manycord_pool::Pool::shared(&config);
    let second = manycord_pool::Pool::shared(&config);
    assert!(Arc::ptr_eq(&first, &second));
    let weak = Arc::downgrade(&first);
    drop((first, second));
    assert!(weak.upgrade().is_none());
    assert_eq!(manycord_pool::Pool::shared(&config).workers(), 1);
}

/// Task 0 holds a worker; or two tasks of which each waits for the other to begin.
struct Meeting {
    holds: bool,
    begun: AtomicU32,
    met: AtomicU32,
    released: AtomicBool,
}

impl Meeting {
    fn flow(holds: bool) -> Arc<Flow<Meeting>> {
        let graph = if holds { Graph::new(&[vec![]], &[1]) } else { Graph::new(&[vec![], vec![]], &[1, 1]) };
        let graph = graph.expect("the graph is sound");
        let graph = if holds { graph.guard([0]) } else { graph };
        let (begun, met, released) = (AtomicU32::new(0), AtomicU32::new(0), AtomicBool::new(false));
        Flow::new(graph, Meeting { holds, begun, met, released })
    }
}

impl Job for Meeting {
    fn run(&self, _task: usize, _seat: &Seat) {
        self.begun.fetch_add(1, Ordering::SeqCst);
        let since = Instant::now();
        while self.holds && !self.released.load(Ordering::SeqCst) {
            std::thread::sleep(Duration::from_millis(1));
        }
        while !self.holds && since.elapsed() < Duration::from_secs(1) {
            if self.begun.load(Ordering::SeqCst) == 2 {
                self.met.fetch_add(1, Ordering::SeqCst);
                return;
            }
            std::hint::spin_loop();
        }
    }
}

#[test]
fn a_worker_that_is_busy_for_another_client_does_not_count_as_help() {
    let pool = pool(2);
    let mut client = pool.client().unwrap();
    let flow = checked(&vec![Vec::new(); 8], 10);
    // Until it tries what running together brings.
    for _ in 0..17 {
        client.run(&flow, &TOGETHER);
    }
    let held = Meeting::flow(true);
    std::thread::scope(|scope| {
        scope.spawn(|| pool.client().unwrap().run(&held, &TOGETHER));
        while held.job().begun.load(Ordering::SeqCst) == 0 {
            std::thread::sleep(Duration::from_millis(1));
        }
        // The other worker falls asleep.
        std::thread::sleep(Duration::from_millis(100));
        let meeting = Meeting::flow(false);
        client.run(&meeting, &Hint { useful: 2, ..TOGETHER });
        held.job().released.store(true, Ordering::SeqCst);
        assert_eq!(meeting.job().met.load(Ordering::SeqCst), 2, "nobody was woken for the second task");
    });
}
