//! The audio side: picks up plans, cuts the host's block at the grid, stages, runs, sums.

mod doze;
mod events;
mod late;
mod lead;
mod tail;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use manycord_modules::BLOCK;
use manycord_pool::{Client, FlushDenormals, Hint, Outcome};

pub(crate) use doze::Doze;
pub(crate) use late::Lateness;
pub(crate) use lead::Lead;
pub(crate) use tail::Parting;

use crate::declick::Declick;
use crate::event::HostBlock;
use crate::plan::{Costs, Plan, PlanFlow};
use crate::run::handed::Handed;
use crate::run::rest;
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
    /// Estimated cost of a whole block, in ns.
    pub(crate) block_cost_ns: f32,
    /// What the host heard last, left and right.
    pub(crate) last: [f32; 2],
    pub(crate) declick: Declick,
    /// Whether someone listens while it renders.
    pub(crate) live: bool,
    pub(crate) lead: Lead,
    pub(crate) doze: Doze,
    pub(crate) late: Lateness,
    pub(crate) parting: Parting,
}

impl Engine {
    /// Renders one block of the host, of any length, also 0.
    pub fn process(&mut self, mut block: HostBlock<'_>) {
        let _flush = FlushDenormals::enter();
        let begun = Instant::now();
        let frames = block.outputs[0].len().min(block.outputs[1].len());
        let period_ns = (frames as f32 / self.sample_rate * 1e9) as u32;
        self.lead.call(begun, frames as f32 / self.sample_rate);
        let (mut done, mut next_event) = (0, 0);
        if !self.is_ready() {
            self.sit_out(&mut block, 0, 0);
            done = frames;
        }
        while done < frames {
            if self.doze.is_asleep() {
                done = self.sleep_on(&mut block, (done, frames), next_event);
                continue;
            }
            if self.frame.is_multiple_of(BLOCK as u64) {
                if !self.cross_grid_line(period_ns) {
                    self.sit_out(&mut block, done, next_event);
                    break;
                }
                if self.falls_asleep() {
                    continue;
                }
            }
            let flow = self.flow.clone();
            let length = self.stage(flow.job(), &block, done, frames, &mut next_event);
            let hint = self.hint(flow.job(), period_ns, length);
            let recorded = flow.job().recorder.begin();
            let outcome = self.client.run(&flow, &hint);
            if recorded {
                flow.job().recorder.end();
            }
            if outcome == Outcome::Late && !self.wait_if_nobody_listens(length) {
                self.sit_out(&mut block, done, next_event);
                break;
            }
            self.deliver(flow.job(), &mut block, done, length);
            done += length;
            self.frame += length as u64;
        }
        self.tell(begun, frames);
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

    /// All that is decided once per grid block. Returns whether the block can be rendered.
    fn cross_grid_line(&mut self, period_ns: u32) -> bool {
        self.watch_silence();
        self.end_parting();
        if self.can_install() && !self.part(period_ns) {
            return false;
        }
        self.install_newest();
        let flow = &self.flow;
        let plan = flow.job();
        let number = self.frame / BLOCK as u64;
        let patience = rest::patience(self.sample_rate);
        rest::watch(plan, patience, false);
        if plan.tail.as_ref().is_some_and(|tail| !tail.rests(number)) {
            rest::watch(plan, patience, true);
        }
        if self.has_turns() {
            self.seen_turns = self.ports.turned.load(Ordering::Acquire);
            follow_dials(plan);
        }
        {
            let mut stage = plan.stage.borrow_mut();
            (stage.from_block, stage.measured) = (0, number.is_multiple_of(MEASURE_EVERY));
        }
        if number % (MEASURE_EVERY * 4) == 1 || self.block_cost_ns == 0.0 {
            self.block_cost_ns = awake_cost_ns(plan);
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
        stage.block = self.frame / BLOCK as u64;
        let song_changes = plan.tail.as_ref().map_or(BLOCK, |tail| tail.next_change(stage.block, start));
        let longest = (frames - done).min(song_changes - start);
        let length = self.take_events(plan, stage, (block.events, next_event), (done, longest, frames));
        stage.range = start..start + length;
        for (volts, host) in stage.host.audio.iter_mut().zip(&block.inputs) {
            for offset in 0..length {
                let value = host.get(done + offset).copied().unwrap_or(0.0) * FULL_SCALE_VOLTS;
                volts[start + offset] = if value.is_finite() { value } else { 0.0 };
            }
        }
        stage.host.transport = block.transport;
        stage.host.transport.beats += (done as f64 - start as f64) * block.transport.beats_per_frame;
        stage.advance_dials();
        if let Some(tail) = &plan.tail {
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
        Hint {
            serial_ns: (self.block_cost_ns * share) as u32,
            useful,
            period_ns,
            patience_ns: Some(late::patience_ns(self.is_heard(), period_ns)),
        }
    }

    /// Sums the Output modules into the host's block.
    fn deliver(&mut self, plan: &Plan, block: &mut HostBlock<'_>, done: usize, length: usize) {
        let (start, number) = ((self.frame % BLOCK as u64) as usize, self.frame / BLOCK as u64);
        for (side, host) in block.outputs.iter_mut().enumerate() {
            let host = &mut host[done..done + length];
            match self.parting.heard(plan, number, side) {
                Some(volts) => host.copy_from_slice(&volts[start..start + length]),
                None => {
                    host.fill(0.0);
                    tail::sum_outputs(plan, number, side, start, host);
                }
            }
            let mut peak = 0.0f32;
            for value in host.iter_mut() {
                *value *= 1.0 / FULL_SCALE_VOLTS;
                peak = peak.max(value.abs());
            }
            self.doze.note(peak);
            self.pulse.peak[side] = self.pulse.peak[side].max(peak);
        }
        self.late.fade_in(&mut block.outputs, done..done + length);
        self.declick.apply(&mut block.outputs, done..done + length);
        for (last, host) in self.last.iter_mut().zip(&block.outputs) {
            *last = host[done + length - 1];
        }
    }

    /// Tells the editing side how it goes.
    fn tell(&mut self, begun: Instant, frames: usize) {
        let voices = self.flow.job().notes.iter().map(|notes| notes.voices.borrow().sounding());
        self.pulse.voices = voices.sum::<usize>() as u32;
        self.pulse.frames = self.frame;
        self.pulse.note_block(begun.elapsed().as_nanos() as f32, frames as f32 / self.sample_rate * 1e9);
        self.ports.pulse.write(self.pulse);
        self.pulse.peak = [0.0; 2];
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

/// Measured cost of all units that are awake, in ns per whole block.
fn awake_cost_ns(plan: &Plan) -> f32 {
    plan.units.iter().map(|unit| crate::compile::cost(unit).now).sum()
}
