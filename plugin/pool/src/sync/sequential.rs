//! Loom's atomics with sequentially consistent operations. Loom itself takes these for acquire and release only, and
//! would report that two threads which both write first and read then may miss each other. A sequentially consistent
//! fence it knows: one before each such load, and one after each such store or exchange, restores the order. That is a
//! little more than the language promises (fences also order what stands around them), never less.

use loom::sync::atomic::{self as weak, fence};
pub(crate) use loom::sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, Ordering};

fn fenced(order: Ordering) {
    if order == Ordering::SeqCst {
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
                fenced(order);
                self.0.load(order)
            }
            #[track_caller]
            pub(crate) fn store(&self, value: $value, order: Ordering) {
                self.0.store(value, order);
                fenced(order);
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
                fenced(if result.is_ok() { done } else { failed });
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
            fenced(order);
            before
        }
    )*};
}

integer!(AtomicU32, u32);
integer!(AtomicU64, u64);
integer!(AtomicUsize, usize);
