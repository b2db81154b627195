//! Loom's atomics with sequentially consistent operations. Loom itself takes these for acquire and release only, and
//! would report that two threads which both write first and read then may miss each other. A sequentially consistent
//! fence it knows. One after each such write, or one before each such read, restores the order of write and read; each
//! way alone hides some mistakes in the other operation, so that every model is tried both ways.

use std::cell::Cell;

use loom::sync::atomic::{self as weak, fence};
pub(crate) use loom::sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, Ordering};

/// Where the fences stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fences {
    AfterWrites,
    BeforeReads,
}

thread_local! {
    // All threads of a model are run by one.
    static FENCES: Cell<Fences> = const { Cell::new(Fences::AfterWrites) };
}

/// Sets where the fences stand, for models that this thread runs.
pub(crate) fn put_fences(fences: Fences) {
    FENCES.set(fences);
}

fn fenced(order: Ordering, here: Fences) {
    if order == Ordering::SeqCst && FENCES.get() == here {
        fence(order);
    }
}

macro_rules! integer {
    ($name:ident, $value:ty) => {
        #[derive(Debug, Default)]
        pub(crate) struct $name(weak::$name);

        #[allow(dead_code)] // Not each type has all of them used.
        impl $name {
            #[track_caller]
            pub(crate) fn new(value: $value) -> $name {
                $name(weak::$name::new(value))
            }
            #[track_caller]
            pub(crate) fn load(&self, order: Ordering) -> $value {
                fenced(order, Fences::BeforeReads);
                self.0.load(order)
            }
            #[track_caller]
            pub(crate) fn store(&self, value: $value, order: Ordering) {
                self.0.store(value, order);
                fenced(order, Fences::AfterWrites);
            }
            #[track_caller]
            pub(crate) fn compare_exchange(
                &self,
                from: $value,
                to: $value,
                done: Ordering,
                failed: Ordering,
            ) -> Result<$value, $value> {
                let result = self.0.compare_exchange(from, to, done, failed);
                fenced(if result.is_ok() { done } else { failed }, Fences::AfterWrites);
                result
            }
            #[track_caller]
            pub(crate) fn compare_exchange_weak(
                &self,
                from: $value,
                to: $value,
                done: Ordering,
                failed: Ordering,
            ) -> Result<$value, $value> {
                self.compare_exchange(from, to, done, failed)
            }
            integer!(@change $value: swap fetch_add fetch_sub fetch_or fetch_max);
        }
    };
    (@change $value:ty: $($change:ident)*) => {$(
        #[track_caller]
        pub(crate) fn $change(&self, value: $value, order: Ordering) -> $value {
            let before = self.0.$change(value, order);
            fenced(order, Fences::AfterWrites);
            before
        }
    )*};
}

integer!(AtomicU32, u32);
integer!(AtomicU64, u64);
integer!(AtomicUsize, usize);
