//! Runs that are late: those that end after all, and those that are given up.

use std::sync::Arc;

use shuttle::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use shuttle::thread;

use super::{TOGETHER, below, explore, pool, random_flow};
use crate::{Client, Flow, Graph, Hint, Job, Outcome, Pool, Seat, Standing};

const LIVE: Hint = Hint { patience_ns: Some(100_000), ..TOGETHER };

/// The first tasks wait until they are released; the others follow them or stand beside them.
struct Stuck {
    /// How many wait.
    wait: usize,
    released: Arc<AtomicBool>,
    lost: AtomicU32,
    /// Threads in tasks.
    inside: AtomicU32,
    last: AtomicU64,
    /// The client knows that the run was given up.
    told: AtomicBool,
    /// Tasks begun after that.
    afterwards: AtomicU32,
}

impl Job for Stuck {
    fn run(&self, task: usize, seat: &Seat) {
        self.inside.fetch_add(1, Ordering::SeqCst);
        self.afterwards.fetch_add(u32::from(self.told.load(Ordering::SeqCst)), Ordering::SeqCst);
        let goes_on = seat.enter(task as u32);
        while goes_on && task < self.wait && !self.released.load(Ordering::SeqCst) {
            thread::yield_now();
        }
        if task == LAST {
            self.last.fetch_add(1, Ordering::SeqCst);
        }
        self.inside.fetch_sub(1, Ordering::SeqCst);
    }

    fn lost(&self, _task: usize, _part: Option<u32>) {
        self.lost.fetch_add(1, Ordering::SeqCst);
    }
}

impl Drop for Stuck {
    fn drop(&mut self) {
        assert_eq!(self.inside.load(Ordering::SeqCst), 0, "freed while a thread is in it");
    }
}

const LAST: usize = 5;

/// 0 to 3 are roots, all free 4 and 5.
fn stuck() -> Arc<Flow<Stuck>> {
    let mut successors = vec![vec![4, 5]; 4];
    successors.resize(6, Vec::new());
    let wait = 1 + below(3);
    let graph = Graph::new(&successors, &[1; 6]).unwrap().guard(0..wait as u32);
    let job = Stuck {
        wait,
        released: Arc::new(AtomicBool::new(false)),
        lost: AtomicU32::new(0),
        inside: AtomicU32::new(0),
        last: AtomicU64::new(0),
        told: AtomicBool::new(false),
        afterwards: AtomicU32::new(0),
    };
    Flow::new(graph, job)
}

/// Waits until the client is free again. Returns whether its run was given up.
fn stand(client: &mut Client) -> bool {
    loop {
        match client.standing() {
            Standing::Free => return false,
            Standing::Wrecked => return true,
            Standing::Late => thread::yield_now(),
        }
    }
}

fn expect_healthy(client: &mut Client) {
    let flow = random_flow(5, true);
    for run in 1..=2 {
        assert_eq!(client.run(&flow, &TOGETHER), Outcome::Done);
        flow.job().expect_runs(run);
    }
}

/// Whatever a run that was given up has left behind, the client's next ones are whole; nothing of the flow is kept
/// once the thread comes back.
fn wreck(pool: &Arc<Pool>) {
    let workers = pool.workers();
    let mut client = pool.client().unwrap();
    let flow = stuck();
    assert_eq!(client.run(&flow, &LIVE), Outcome::Late);
    assert_eq!(client.run(&flow, &LIVE), Outcome::Late, "nothing runs while a run goes on");
    assert!(stand(&mut client), "a run whose task does not return has ended");
    let job = flow.job();
    job.told.store(true, Ordering::SeqCst);
    let inside = job.inside.load(Ordering::SeqCst);
    assert!(
        inside <= job.lost.load(Ordering::SeqCst),
        "told while threads that were not given up are inside"
    );
    assert!(job.lost.load(Ordering::SeqCst) >= 1, "named");
    assert_eq!(job.last.load(Ordering::SeqCst), 0, "the task behind all ran, and one had not returned");
    expect_healthy(&mut client);
    assert_eq!(pool.workers(), workers, "the crew keeps its size");
    if below(2) == 0 {
        // The thread in it is the last to need it.
        assert_eq!(job.afterwards.load(Ordering::SeqCst), 0, "a task of a run that was given up began");
        let released = job.released.clone();
        drop(flow);
        expect_healthy(&mut client);
        return released.store(true, Ordering::SeqCst);
    }
    job.released.store(true, Ordering::SeqCst);
    expect_healthy(&mut client);
    while Arc::strong_count(&flow) > 1 {
        thread::yield_now();
    }
    assert_eq!(job.inside.load(Ordering::SeqCst), 0);
    assert_eq!(job.last.load(Ordering::SeqCst), 0);
    assert_eq!(job.afterwards.load(Ordering::SeqCst), 0, "a task of a run that was given up began");
}

#[test]
fn a_stuck_task_is_given_up_and_all_else_goes_on() {
    explore(600, || {
        let pool = pool(1 + below(2));
        let neighbour = {
            let pool = pool.clone();
            thread::spawn(move || expect_healthy(&mut pool.client().unwrap()))
        };
        wreck(&pool);
        neighbour.join().unwrap();
    });
}

/// Slow tasks that are released at any moment: the run is in time, ends late, or is given up, while it ends.
#[test]
fn a_late_run_ends_or_is_given_up_whenever_its_task_returns() {
    explore(1_200, || {
        let pool = pool(1 + below(2));
        let mut client = pool.client().unwrap();
        for _ in 0..2 {
            let flow = stuck();
            let release = {
                let (flow, wait) = (flow.clone(), below(1_500));
                thread::spawn(move || {
                    for _ in 0..wait {
                        thread::yield_now();
                    }
                    flow.job().released.store(true, Ordering::SeqCst);
                })
            };
            let outcome = client.run(&flow, &LIVE);
            assert!(matches!(outcome, Outcome::Done | Outcome::Late));
            let wrecked = outcome == Outcome::Late && stand(&mut client);
            let (last, lost) =
                (flow.job().last.load(Ordering::SeqCst), flow.job().lost.load(Ordering::SeqCst));
            assert_eq!(last, u64::from(!wrecked), "whole, or given up before its end");
            assert!(wrecked || lost == 0, "a run that ended has lost nothing");
            expect_healthy(&mut client);
            release.join().unwrap();
        }
    });
}

#[test]
fn clients_and_pools_end_while_a_task_is_stuck() {
    explore(600, || {
        let pool = pool(1 + below(2));
        let flow = stuck();
        let mut client = pool.client().unwrap();
        assert_eq!(client.run(&flow, &LIVE), Outcome::Late);
        drop(client);
        drop(pool);
        // Whoever is stuck in it still uses it: it must not have been freed.
        assert!(Arc::strong_count(&flow) > 1);
        flow.job().released.store(true, Ordering::SeqCst);
    });
}
