//! Sleeping groups: what no key plays and nobody hears is not rendered.
//!
//! Decided on grid lines only, from what the grid block before put out, so that it falls on the same frame
//! whatever the host's blocks are. A group wakes at the exact frame of a note; ranges are cut there.

use manycord_modules::LANES;

use crate::plan::{Plan, RestGroup};

/// Volts below which a group counts as silent: −140 dBFS (10 V = 0 dBFS).
const SILENT_VOLTS: f32 = 1e-6;

/// Seconds of silence before a group falls asleep: longer than the gaps within a sound.
const PATIENCE_SECONDS: f32 = 0.5;

/// Grid blocks of silence before a group falls asleep.
pub(crate) fn patience(sample_rate: f32) -> u32 {
    (PATIENCE_SECONDS * sample_rate / manycord_modules::BLOCK as f32) as u32
}

/// Whose groups are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Head,
    /// What the head puts out reaches the tail one block later: it may have rendered that block more already.
    Tail {
        head_is_ahead: bool,
    },
}

/// Puts groups of one side to sleep that have been silent for `patience` grid blocks. Call where that side crosses a
/// grid line.
pub(crate) fn watch(plan: &Plan, patience: u32, side: Side) {
    let (tail, ahead) = (side != Side::Head, side == Side::Tail { head_is_ahead: true });
    for (number, group) in plan.rest.iter().enumerate().filter(|(_, group)| group.tail == tail) {
        if group.restless || asleep(plan, number) {
            continue;
        }
        let played = group.notes.iter().any(|(notes, lanes)| {
            let first = *lanes as usize * LANES;
            plan.notes[*notes as usize].voices.borrow().plays(first..first + LANES)
        });
        let peak = |unit: &u32| plan.cell(*unit).borrow().body.last_peak;
        let feeds = |unit: &u32| {
            let body = &plan.cell(*unit).borrow().body;
            if ahead && !plan.units[*unit as usize].tail { body.earlier_peak } else { body.last_peak }
        };
        let silent =
            !played && is_closed(group, feeds) && group.exits.iter().all(|unit| peak(unit) < SILENT_VOLTS);
        let quiet = {
            let first = &mut plan.cell(group.units[0]).borrow_mut().body;
            first.quiet = if silent { first.quiet + 1 } else { 0 };
            first.quiet
        };
        if quiet > patience {
            for &unit in &group.units {
                let running = &plan.units[unit as usize].running;
                running.cell.borrow_mut().body.sleep(&running.meter);
            }
        }
    }
}

/// Whether a silence of a group proves that no sound gets through it: each feeder sounds. One that is silent
/// now may begin at any time, and the group must be awake then.
fn is_closed(group: &RestGroup, peak: impl Fn(&u32) -> f32) -> bool {
    group.feeders.iter().all(|unit| peak(unit) >= SILENT_VOLTS)
}

/// After a swap: a group of which only a part sleeps wakes whole, and so does one that may not sleep. Head and tail
/// have then rendered the same frames.
pub(crate) fn settle(plan: &Plan) {
    let peak = |unit: &u32| plan.cell(*unit).borrow().body.last_peak;
    for (number, group) in plan.rest.iter().enumerate() {
        let sleeping = group.units.iter().filter(|unit| plan.cell(**unit).borrow().body.asleep).count();
        let may_sleep = !group.restless && is_closed(group, peak);
        if sleeping > 0 && (sleeping < group.units.len() || !may_sleep) {
            wake(plan, number);
        }
    }
}

/// Wakes what sleeps of a group.
pub(crate) fn wake(plan: &Plan, number: usize) {
    for &unit in &plan.rest[number].units {
        let running = &plan.units[unit as usize].running;
        let body = &mut running.cell.borrow_mut().body;
        body.quiet = 0;
        if body.asleep {
            body.wake(&running.meter);
        }
    }
}

/// Whether a rest group sleeps; its units always do so together.
pub(crate) fn asleep(plan: &Plan, number: usize) -> bool {
    plan.rest[number].units.first().is_some_and(|unit| plan.cell(*unit).borrow().body.asleep)
}

/// Whether any rest group sleeps.
pub(crate) fn any_asleep(plan: &Plan) -> bool {
    (0..plan.rest.len()).any(|number| asleep(plan, number))
}
