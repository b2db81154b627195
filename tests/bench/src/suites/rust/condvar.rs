//! The pool that most programs write first: a counter of tasks behind a mutex, and condition variables. Its caller
//! takes tasks too, so that it is as good as such a pool gets.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

/// What the mutex holds.
#[derive(Default)]
struct State {
    /// Next task of the run, and how many there are.
    next: usize,
    tasks: usize,
    /// Tasks that have not ended.
    left: usize,
    stop: bool,
}

struct Shared {
    state: Mutex<State>,
    /// There are tasks, or the end has come.
    work: Condvar,
    /// The last task has ended.
    done: Condvar,
    task: Box<dyn Fn(usize) + Send + Sync>,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs tasks until none is left to begin.
    fn help<'a>(&'a self, mut state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        while state.next < state.tasks {
            let number = state.next;
            state.next += 1;
            drop(state);
            (self.task)(number);
            state = self.lock();
            state.left -= 1;
            if state.left == 0 {
                self.done.notify_one();
            }
        }
        state
    }
}

/// Threads and their tasks.
pub(super) struct Pool {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

impl Pool {
    /// A pool whose every task is this function.
    pub(super) fn new(workers: usize, task: impl Fn(usize) + Send + Sync + 'static) -> Pool {
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            work: Condvar::new(),
            done: Condvar::new(),
            task: Box::new(task),
        });
        let work = |shared: Arc<Shared>| {
            let mut state = shared.lock();
            while !state.stop {
                state = shared.help(state);
                if !state.stop {
                    state = shared.work.wait(state).unwrap_or_else(PoisonError::into_inner);
                }
            }
        };
        let threads = (0..workers)
            .map(|_| {
                let shared = shared.clone();
                std::thread::spawn(move || work(shared))
            })
            .collect();
        Pool { shared, threads }
    }

    /// Runs tasks 0 to `tasks` − 1; returns when all have ended.
    pub(super) fn run(&self, tasks: usize) {
        let mut state = self.shared.lock();
        (state.next, state.tasks, state.left) = (0, tasks, tasks);
        self.shared.work.notify_all();
        let mut state = self.shared.help(state);
        while state.left > 0 {
            state = self.shared.done.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.lock().stop = true;
        self.shared.work.notify_all();
        for thread in self.threads.drain(..) {
            // Its tasks do not panic.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn every_task_runs_once_per_run() {
        let counts: Arc<[AtomicUsize; 50]> = Arc::new(std::array::from_fn(|_| AtomicUsize::new(0)));
        let counted = counts.clone();
        let pool = Pool::new(3, move |number| {
            counted[number].fetch_add(1, Ordering::Relaxed);
        });
        for run in 1..=200 {
            pool.run(50);
            assert!(counts.iter().all(|count| count.load(Ordering::Relaxed) == run), "run {run}");
        }
    }
}
