//! Runs that end in time.

use super::{TOGETHER, below, explore, pool, random_flow};
use crate::Outcome;

#[test]
fn random_graphs_run_in_order_and_the_pool_ends() {
    explore(9_000, || {
        let pool = pool(1 + below(3));
        let mut client = pool.client().unwrap();
        for _ in 0..2 {
            let flow = random_flow(8, false);
            for run in 1..=2 {
                assert_eq!(client.run(&flow, &TOGETHER), Outcome::Done);
                flow.job().expect_runs(run);
            }
        }
    });
}

#[test]
fn several_clients_share_the_workers() {
    explore(6_000, || {
        let pool = pool(1 + below(2));
        let callers: Vec<_> = (0..2)
            .map(|_| {
                let pool = pool.clone();
                shuttle::thread::spawn(move || {
                    let mut client = pool.client().unwrap();
                    let flow = random_flow(6, true);
                    for run in 1..=2 {
                        assert_eq!(client.run(&flow, &TOGETHER), Outcome::Done);
                        flow.job().expect_runs(run);
                    }
                })
            })
            .collect();
        drop(pool);
        callers.into_iter().for_each(|caller| caller.join().unwrap());
    });
}

/// Workers sleep after each run or have just begun to; nothing but the next run's announcement wakes them, and a
/// guarded task needs one.
#[test]
fn guarded_tasks_find_a_worker_that_falls_asleep() {
    explore(6_000, || {
        let pool = pool(1);
        let mut client = pool.client().unwrap();
        let flow = random_flow(4, true);
        for run in 1..=3 {
            assert_eq!(client.run(&flow, &TOGETHER), Outcome::Done);
            flow.job().expect_runs(run);
            for _ in 0..below(40) {
                shuttle::thread::yield_now();
            }
        }
    });
}
