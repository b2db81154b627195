//! Law 3: no allocation and no free on any thread that renders, from a brand-new thread's first call on, while
//! another thread edits.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use manycord_engine::{Overlap, Patch};
use manycord_tests::performance;
use manycord_tests::random::{self, Random};
use manycord_tests::render::{SAMPLE_RATE, begin, block, pool};

/// Counts on every thread but those that say that they may allocate.
struct Counting;

static COUNT: AtomicU64 = AtomicU64::new(0);

thread_local! {
    static MAY_ALLOCATE: Cell<bool> = const { Cell::new(false) };
}

fn note() {
    if !MAY_ALLOCATE.get() {
        COUNT.fetch_add(1, Ordering::Relaxed);
    }
}

// SAFETY: every call is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note();
        // SAFETY: as the caller promised us.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        note();
        // SAFETY: as the caller promised us.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Seconds of sound, rendered as fast as it goes.
const SECONDS: usize = 60;
const BLOCK: usize = 256;

/// Edits after which the patch begins again, so that it stays of a playable size.
const EDITS: usize = 40;

/// Tells the editing thread to end, also when an assertion fails: else it would edit for ever.
struct Done<'a>(&'a AtomicBool);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Waits until nobody has allocated for two seconds: the test harness's own thread, which is counted too, still notes that
/// it has started this test, on a busy machine more than a second later.
fn wait_for_quiet() {
    let (mut seen, mut since) = (COUNT.load(Ordering::Relaxed), Instant::now());
    while since.elapsed() < Duration::from_secs(2) {
        std::thread::sleep(Duration::from_millis(20));
        let now = COUNT.load(Ordering::Relaxed);
        if now != seen {
            (seen, since) = (now, Instant::now());
        }
    }
}

#[test]
fn rendering_allocates_nothing_while_another_thread_edits() {
    MAY_ALLOCATE.set(true);
    wait_for_quiet();
    let pool = pool(3);
    let patch = Patch { pipelined: true, ..random::patch(11) };
    let second = SAMPLE_RATE as usize / BLOCK * BLOCK;
    let (mut control, engine) = begin(patch, &pool);
    let mut engine = Some(engine);
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let done = &done;
        let _ends = Done(done);
        scope.spawn(move || {
            MAY_ALLOCATE.set(true);
            let mut random = Random(3);
            let mut edits = 0;
            while !done.load(Ordering::Relaxed) {
                if edits % EDITS == EDITS - 1 {
                    let pipelined = edits / EDITS % 2 == 1;
                    let next = Patch { pipelined, ..random::patch(edits as u64) };
                    control.load(next).expect("random patches compile");
                } else {
                    let mut next = random::edit(&mut random, control.patch());
                    next.pipelined ^= random.chance(0.1);
                    control.edit(next).expect("random edits compile");
                    control.overlap(*random.pick(&[Overlap::Always, Overlap::Never]));
                }
                control.collect();
                edits += 1;
                std::thread::sleep(Duration::from_millis(5));
            }
            assert!(edits > 100, "only {edits} edits while rendering");
            control
        });
        for number in 0..SECONDS {
            let events = performance::events(number as u64, second);
            let input = vec![0.01; second];
            let mut sides = [vec![0.0; second], vec![0.0; second]];
            let mut here = Vec::with_capacity(256);
            let mut moved = engine.take().expect("the engine comes back");
            // Each second on a thread that has never called before. What a thread's own start and end
            // allocate lies outside the count.
            let (back, counted) = scope
                .spawn(move || {
                    MAY_ALLOCATE.set(true);
                    let events = events;
                    let before = COUNT.load(Ordering::Relaxed);
                    MAY_ALLOCATE.set(false);
                    for start in (0..second).step_by(BLOCK) {
                        here.clear();
                        let range = start..start + BLOCK;
                        here.extend(
                            events.iter().filter(|event| range.contains(&(event.frame as usize))).copied(),
                        );
                        here.iter_mut().for_each(|event| event.frame -= start as u32);
                        block(&mut moved, range, &here, &input, &mut sides);
                    }
                    MAY_ALLOCATE.set(true);
                    (moved, COUNT.load(Ordering::Relaxed) - before)
                })
                .join()
                .expect("rendering does not panic");
            engine = Some(back);
            assert_eq!(counted, 0, "allocations or frees in second {number}");
        }
    });
    drop(engine);
}
