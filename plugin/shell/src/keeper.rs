//! The thread that looks after an active instance: frees what the engine has done with, notes moved macros in
//! the document, keeps the macros' texts and the latency up to date. It sleeps while the instance is inactive.
//!
//! nice-plug's own background executor is not used: it can take the host down when an instance goes away.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use manycord_pool::Alarm;

use crate::instance::Instance;
use crate::params::ManycordParams;

/// Between two rounds while something changes.
const BUSY: Duration = Duration::from_millis(15);
/// Between two rounds while nothing does.
const QUIET: Duration = Duration::from_millis(100);
/// Rounds without a change after which it is quiet; cables fade out within.
const BUSY_ROUNDS: u32 = 30;

/// The keeper of one instance. Its thread starts with the first activation and is joined when this is dropped.
#[derive(Default)]
pub(crate) struct Keeper {
    desk: Arc<Desk>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Desk {
    orders: Mutex<Orders>,
    changed: Condvar,
}

#[derive(Clone, Copy, Debug, Default)]
struct Orders {
    duty: Duty,
    /// The sound waits for the next round.
    hurry: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Duty {
    #[default]
    Rest,
    Work,
    End,
}

impl Keeper {
    /// The instance is active.
    pub(crate) fn work(&mut self, instance: &Arc<Instance>, params: &Arc<ManycordParams>) {
        self.desk.assign(Duty::Work);
        if self.thread.is_none() {
            let (desk, instance, params) = (self.desk.clone(), instance.clone(), params.clone());
            let thread = std::thread::Builder::new().name("manycord-keeper".into());
            match thread.spawn(move || Rounds { instance, params, revision: 0 }.go(&desk)) {
                Ok(thread) => self.thread = Some(thread),
                Err(error) => nice_plug::nice_error!("no thread for the housekeeping: {error}"),
            }
        }
    }

    /// What sends the keeper on its next round at once.
    pub(crate) fn alarm(&self) -> Alarm {
        let desk = self.desk.clone();
        Arc::new(move || {
            desk.orders().hurry = true;
            desk.changed.notify_all();
        })
    }

    /// The instance is inactive.
    pub(crate) fn rest(&self) {
        self.desk.assign(Duty::Rest);
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.desk.assign(Duty::End);
        if let Some(thread) = self.thread.take() {
            // Its panics are caught; there is nothing to be learnt from the result.
            let _ = thread.join();
        }
    }
}

impl Desk {
    fn orders(&self) -> MutexGuard<'_, Orders> {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn assign(&self, duty: Duty) {
        self.orders().duty = duty;
        self.changed.notify_all();
    }

    /// Sleeps while at rest; returns whether there is work.
    fn wait_for_work(&self) -> bool {
        let orders = self.changed.wait_while(self.orders(), |orders| orders.duty == Duty::Rest);
        let mut orders = orders.unwrap_or_else(PoisonError::into_inner);
        orders.hurry = false;
        orders.duty == Duty::Work
    }

    /// Sleeps for a time, or until there are other orders.
    fn pause(&self, time: Duration) {
        let goes_on = |orders: &mut Orders| orders.duty == Duty::Work && !orders.hurry;
        drop(self.changed.wait_timeout_while(self.orders(), time, goes_on));
    }
}

struct Rounds {
    instance: Arc<Instance>,
    params: Arc<ManycordParams>,
    /// Of the document that the texts follow.
    revision: u64,
}

impl Rounds {
    fn go(mut self, desk: &Desk) {
        let mut quiet = 0;
        while desk.wait_for_work() {
            let instance = self.instance.clone();
            let changed = instance.guard("the housekeeping", || self.round()).unwrap_or(false);
            quiet = if changed { 0 } else { quiet + 1 };
            desk.pause(if quiet < BUSY_ROUNDS { BUSY } else { QUIET });
        }
    }

    /// Returns whether anything has changed.
    fn round(&mut self) -> bool {
        if self.instance.take_panic() {
            self.instance.notices.post(
                "the sound engine failed and is silent; switch the plugin off and on again, and please \
                 report it with the log",
            );
        }
        self.params.document.note_moved();
        let mut session = self.instance.session();
        session.collect();
        for id in session.take_casualties() {
            self.instance.notices.post(format!(
                "the module `{id}` did not come back from a block and is silent now; take it out and add it again, or \
                 undo what you did to it last"
            ));
        }
        self.instance.set_latency(session.latency());
        let changed = session.revision() != self.revision;
        if changed {
            self.revision = session.revision();
            self.instance.texts.follow(session.patch());
        }
        changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[test]
    fn it_follows_edits_while_active_and_ends_at_once() {
        let instance = Instance::new();
        let params = Arc::new(ManycordParams::new(&instance));
        let mut keeper = Keeper::default();
        keeper.work(&instance, &params);
        let mut patch = instance.session().patch().clone();
        patch.macros.clear();
        instance.session().edit(patch).expect("a patch without macros compiles");
        let begun = Instant::now();
        while instance.texts.text(0, 1.0) != "100.0 %" {
            assert!(begun.elapsed() < Duration::from_secs(5), "the texts do not follow the patch");
            std::thread::sleep(Duration::from_millis(1));
        }
        keeper.rest();
        let ends = Instant::now();
        drop(keeper);
        assert!(ends.elapsed() < Duration::from_secs(1));
        assert_eq!(Arc::strong_count(&params), 1);
    }
}
