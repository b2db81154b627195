//! Tasks that do not return, and threads that end: the caller goes on, the culprit is named, the thread replaced.

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use common::{TOGETHER, checked, pool, random_graph, rounds};
use manycord_pool::{Client, Flow, Graph, Hint, Job, Outcome, Pool, Seat, Standing};

const LIVE: Hint = Hint { patience_ns: Some(rounds(5_000_000, 200_000_000)), ..TOGETHER };

/// For what must happen in the end.
const LIMIT: Duration = Duration::from_secs(rounds(10, 200) as u64);

/// What task 0 does on a worker.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mischief {
    None,
    Loops,
    /// Before it has named a part.
    LoopsAtOnce,
    Blocks,
    ThreadEnds,
}

struct Bad {
    mischief: Mischief,
    released: AtomicBool,
    lost: AtomicU64,
    runs: AtomicU32,
    /// Runs of parts after the one that does not return.
    afterwards: AtomicU32,
}

impl Job for Bad {
    fn run(&self, task: usize, seat: &Seat) {
        self.runs.fetch_add(1, Ordering::Relaxed);
        if task != 0 || self.mischief != Mischief::LoopsAtOnce && !seat.enter(7) {
            return;
        }
        assert_ne!(seat.number(), 0, "a guarded task on the caller's thread");
        match self.mischief {
            Mischief::None => {}
            Mischief::Loops | Mischief::LoopsAtOnce => {
                while !self.released.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            }
            Mischief::Blocks => {
                while !self.released.load(Ordering::Relaxed) {
                    std::thread::sleep(Duration::from_millis(200));
                }
            }
            // SAFETY: ends the calling thread alone and at once, as a fault of the system would.
            Mischief::ThreadEnds => unsafe {
                libc::syscall(libc::SYS_exit, 0);
            },
        }
        if seat.enter(8) {
            self.afterwards.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn lost(&self, task: usize, part: Option<u32>) {
        let part = part.map_or(999, u64::from);
        self.lost.store(1_000_000 + task as u64 * 1_000 + part, Ordering::Relaxed);
    }
}

/// Task 0 does mischief; 1 to 8 stand beside it, 9 waits for all.
fn bad(mischief: Mischief) -> Arc<Flow<Bad>> {
    let mut successors = vec![vec![9]; 9];
    successors.push(Vec::new());
    let graph = Graph::new(&successors, &[1; 10]).expect("the graph is sound").guard([0]);
    Flow::new(
        graph,
        Bad {
            mischief,
            released: AtomicBool::new(false),
            lost: AtomicU64::new(0),
            runs: AtomicU32::new(0),
            afterwards: AtomicU32::new(0),
        },
    )
}

/// Runs until the run is given up; returns how long the client was not free.
fn wreck(client: &mut Client, flow: &Arc<Flow<Bad>>) -> Duration {
    let begun = Instant::now();
    assert_eq!(client.run(flow, &LIVE), Outcome::Late);
    loop {
        match client.standing() {
            Standing::Late => std::thread::sleep(Duration::from_micros(200)),
            Standing::Wrecked => break,
            Standing::Free => panic!("a run whose task never returns has ended"),
        }
        assert!(begun.elapsed() < LIMIT, "the run is never given up");
    }
    begun.elapsed()
}

fn expect_healthy(client: &mut Client) {
    let healthy = checked(&random_graph(11, 40, 30), 2_000);
    for run in 1..=rounds(20, 3) {
        assert_eq!(client.run(&healthy, &TOGETHER), Outcome::Done);
        healthy.job().expect_runs(run);
    }
}

fn wait_for(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < LIMIT, "{what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn guarded_tasks_run_on_workers_alone() {
    let pool = pool(1);
    let mut client = pool.client().unwrap();
    let flow = bad(Mischief::None);
    for run in 1..=rounds(200, 5) {
        assert_eq!(client.run(&flow, &Hint { serial_ns: 10, useful: 1, ..TOGETHER }), Outcome::Done);
        assert_eq!(flow.job().runs.load(Ordering::Relaxed), 10 * run);
    }
}

#[test]
fn ten_endless_loops_in_a_row_are_given_up_named_and_survived() {
    let pool = pool(2);
    let told = Arc::new(AtomicU32::new(0));
    let alarm = {
        let told = told.clone();
        Arc::new(move || {
            told.fetch_add(1, Ordering::Relaxed);
        })
    };
    let mut client = pool.client_with(Some(alarm)).unwrap();
    let mut neighbour = pool.client().unwrap();
    let mut stuck = Vec::new();
    for round in 1..=rounds(10, 2) {
        let flow = bad(Mischief::Loops);
        let gap = wreck(&mut client, &flow);
        println!("endless loop {round}: given up after {gap:?}");
        assert_eq!(flow.job().lost.load(Ordering::Relaxed), 1_000_007, "task 0 in part 7");
        wait_for("the alarm", || told.load(Ordering::Relaxed) == round);
        expect_healthy(&mut client);
        expect_healthy(&mut neighbour);
        assert_eq!(pool.workers(), 2);
        stuck.push(flow);
    }
    for flow in &stuck {
        flow.job().released.store(true, Ordering::Relaxed);
    }
    for flow in &stuck {
        wait_for("a thread that comes back frees the flow", || Arc::strong_count(flow) == 1);
        assert_eq!(
            flow.job().afterwards.load(Ordering::Relaxed),
            0,
            "nothing runs after the part that was lost"
        );
        assert!(flow.job().runs.load(Ordering::Relaxed) <= 9, "the last task never ran");
    }
    expect_healthy(&mut client);
}

#[test]
fn a_task_that_is_stuck_before_it_names_a_part_is_not_taken_for_the_part_before() {
    let pool = pool(1);
    let mut client = pool.client().unwrap();
    // The only worker has been in part 7.
    assert_eq!(client.run(&bad(Mischief::None), &TOGETHER), Outcome::Done);
    let flow = bad(Mischief::LoopsAtOnce);
    wreck(&mut client, &flow);
    assert_eq!(flow.job().lost.load(Ordering::Relaxed), 1_000_999, "task 0, no part");
    flow.job().released.store(true, Ordering::Relaxed);
    wait_for("the thread comes back", || Arc::strong_count(&flow) == 1);
}

#[test]
fn a_task_that_waits_for_ever_is_given_up() {
    let pool = pool(1);
    let mut client = pool.client().unwrap();
    let flow = bad(Mischief::Blocks);
    wreck(&mut client, &flow);
    expect_healthy(&mut client);
    flow.job().released.store(true, Ordering::Relaxed);
    wait_for("the thread comes back", || Arc::strong_count(&flow) == 1);
}

#[test]
#[cfg_attr(miri, ignore = "ends a thread behind the interpreter's back")]
fn a_thread_that_ends_is_replaced() {
    let pool = pool(2);
    let mut client = pool.client().unwrap();
    for _ in 0..5 {
        let flow = bad(Mischief::ThreadEnds);
        let gap = wreck(&mut client, &flow);
        println!("a worker's thread ended: replaced after {gap:?}");
        assert_eq!(pool.workers(), 2);
        expect_healthy(&mut client);
        wait_for("nothing is kept of it", || Arc::strong_count(&flow) == 1);
    }
}

/// Returns late but returns.
struct Slow(Duration);

impl Job for Slow {
    fn run(&self, _task: usize, seat: &Seat) {
        if seat.number() != 0 {
            std::thread::sleep(self.0);
        }
    }
}

#[test]
fn a_run_that_is_late_but_ends_is_not_given_up() {
    let pool = pool(1);
    let mut client = pool.client().unwrap();
    let graph = Graph::new(&[vec![1], Vec::new()], &[1, 1]).unwrap().guard([0]);
    let flow = Flow::new(graph, Slow(Duration::from_millis(u64::from(rounds(12, 350)))));
    for _ in 0..5 {
        assert_eq!(client.run(&flow, &LIVE), Outcome::Late);
        assert_eq!(client.run(&flow, &LIVE), Outcome::Late, "nothing runs while the run goes on");
        wait_for("the run ends", || client.standing() == Standing::Free);
    }
    expect_healthy(&mut client);
}

#[test]
fn clients_and_pools_end_while_a_task_is_stuck() {
    let pool = pool(2);
    let mut client = pool.client().unwrap();
    let flow = bad(Mischief::Loops);
    assert_eq!(client.run(&flow, &LIVE), Outcome::Late);
    let begun = Instant::now();
    drop(client);
    assert!(begun.elapsed() < Duration::from_secs(5));
    let begun = Instant::now();
    drop(pool);
    println!("a pool with a stuck thread ended in {:?}", begun.elapsed());
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert!(Arc::strong_count(&flow) > 1, "the stuck thread still uses the flow");
    flow.job().released.store(true, Ordering::Relaxed);
}

/// Many pools at once would count each other's threads; here only that the crew keeps its size.
#[test]
fn a_replaced_worker_is_one_thread() {
    let pool: Arc<Pool> = pool(3);
    let mut client = pool.client().unwrap();
    let flow = bad(Mischief::Loops);
    wreck(&mut client, &flow);
    assert_eq!(pool.workers(), 3);
    flow.job().released.store(true, Ordering::Relaxed);
    wait_for("the thread comes back", || Arc::strong_count(&flow) == 1);
    assert_eq!(pool.workers(), 3);
}
