//! Running allocates nothing: not on a caller's brand-new thread, not on a worker.

mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicU64, Ordering};

use common::{TOGETHER, checked, pool, random_graph};

struct Counting;

static COUNT: AtomicU64 = AtomicU64::new(0);

// SAFETY: every call is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.fetch_add(1, Ordering::Relaxed);
        // SAFETY: as the caller promised us.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        COUNT.fetch_add(1, Ordering::Relaxed);
        // SAFETY: as the caller promised us.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
#[cfg_attr(miri, ignore = "the interpreter's allocator is another")]
fn runs_allocate_nothing_on_any_thread() {
    // The test harness's own thread, which is counted too, still notes that it has started this test.
    std::thread::sleep(std::time::Duration::from_secs(2));
    queues_have_the_room_that_we_rely_on();
    let pool = pool(3);
    let flows: Vec<_> = (1..20u64).map(|seed| checked(&random_graph(seed * 77, 150, 300), 30)).collect();
    let mut fan = vec![Vec::new(); 300];
    fan[0] = (1..300).collect();
    let fan = checked(&fan, 30);
    for round in 1..=3 {
        let mut client = pool.client().unwrap();
        // A thread that never called before; counted between its first instruction and its last.
        let counted = std::thread::scope(|scope| {
            let (flows, fan) = (&flows, &fan);
            scope
                .spawn(move || {
                    let before = COUNT.load(Ordering::Relaxed);
                    for _ in 0..50 {
                        for flow in flows {
                            client.run(flow, &TOGETHER);
                        }
                        client.run(fan, &TOGETHER);
                    }
                    let counted = COUNT.load(Ordering::Relaxed) - before;
                    flows.iter().for_each(|flow| flow.job().expect_runs(50 * round));
                    drop(client);
                    counted
                })
                .join()
                .unwrap()
        });
        assert_eq!(counted, 0);
    }
}

/// Called by the only test here: two at once would count each other's allocations.
fn queues_have_the_room_that_we_rely_on() {
    let queue = crossbeam_deque::Worker::new_fifo();
    let before = COUNT.load(Ordering::Relaxed);
    for _ in 0..1000 {
        (0..64).for_each(|item: u64| queue.push(item));
        (0..64).for_each(|_| assert!(queue.pop().is_some()));
    }
    let grown = COUNT.load(Ordering::Relaxed) - before;
    assert_eq!(grown, 0, "the queue grew or shrank below 64 entries");
}
