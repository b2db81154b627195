//! Step sequencer: sixteen steps of pitch, gate, velocity, ratchet and probability, one per clock pulse.
//!
//! The steps are state, written as text in the patch (see [`pattern`]). A rest keeps the pitch before it. The
//! length of a step is the time between the last two pulses; before the second it is taken for 125 ms, a 16th
//! at 120 bpm.

pub mod pattern;

use std::ops::Range;

use self::pattern::{Gate, Pattern, STEPS, Step};
use crate::dsp::guard::sane;
use crate::dsp::{Period, Schmitt, Trigger, chance, trigger_frames};
use crate::group::{Group, LaneMask};
use crate::io::Io;
use crate::module::{Module, Setup};
use crate::port::{In, Out, Param, Quantity};
use crate::spec::{Class, Spec};
use crate::value::Value;

const CLOCK: In = In::gate(0, "clock").help("Each pulse plays the next step");
const RESET: In = In::gate(1, "reset").help("The next pulse plays the first step");
const PITCH: In = In::pitch(2, "pitch").help("Added to the pitch, 1 V per octave");
const LENGTH: Param = Param::integer(0, "length", 1.0, 16.0).default(16.0).help("Steps of a cycle");
const DIRECTION: Param =
    Param::choice(1, "direction", &["forward", "backward", "pendulum", "random"]).help("Order of the steps");
const TRANSPOSE: Param =
    Param::linear(2, "transpose", -24.0, 24.0, Quantity::Semitones).default(0.0).help("Moves all steps");
const GATE_LENGTH: Param = Param::percent(3, "gate_length").default(0.5).help("High part of each stroke");
const VOCT: Out = Out::pitch(0, "voct").help("Pitch of the step");
const GATE: Out = Out::gate(1, "gate").help("High while the step sounds");
const VELOCITY: Out = Out::cv(2, "velocity").help("Strength of the step, 0 to 10 V");
const END: Out = Out::gate(3, "end").help("Trigger when a cycle is over and the next begins");

/// Seconds of a step whose clock is not yet known.
const UNKNOWN_STEP: f32 = 0.125;

/// The module; one signal, whatever lane is asked.
#[derive(Debug)]
pub struct Sequencer {
    sample_rate: f32,
    seed: u64,
    pattern: Pattern,
    clock: Schmitt,
    reset: Schmitt,
    period: Period,
    /// Place in the cycle, `None` before its first pulse.
    place: Option<usize>,
    /// Pulses so far: the number of the random draws.
    pulses: u64,
    strokes: Strokes,
    /// Of the step that sounds or sounded last.
    volts: f32,
    velocity: f32,
    gate: Trigger,
    end: Trigger,
}

impl Module for Sequencer {
    const SPEC: Spec = Spec::new("sequencer", "Step Sequencer", Class::Sequence)
        .help("Sixteen steps of pitch, gate, velocity, ratchet and probability.")
        .mono()
        .inputs(&[CLOCK, RESET, PITCH])
        .params(&[LENGTH, DIRECTION, TRANSPOSE, GATE_LENGTH])
        .outputs(&[VOCT, GATE, VELOCITY, END]);

    fn new(setup: &Setup) -> Sequencer {
        Sequencer {
            sample_rate: setup.sample_rate,
            seed: setup.lane_seed(0),
            pattern: Pattern::default(),
            clock: Schmitt::default(),
            reset: Schmitt::default(),
            period: Period::default(),
            place: None,
            pulses: 0,
            strokes: Strokes::default(),
            volts: 0.0,
            velocity: 0.0,
            gate: Trigger::default(),
            end: Trigger::default(),
        }
    }

    fn reset(&mut self, _lanes: LaneMask) {
        self.clock = Schmitt::default();
        self.reset = Schmitt::default();
        self.period = Period::default();
        self.place = None;
        self.pulses = 0;
        self.strokes = Strokes::default();
        self.volts = 0.0;
        self.velocity = 0.0;
        self.gate = Trigger::default();
        self.end = Trigger::default();
    }

    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_>, frames: Range<usize>) {
        let (clock, reset, pitch) = (io.input(CLOCK), io.input(RESET), io.input(PITCH));
        let (length, direction) = (io.param(LENGTH), io.param(DIRECTION));
        let (transpose, gate_length) = (io.param(TRANSPOSE), io.param(GATE_LENGTH));
        let (clocked, resettable) = (io.is_patched(CLOCK), io.is_patched(RESET));
        for frame in frames {
            if self.reset.rise_if(resettable, reset.at(frame)).has(0) {
                self.rewind();
            }
            let pulse = self.clock.rise_if(clocked, clock.at(frame)).has(0);
            self.period.take(pulse);
            if pulse {
                self.step(length.at(frame)[0], direction.at(frame)[0]);
            }
            if let Some(stroke) = self.strokes.next() {
                self.gate.fire(self.high_frames(stroke, gate_length.at(frame)[0]));
            }
            let volts =
                Group::splat(self.volts) + transpose.at(frame) * (1.0 / 12.0) + pitch.at(frame).map(sane);
            io.set(VOCT, frame, volts);
            io.set(GATE, frame, Group::splat(self.gate.next_volts()));
            io.set(VELOCITY, frame, Group::splat(self.velocity));
            io.set(END, frame, Group::splat(self.end.next_volts()));
        }
    }

    fn save(&self) -> Value {
        self.pattern.write()
    }

    fn load(&mut self, state: &Value) -> Result<(), String> {
        self.pattern = Pattern::read(state)?;
        Ok(())
    }
}

impl Sequencer {
    /// Goes before the first step and falls silent. The clock may pause here.
    fn rewind(&mut self) {
        self.place = None;
        self.period.pause();
        self.strokes = Strokes::default();
        self.gate.cut();
    }

    /// Plays the next step of the cycle.
    fn step(&mut self, length: f32, direction: f32) {
        let steps = ((length + 0.5) as usize).clamp(1, STEPS);
        let order = Order::of(direction);
        let next = self.place.map_or(0, |place| place + 1);
        let over = next >= order.cycle(steps);
        let place = if over { 0 } else { next };
        if over {
            self.end.fire(trigger_frames(self.sample_rate));
        }
        self.place = Some(place);
        // Two draws per pulse, whether they count or not.
        let (order_draw, chance_draw) = (self.pulses * 2, self.pulses * 2 + 1);
        self.pulses += 1;
        let step = self.pattern.steps[order.step(place, steps, chance::unit(self.seed, order_draw))];
        let plays =
            step.gate != Gate::Rest && f64::from(chance::unit(self.seed, chance_draw)) < step.probability;
        self.strokes = Strokes::default();
        self.gate.cut();
        if plays {
            self.play(&step);
        }
    }

    fn play(&mut self, step: &Step) {
        self.volts = (step.semitones / 12.0) as f32;
        self.velocity = if step.gate == Gate::Accent { 10.0 } else { step.velocity as f32 * 10.0 };
        let unknown = (UNKNOWN_STEP * self.sample_rate) as u32;
        self.strokes = Strokes {
            count: u32::from(step.ratchet),
            period: self.period.frames().unwrap_or(unknown),
            ..Strokes::default()
        };
    }

    /// High frames of a stroke: a trigger at least, and low before the next stroke.
    fn high_frames(&self, stroke: u32, gate_length: f32) -> u32 {
        let most = stroke.saturating_sub(1).max(1);
        let least = trigger_frames(self.sample_rate).min(most);
        ((gate_length * stroke as f32) as u32).clamp(least, most)
    }
}

/// The strokes of a step, spread evenly over its time.
#[derive(Clone, Copy, Debug, Default)]
struct Strokes {
    count: u32,
    /// Frames of the step.
    period: u32,
    /// Strokes that have begun.
    begun: u32,
    /// Frames since the step began.
    elapsed: u32,
}

impl Strokes {
    /// Goes on by one frame. Returns the frames of the stroke that begins there, if one does.
    #[inline(always)]
    fn next(&mut self) -> Option<u32> {
        if self.begun == self.count {
            return None;
        }
        let begins = self.elapsed >= self.start(self.begun);
        self.elapsed += 1;
        if !begins {
            return None;
        }
        self.begun += 1;
        Some(self.start(self.begun) - self.start(self.begun - 1))
    }

    fn start(&self, stroke: u32) -> u32 {
        (u64::from(self.period) * u64::from(stroke) / u64::from(self.count)) as u32
    }
}

/// The order of the steps in a cycle.
#[derive(Clone, Copy, Debug)]
enum Order {
    Forward,
    Backward,
    Pendulum,
    Random,
}

impl Order {
    fn of(direction: f32) -> Order {
        match (direction + 0.5) as u32 {
            0 => Order::Forward,
            1 => Order::Backward,
            2 => Order::Pendulum,
            _ => Order::Random,
        }
    }

    /// Pulses of a cycle. A pendulum plays its ends once.
    fn cycle(self, steps: usize) -> usize {
        match self {
            Order::Pendulum => (2 * steps - 2).max(1),
            _ => steps,
        }
    }

    /// The step at a place of the cycle; `draw` is a random number 0 ≤ x < 1.
    fn step(self, place: usize, steps: usize, draw: f32) -> usize {
        match self {
            Order::Forward => place,
            Order::Backward => steps - 1 - place,
            Order::Pendulum if place >= steps => 2 * steps - 2 - place,
            Order::Pendulum => place,
            Order::Random => ((draw * steps as f32) as usize).min(steps - 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rig::Rig;

    /// Frames between the test's clock pulses.
    const PULSE: usize = 600;

    fn rig(state: &[(&str, Value)]) -> Rig {
        let mut rig = Rig::of::<Sequencer>(48_000.0);
        let entries = state.iter().map(|(key, value)| (key.to_string(), value.clone()));
        rig.unit.load(&Value::Map(entries.collect())).unwrap();
        rig
    }

    fn play(rig: &mut Rig, pulses: usize) -> Vec<Vec<f32>> {
        let clock = |frame: usize| Group::splat(if frame % PULSE < 5 { 10.0 } else { 0.0 });
        let out = rig.render(pulses * PULSE, |frame, drive| drive.input(CLOCK, clock(frame)));
        out.iter().map(|frames| frames.iter().map(|volts| volts[0]).collect()).collect()
    }

    #[test]
    fn plays_the_steps_in_every_order() {
        let scale = Value::List((0..16).map(|step| Value::Int(step * 3)).collect());
        for (direction, expected, ends) in [
            (0.0, [0, 1, 2, 3, 0, 1, 2, 3], vec![4]),
            (1.0, [3, 2, 1, 0, 3, 2, 1, 0], vec![4]),
            (2.0, [0, 1, 2, 3, 2, 1, 0, 1], vec![6]),
        ] {
            let mut rig = rig(&[("pitch", scale.clone())]);
            let out = play(rig.knob(LENGTH, 4.0).knob(DIRECTION, direction), 8);
            let at = |pulse: usize| out[0][pulse * PULSE];
            assert_eq!(std::array::from_fn(at), expected.map(|step| step as f32 * 0.25), "{direction}");
            assert_eq!((0..8).filter(|pulse| out[3][pulse * PULSE] > 5.0).collect::<Vec<_>>(), ends);
        }
        let mut rig = rig(&[("pitch", scale)]);
        let out = play(rig.knob(LENGTH, 4.0).knob(DIRECTION, 3.0), 400);
        for step in 0..4 {
            let times = (0..400).filter(|pulse| out[0][pulse * PULSE] == step as f32 * 0.25).count();
            assert!((70..130).contains(&times), "step {step}: {times}");
        }
    }

    #[test]
    fn strokes_and_gates_last_as_long_as_written() {
        let state = [
            ("gates", Value::Text("x.X".into())),
            ("ratchet", Value::List([1, 1, 3].map(Value::Int).into())),
        ];
        let out = play(rig(&state).knob(GATE_LENGTH, 0.25), 16);
        let high = |range: Range<usize>| range.filter(|&frame| out[1][frame] > 5.0).collect::<Vec<_>>();
        let strokes = |start: usize, every: usize, length: usize| {
            (0..PULSE / every)
                .flat_map(move |n| (0..length).map(move |at| start + n * every + at))
                .collect::<Vec<_>>()
        };
        assert_eq!(high(PULSE..2 * PULSE), []);
        assert_eq!(high(2 * PULSE..3 * PULSE), strokes(2 * PULSE, 200, 50));
        assert_eq!(high(3 * PULSE..5 * PULSE), strokes(3 * PULSE, 600, 150));
        assert!(out[2][2 * PULSE] == 10.0 && out[2][3 * PULSE] == 7.0);
    }

    #[test]
    fn chance_is_as_written_and_reset_begins_again() {
        let mut rig = rig(&[
            ("probability", Value::Float(0.25)),
            ("pitch", Value::List(vec![Value::Int(0), Value::Int(12)])),
        ]);
        let out = play(&mut rig, 401);
        let played = (0..401).filter(|pulse| out[1][pulse * PULSE] > 5.0).count();
        assert!((70..130).contains(&played), "{played}");
        rig.unit.load(&Pattern::default().write()).unwrap();
        rig.render(10, |_, drive| drive.input(RESET, Group::splat(10.0)));
        assert_eq!(play(&mut rig, 1)[0][PULSE - 10], -1.0);
    }
}
