//! The host's events on their way into the lanes.

use manycord_modules::{BLOCK, LANES, LaneEvent, LaneEventKind};

use super::Engine;
use crate::event::{Event, EventKind};
use crate::plan::Plan;
use crate::run::rest;
use crate::run::stage::{LANE_EVENTS, Stage};

impl Engine {
    /// Applies the events of the coming range, of at most `longest` frames from frame `done` of the host's
    /// block. The range ends early at an event that must fall on a range's first frame: a macro's move, or a
    /// note that may wake a sleeping group. Returns the range's length.
    pub(super) fn take_events(
        &mut self,
        plan: &Plan,
        stage: &mut Stage,
        (events, next): (&[Event], &mut usize),
        (done, longest, frames): (usize, usize, usize),
    ) -> usize {
        let start = (self.frame % BLOCK as u64) as usize;
        while !is_full(stage)
            && let Some(kind) = self.late.next_event()
        {
            self.take(plan, stage, kind, start);
        }
        while let Some(event) = events.get(*next) {
            let at = (event.frame as usize).min(frames - 1).max(done);
            if at >= done + longest {
                break;
            }
            let first_only = match event.kind {
                EventKind::Macro { .. } => true,
                EventKind::NoteOn { .. } => rest::any_asleep(plan),
                _ => false,
            };
            if at > done && (first_only || is_full(stage)) {
                return at - done;
            }
            *next += 1;
            self.take(plan, stage, event.kind, start + at - done);
        }
        longest
    }

    fn take(&mut self, plan: &Plan, stage: &mut Stage, kind: EventKind, frame: usize) {
        // What it starts may be heard only blocks later: until then the patch must not doze off.
        self.doze.note(self.frame / BLOCK as u64, f32::MAX);
        match kind {
            EventKind::Macro { index, value } => turn_macro(plan, stage, usize::from(index), value),
            kind => self.play(plan, stage, kind, frame),
        }
    }

    /// Gives an event to every Notes module that listens to its channel.
    fn play(&self, plan: &Plan, stage: &mut Stage, kind: EventKind, frame: usize) {
        for notes in &plan.notes {
            let mut voices = notes.voices.borrow_mut();
            let at = self.frame - self.frame % BLOCK as u64 + frame as u64;
            let mut emit = |lane: usize, kind: LaneEventKind| {
                let group = lane / LANES;
                if group >= notes.groups as usize {
                    return;
                }
                if matches!(kind, LaneEventKind::On { .. }) {
                    rest::wake(plan, notes.rest[group] as usize);
                }
                let list = &mut stage.events[notes.events as usize + group];
                if list.len() < LANE_EVENTS {
                    list.push(LaneEvent { frame, lane: lane % LANES, kind });
                }
            };
            voices.take(kind, at, &mut emit);
        }
    }
}

/// Lane events that one host event can make in one group: a unison note sends five to each lane.
const ROOM_FOR_ONE_EVENT: usize = 5 * LANES + 8;

/// Whether one more event might not find room.
fn is_full(stage: &Stage) -> bool {
    stage.events.iter().any(|list| list.len() + ROOM_FOR_ONE_EVENT > LANE_EVENTS)
}

/// Moves what is mapped to a macro.
fn turn_macro(plan: &Plan, stage: &mut Stage, index: usize, value: f32) {
    let value = if value.is_finite() { value.clamp(0.0, 1.0) } else { 0.0 };
    for route in plan.macros.get(index).into_iter().flatten() {
        let dial = &plan.dials[route.dial as usize];
        let travel = route.travel.at(value);
        if travel.to_bits() != stage.dials[route.dial as usize].target().to_bits() {
            dial.turn(travel);
            stage.aim(route.dial as usize, travel, if dial.jumps { 0 } else { plan.ramp_frames });
        }
    }
}
