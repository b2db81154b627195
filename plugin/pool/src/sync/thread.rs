//! Shuttle's threads, with what their handles lack.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

pub(crate) use shuttle::thread::yield_now;

/// Time is not modelled: a chance for all others. (Shuttle's own `sleep` may starve them.)
pub(crate) fn sleep(_time: std::time::Duration) {
    yield_now();
}

/// A thread that can be asked whether it has ended.
#[derive(Debug)]
pub(crate) struct JoinHandle<T> {
    thread: shuttle::thread::JoinHandle<T>,
    ended: Arc<AtomicBool>,
}

impl<T> JoinHandle<T> {
    pub(crate) fn is_finished(&self) -> bool {
        self.ended.load(Ordering::Relaxed)
    }

    pub(crate) fn join(self) -> std::thread::Result<T> {
        self.thread.join()
    }
}

/// Starts threads.
pub(crate) struct Builder(shuttle::thread::Builder);

impl Builder {
    pub(crate) fn new() -> Builder {
        Builder(shuttle::thread::Builder::new())
    }

    pub(crate) fn name(self, name: String) -> Builder {
        Builder(self.0.name(name))
    }

    /// The checker's own size is enough, and quicker to make.
    pub(crate) fn stack_size(self, _bytes: usize) -> Builder {
        self
    }

    pub(crate) fn spawn<T: Send + 'static>(
        self,
        body: impl FnOnce() -> T + Send + 'static,
    ) -> std::io::Result<JoinHandle<T>> {
        let ended = Arc::new(AtomicBool::new(false));
        let tell = ended.clone();
        let thread = self.0.spawn(move || {
            let result = body();
            tell.store(true, Ordering::Relaxed);
            result
        })?;
        Ok(JoinHandle { thread, ended })
    }
}
