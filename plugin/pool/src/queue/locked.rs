//! The same under a lock, for Miri: in crossbeam-deque a thief may read an entry while its owner writes the next one
//! there; it then throws away what it read. By the letter that is a data race, as its authors note, and Miri stops.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use crate::crew::lock;

/// As `crossbeam_deque::Worker`.
#[derive(Debug)]
pub(crate) struct Worker<T>(Arc<Mutex<VecDeque<T>>>);

/// As `crossbeam_deque::Stealer`.
#[derive(Debug)]
pub(crate) struct Stealer<T>(Arc<Mutex<VecDeque<T>>>);

/// As `crossbeam_deque::Steal`.
#[derive(Debug)]
pub(crate) enum Steal<T> {
    Success(T),
    Retry,
    Empty,
}

impl<T> Worker<T> {
    pub(crate) fn new_fifo() -> Worker<T> {
        Worker(Arc::default())
    }
    pub(crate) fn stealer(&self) -> Stealer<T> {
        Stealer(self.0.clone())
    }
    pub(crate) fn push(&self, value: T) {
        lock(&self.0).push_back(value);
    }
    pub(crate) fn pop(&self) -> Option<T> {
        lock(&self.0).pop_front()
    }
    pub(crate) fn len(&self) -> usize {
        lock(&self.0).len()
    }
}

impl<T> Stealer<T> {
    pub(crate) fn is_empty(&self) -> bool {
        lock(&self.0).is_empty()
    }
    pub(crate) fn steal(&self) -> Steal<T> {
        match self.0.try_lock() {
            Ok(mut queue) => queue.pop_front().map_or(Steal::Empty, Steal::Success),
            Err(_) => Steal::Retry,
        }
    }
}
