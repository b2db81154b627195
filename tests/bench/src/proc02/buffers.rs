//! Workers write where the reader reads.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use anyhow::{Result, ensure};
use manycord_pool::Outcome;

use super::fixture::{TOGETHER, client, now_ns, pool, us_between, with_one_for_workers};
use super::{Effort, Figure};
use crate::quantile::Quantiles;

/// Values in a task's buffer.
const VALUES: usize = 1_024;

/// A buffer that a worker fills; `Relaxed` throughout: the pool's own ordering must make it visible.
struct Buffer {
    values: Box<[AtomicU64]>,
    /// Where the worker wrote.
    written_at: AtomicUsize,
    written_ns: AtomicU64,
    /// Who wrote.
    seat: AtomicUsize,
    round: AtomicU64,
}

/// Bytes that are not read where they were written, and the time from a worker's last write until the reader has it.
pub fn buffers(effort: Effort) -> Result<Vec<Figure>> {
    let pool = pool();
    let mut client = client(&pool);
    let buffer = Arc::new(Buffer {
        values: (0..VALUES).map(|_| AtomicU64::new(0)).collect(),
        written_at: AtomicUsize::new(0),
        written_ns: AtomicU64::new(0),
        seat: AtomicUsize::new(0),
        round: AtomicU64::new(0),
    });
    let flow = {
        let buffer = buffer.clone();
        with_one_for_workers(1, move |_, seat| {
            let round = buffer.round.load(Ordering::Relaxed);
            buffer.written_at.store(buffer.values.as_ptr() as usize, Ordering::Relaxed);
            buffer.seat.store(seat.number(), Ordering::Relaxed);
            // The clock is read before the last write, so that reading it is not taken off the time.
            let (last, others) = buffer.values.split_last().expect("there are values");
            others.iter().for_each(|value| value.store(round, Ordering::Relaxed));
            buffer.written_ns.store(now_ns(), Ordering::Relaxed);
            last.store(round, Ordering::Relaxed);
        })
    };
    let (mut times, mut copied) = (Vec::new(), 0);
    for round in 1..=effort.pick(3_000, 30_000) {
        buffer.round.store(round, Ordering::Relaxed);
        let outcome = client.run(&flow, &TOGETHER);
        let last = buffer.values[VALUES - 1].load(Ordering::Relaxed);
        let read_ns = now_ns();
        ensure!(outcome == Outcome::Done && buffer.seat.load(Ordering::Relaxed) > 0, "no worker wrote");
        ensure!(last == round, "the last value is not visible when the run returns");
        ensure!(
            buffer.values.iter().all(|value| value.load(Ordering::Relaxed) == round),
            "a value is not visible when the run returns"
        );
        if buffer.written_at.load(Ordering::Relaxed) != buffer.values.as_ptr() as usize {
            copied += VALUES * size_of::<u64>();
        }
        times.push(us_between(buffer.written_ns.load(Ordering::Relaxed), read_ns));
    }
    Ok(vec![
        Figure::new("8-kB", "copied_bytes", copied as f64),
        Figure::new("8-kB", "visibility_us_p50", Quantiles::of(times).median()),
    ])
}
