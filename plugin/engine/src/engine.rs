//! The audio side: picks up plans, cuts the host's block at the grid, stages, runs, sums.

mod deliver;
mod doze;
mod events;
mod late;
mod lead;
mod overlap;
mod tail;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use manycord_modules::BLOCK;
use manycord_pool::{Client, FlushDenormals, Hint, Outcome};

pub(crate) use doze::Doze;
pub(crate) use late::Lateness;
pub(crate) use lead::Lead;
pub(crate) use overlap::Trail;
pub(crate) use tail::Parting;

use deliver::Heard;

use crate::declick::Declick;
use crate::event::HostBlock;
use crate::plan::{Costs, Plan, PlanFlow, PlanUnit};
use crate::run::handed::Handed;
use crate::run::rest::{self, Side};
use crate::run::stage::Stage;
use crate::telemetry::{Pulse, PulseWriter};

/// Volts of 0 dBFS at the host.
pub(crate) const FULL_SCALE_VOLTS: f32 = 10.0;

/// Blocks between two measurements of what units cost; measuring each would cost itself.
const MEASURE_EVERY: u64 = 16;

/// Where plans come in and go out.
pub(crate) struct Ports {
    pub(crate) install: rtrb::Consumer<Arc<PlanFlow>>,
    pub(crate) retired: rtrb::Producer<Arc<PlanFlow>>,
    /// Counts knob moves of the editing side.
    pub(crate) turned: Arc<AtomicU32>,
    pub(crate) pulse: PulseWriter,
}

/// Renders the newest plan. Nothing here allocates, locks or frees.
pub struct Engine {
    pub(crate) flow: Arc<PlanFlow>,
    pub(crate) client: Client,
    pub(crate) ports: Ports,
    pub(crate) sample_rate: f32,
    /// Frames since the stream began; grid lines lie on multiples of [`BLOCK`].
    pub(crate) frame: u64,
    pub(crate) seen_turns: u32,
    pub(crate) pulse: Pulse,
    /// Estimated cost of a whole block, and how much of it is the tail's, in ns.
    pub(crate) block_cost_ns: f32,
    pub(crate) tail_cost_ns: f32,
    /// What the host heard last, left and right.
    pub(crate) last: [f32; 2],
    pub(crate) declick: Declick,
    /// Whether someone listens while it renders.
    pub(crate) live: bool,
    pub(crate) lead: Lead,
    pub(crate) doze: Doze,
    pub(crate) late: Lateness,
    pub(crate) parting: Parting,
    pub(crate) trail: Trail,
}

impl Engine {
    /// Renders one block of the host, of any length, also 0.
    pub fn process(&mut self, mut block: HostBlock<'_>) {
        let _flush = FlushDenormals::enter();
        let begun = Instant::now();
        let frames = block.outputs[0].len().min(block.outputs[1].len());
        let period_ns = (frames as f32 / self.sample_rate * 1e9) as u32;
        self.lead.call(begun, frames as f32 / self.sample_rate);
        let mut next_event = 0;
        let rendered =
            if self.is_ready() { self.render(&mut block, frames, period_ns, &mut next_event) } else { 0 };
        if rendered < frames {
            self.sit_out(&mut block, (rendered, frames), next_event);
        }
        self.tell(begun, frames);
    }

    /// Renders the host's block. Returns up to which frame it could.
    fn render(
        &mut self,
        block: &mut HostBlock<'_>,
        frames: usize,
        period_ns: u32,
        next_event: &mut usize,
    ) -> usize {
        let mut done = 0;
        while done < frames {
            if self.doze.is_asleep() {
                done = self.sleep_on(block, (done, frames), *next_event);
                continue;
            }
            if self.frame.is_multiple_of(BLOCK as u64) {
                // Asked once: of a plan that comes a moment later the old one must know first.
                let swaps = self.can_install();
                let caught_up = !self.must_catch_up(swaps) || self.catch_up(block, done, period_ns);
                if !caught_up || !self.cross_grid_line(swaps, period_ns) {
                    return self.heard(done);
                }
                if self.falls_asleep() {
                    continue;
                }
            }
            let flow = self.flow.clone();
            let plan = flow.job();
            let length = self.stage(plan, block, done, frames, next_event);
            self.stage_tail_beside_head(plan);
            let hint = self.hint(plan, period_ns, length);
            let recorded = (plan.overlapping().is_none() || self.trail.moves()) && plan.recorder.begin();
            let outcome = self.client.run(&flow, &hint);
            if recorded {
                plan.recorder.end();
            }
            if outcome == Outcome::Late && !self.wait_if_nobody_listens(length) {
                return self.heard(done);
            }
            if plan.overlapping().is_some() {
                self.deliver_tail(plan, block, done);
            } else {
                let (number, start) = (self.frame / BLOCK as u64, (self.frame % BLOCK as u64) as usize);
                let range = start..start + length;
                self.deliver(plan, block, Heard { block: number, range, done });
            }
            done += length;
            self.frame += length as u64;
        }
        self.catch_up(block, done, period_ns);
        self.heard(done)
    }

    /// Ends all notes and forgets every tail, as after a jump of the host's song.
    pub fn reset(&mut self) {
        let _flush = FlushDenormals::enter();
        if !self.is_ready() {
            self.late.reset_later();
            return;
        }
        let flow = self.flow.clone();
        let plan = flow.job();
        plan.stage.borrow_mut().events.iter_mut().for_each(Vec::clear);
        for notes in &plan.notes {
            notes.voices.borrow_mut().all_off(&mut |_, _| {});
        }
        for unit in &plan.units {
            unit.running.cell.borrow_mut().body.forget(&unit.running.meter);
            unit.running.handed.get().into_iter().for_each(Handed::clear);
        }
        self.parting.silence();
    }

    /// Says whether someone listens while this renders. If so, and if the host does not call so fast that nobody can, a
    /// block for which a module does not return is left silent soon; else, as when a host bounces a song, it is waited
    /// for.
    pub fn set_live(&mut self, live: bool) {
        self.live = live;
    }

    fn is_heard(&self) -> bool {
        self.live && !self.lead.is_offline()
    }

    /// All that is decided once per grid block, with new plans if it swaps. Returns whether the block can be rendered.
    fn cross_grid_line(&mut self, swaps: bool, period_ns: u32) -> bool {
        self.watch_silence();
        self.end_parting();
        if swaps {
            if !self.part(period_ns) {
                return false;
            }
            self.install_newest();
        }
        let flow = self.flow.clone();
        let plan = flow.job();
        let number = self.frame / BLOCK as u64;
        let patience = rest::patience(self.sample_rate);
        rest::watch(plan, patience, Side::Head);
        if plan.overlapping().is_some() {
            self.watch_level_tail(plan);
        } else if plan.tail.as_ref().is_some_and(|tail| !tail.rests(number)) {
            rest::watch(plan, patience, Side::Tail { head_is_ahead: true });
        }
        if self.has_turns() {
            self.seen_turns = self.ports.turned.load(Ordering::Acquire);
            follow_dials(plan);
        }
        {
            let mut stage = plan.stage.borrow_mut();
            stage.measured = number.is_multiple_of(MEASURE_EVERY);
        }
        if number % (MEASURE_EVERY * 4) == 1 || self.block_cost_ns == 0.0 {
            (self.block_cost_ns, self.tail_cost_ns) = awake_cost_ns(plan);
        }
        true
    }

    fn can_install(&self) -> bool {
        !self.ports.retired.is_full() && !self.ports.install.is_empty()
    }

    /// Whether knobs were moved that have not been looked at.
    fn has_turns(&self) -> bool {
        // Acquire: pairs with the release of the editing side; the dials' new targets are seen.
        self.ports.turned.load(Ordering::Acquire) != self.seen_turns
    }

    /// Takes waiting plans in, in order, and sends the old ones away.
    fn install_newest(&mut self) {
        // Retired last, and not shared until then: whoever drops a plan last frees it, which must not be this thread.
        let (mut heard, mut fresh) = (None, false);
        while self.ports.retired.slots() > usize::from(heard.is_some()) {
            let Ok(next) = self.ports.install.pop() else { break };
            inherit(self.flow.job(), next.job());
            if next.job().is_sound() && !next.job().again {
                rest::settle(next.job());
            }
            next.job().stage.borrow_mut().moved = self.frame / BLOCK as u64 + 1;
            follow_dials(next.job());
            if let Some(tail) = &next.job().tail {
                tail.begin(&next.job().stage.borrow(), self.frame / BLOCK as u64);
            }
            self.trail.skip_to(self.frame);
            fresh |= next.job().fresh;
            next.job().installed.store(self.frame + 1, Ordering::Release);
            if !next.job().again {
                self.wake_up();
            }
            let old = std::mem::replace(&mut self.flow, next);
            self.block_cost_ns = 0.0;
            if heard.is_none() {
                heard = Some(old);
            } else {
                self.retire(old);
            }
        }
        if let Some(heard) = heard {
            self.bridge(&heard, fresh);
            self.retire(heard);
        }
    }

    /// Hands a plan back to be freed; there is room for it.
    fn retire(&mut self, plan: Arc<PlanFlow>) {
        if self.ports.retired.push(plan).is_err() {
            unreachable!("there was room for the old plan");
        }
    }

    /// Lays out the next range: events, host audio, dials. Returns its length in frames.
    fn stage(
        &mut self,
        plan: &Plan,
        block: &HostBlock<'_>,
        done: usize,
        frames: usize,
        next_event: &mut usize,
    ) -> usize {
        let start = (self.frame % BLOCK as u64) as usize;
        let mut stage = plan.stage.borrow_mut();
        let stage = &mut *stage;
        stage.events.iter_mut().for_each(Vec::clear);
        (stage.block, stage.from_block) = (self.frame / BLOCK as u64, 0);
        let late = plan.tail.as_ref().filter(|tail| !tail.catches_up);
        let song_changes = late.map_or(BLOCK, |tail| tail.next_change(stage.block, start));
        let longest = (frames - done).min(song_changes - start);
        let length = self.take_events(plan, stage, (block.events, next_event), (done, longest, frames));
        stage.range = start..start + length;
        if plan.hears_host {
            take_in(stage, block, done);
        }
        stage.host.transport = block.transport;
        stage.host.transport.beats += (done as f64 - start as f64) * block.transport.beats_per_frame;
        stage.advance_dials();
        if let Some(tail) = late {
            tail.follow(stage);
        }
        length
    }

    /// What the pool needs to decide who takes part.
    fn hint(&self, plan: &Plan, period_ns: u32, length: usize) -> Hint {
        let share = length as f32 / BLOCK as f32;
        let Costs { now, awake } = plan.costs;
        // When the plan was made, fewer units may have been awake.
        let still = (self.block_cost_ns - now.total_ns).abs() < 0.25 * now.total_ns;
        let useful = if still { now.useful() } else { awake.useful() };
        let rests = plan.overlapping().is_some() && !self.trail.moves();
        let cost_ns = self.block_cost_ns - if rests { self.tail_cost_ns } else { 0.0 };
        Hint {
            serial_ns: (cost_ns * share) as u32,
            useful,
            period_ns,
            patience_ns: Some(late::patience_ns(self.is_heard(), period_ns)),
        }
    }

    /// Tells the editing side how it goes.
    fn tell(&mut self, begun: Instant, frames: usize) {
        let voices = self.flow.job().notes.iter().map(|notes| notes.voices.borrow().sounding());
        self.pulse.voices = voices.sum::<usize>() as u32;
        self.pulse.frames = self.frame;
        self.pulse.note_block(begun.elapsed().as_nanos() as f32, frames, self.sample_rate);
        self.ports.pulse.write(self.pulse);
        self.pulse.peak = [0.0; 2];
    }
}

/// Brings the host's audio into the staged range, from frame `done` of the host's block on. What is not finite is silence.
fn take_in(stage: &mut Stage, block: &HostBlock<'_>, done: usize) {
    for (volts, host) in stage.host.audio.iter_mut().zip(&block.inputs) {
        for (offset, volts) in volts[stage.range.clone()].iter_mut().enumerate() {
            let value = host.get(done + offset).copied().unwrap_or(0.0) * FULL_SCALE_VOLTS;
            *volts = if value.is_finite() { value } else { 0.0 };
        }
    }
}

/// Hands what moves from the old plan to the new one.
fn inherit(old: &Plan, new: &Plan) {
    {
        let (mut stage, before) = (new.stage.borrow_mut(), old.stage.borrow());
        let stage = &mut *stage;
        for (place, inherited) in new.inherited.iter().enumerate() {
            if let Some(inherited) = *inherited
                && let Some(ramp) = before.dials.get(inherited as usize)
            {
                stage.dials[place].inherit(ramp);
                if before.moving.contains(&inherited) {
                    stage.moving.push(place as u32);
                }
            }
        }
    }
    for notes in &new.notes {
        notes.voices.borrow_mut().configure(notes.settings, &mut |_, _| {});
    }
}

/// Sends every dial that was turned on its way.
fn follow_dials(plan: &Plan) {
    let mut stage = plan.stage.borrow_mut();
    for (place, dial) in plan.dials.iter().enumerate() {
        let target = dial.target();
        if target.to_bits() != stage.dials[place].target().to_bits() {
            stage.aim(place, target, if dial.jumps { 0 } else { plan.ramp_frames });
        }
    }
}

/// Measured cost of all units that are awake, and of those of the tail, in ns per whole block.
fn awake_cost_ns(plan: &Plan) -> (f32, f32) {
    let sum = |units: &dyn Fn(&&PlanUnit) -> bool| -> f32 {
        plan.units.iter().filter(units).map(|unit| crate::compile::cost(unit).now).sum()
    };
    (sum(&|_| true), sum(&|unit| unit.tail))
}
