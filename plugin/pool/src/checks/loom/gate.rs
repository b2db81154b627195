//! No news is slept through.

use std::sync::Arc;

use loom::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use loom::thread;

use super::model;
use crate::gate::Gate;

/// A worker's loop, cut down: the number, then the look, then sleep on the number.
fn wait_for(gate: &Gate, holds: impl Fn() -> bool) {
    loop {
        let seen = gate.seen();
        if holds() {
            return;
        }
        gate.sleep(seen, None);
    }
}

/// The flag is relaxed, as the pool's stop flag is: the gate's number publishes it.
#[test]
fn a_stop_flag_reaches_all_sleepers() {
    model(3, || {
        let shared = Arc::new((Gate::new(), AtomicBool::new(false)));
        let sleepers: Vec<_> = (0..2)
            .map(|_| {
                let shared = shared.clone();
                thread::spawn(move || wait_for(&shared.0, || shared.1.load(Ordering::Relaxed)))
            })
            .collect();
        shared.1.store(true, Ordering::Relaxed);
        shared.0.announce(|sleepers| sleepers);
        sleepers.into_iter().for_each(|sleeper| sleeper.join().unwrap());
    });
}

/// Each announcement wakes but one; whoever it is takes what is there.
#[test]
fn one_wake_for_each_piece_of_work_is_enough() {
    model(3, || {
        let shared = Arc::new((Gate::new(), AtomicU32::new(0)));
        let take = |count: &AtomicU32| {
            let mut left = count.load(Ordering::Relaxed);
            while left > 0 {
                match count.compare_exchange(left, left - 1, Ordering::Acquire, Ordering::Relaxed) {
                    Ok(_) => return true,
                    Err(now) => left = now,
                }
            }
            false
        };
        let sleepers: Vec<_> = (0..2)
            .map(|_| {
                let shared = shared.clone();
                thread::spawn(move || wait_for(&shared.0, || take(&shared.1)))
            })
            .collect();
        for _ in 0..2 {
            shared.1.fetch_add(1, Ordering::Release);
            shared.0.announce(|_| 1);
        }
        sleepers.into_iter().for_each(|sleeper| sleeper.join().unwrap());
    });
}
