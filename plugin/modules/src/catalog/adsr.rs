//! ADSR: the envelope that a gate opens: attack, decay, sustain, release.
//!
//! Each time is that of the whole segment: the peak falls exactly the attack time after the gate, from
//! whatever level, and the release ends at exactly 0 V. Segments count frames (see [`Segments`]), so that the
//! size of blocks has no part in it. The bends are those of analog envelopes (D. Rossum's CEM 3310: attack
//! towards 1.3 times the peak, the rest towards the level where it ends).

use std::ops::Range;

use crate::dsp::{Pulse, Schmitt, Segments};
use crate::group::{Group, LANES, LaneMask};
use crate::io::Io;
use crate::module::{Module, Setup};
use crate::port::{In, Out, Param};
use crate::spec::{Class, Spec};

const GATE: In = In::gate(0, "gate").help("Opens the envelope, and releases it as it falls");
const RETRIGGER: In = In::gate(1, "retrigger").help("Starts the attack again while the gate is high");
const VELOCITY: In = In::cv(2, "velocity").normal(10.0).help("Strike, 0 to 10 V, read as a note starts");

const ATTACK: Param = Param::seconds(0, "attack", 0.000_5, 20.0).default(0.005).help("Time to the peak");
const DECAY: Param = Param::seconds(1, "decay", 0.000_5, 20.0).default(0.3).help("Time from peak to sustain");
const SUSTAIN: Param = Param::percent(2, "sustain").default(0.7).help("Level while the gate stays high");
const RELEASE: Param = Param::seconds(3, "release", 0.000_5, 20.0).default(0.2).help("Time down to silence");
const CURVE: Param = Param::bipolar(4, "curve")
    .default(1.0)
    .help("100 % as analog circuits bend, 0 % straight, below: hollow");
const DEPTH: Param = Param::percent(5, "velocity_depth").help("How much a soft strike lowers the peak");

const ENV: Out = Out::cv(0, "env").help("The envelope, 0 to 10 V");
const INVERTED: Out = Out::cv(1, "inverted").help("10 V less the envelope");
const END: Out = Out::gate(2, "end").help("10 V for 1 ms when the release is done");

/// Bend of the attack at full curve: e^b = 1.3 / 0.3.
const ATTACK_BEND: f32 = 1.466;
/// Bend of decay and release at full curve: five time constants.
const FALL_BEND: f32 = 5.0;

/// What a lane does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Idle,
    Attack,
    Decay,
    Sustain,
    Release,
}

/// The module.
#[derive(Debug)]
pub struct Adsr {
    sample_rate: f32,
    gate: Schmitt,
    retrigger: Schmitt,
    stage: [Stage; LANES],
    segments: Segments,
    /// Level where the segment began, 0…1.
    start: Group,
    /// Level where it ends: `end` + `sustained` × the sustain knob.
    end: Group,
    sustained: Group,
    /// Peak of the note, 0…1.
    peak: Group,
    done: Pulse,
}

impl Module for Adsr {
    const SPEC: Spec = Spec::new("adsr", "ADSR", Class::Modulation)
        .help("Envelope: rises to its peak, falls to the sustain level, and to silence after the gate.")
        .inputs(&[GATE, RETRIGGER, VELOCITY])
        .outputs(&[ENV, INVERTED, END])
        .params(&[ATTACK, DECAY, SUSTAIN, RELEASE, CURVE, DEPTH]);

    fn new(setup: &Setup) -> Adsr {
        Adsr {
            sample_rate: setup.sample_rate,
            gate: Schmitt::default(),
            retrigger: Schmitt::default(),
            stage: [Stage::Idle; LANES],
            segments: Segments::default(),
            start: Group::ZERO,
            end: Group::ZERO,
            sustained: Group::ZERO,
            peak: Group::ZERO,
            done: Pulse::new(setup.sample_rate),
        }
    }

    fn reset(&mut self, lanes: LaneMask) {
        self.gate.reset(lanes);
        self.retrigger.reset(lanes);
        self.done.reset(lanes);
        for lane in lanes.iter() {
            self.rest(lane);
        }
    }

    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_>, frames: Range<usize>) {
        let (gate, retrigger) = (io.input(GATE), io.input(RETRIGGER));
        let mut frame = frames.start;
        while frame < frames.end {
            self.follow_knobs(io, frame);
            if self.segments.is_due() {
                self.end_segments(io, frame);
            }
            let before = self.gate.high();
            let rises = self.gate.rise(gate.at(frame));
            let high = self.gate.high();
            let again = LaneMask(self.retrigger.rise(retrigger.at(frame)).0 & high.0);
            let (starts, falls) = (LaneMask(rises.0 | again.0), LaneMask(before.0 & !high.0));
            if (starts.0 | falls.0) != 0 {
                self.take_gates(io, frame, starts, falls);
            }
            let until = self.still_until(io, frame..frames.end);
            self.run(io, frame..until);
            frame = until;
        }
    }
}

impl Adsr {
    /// The first frame at which something else may happen than at the range's first.
    #[inline(always)]
    fn still_until(&self, io: &Io<'_>, frames: Range<usize>) -> usize {
        let knobs = [ATTACK, DECAY, RELEASE, CURVE].map(|knob| io.param(knob));
        let gates = [GATE, RETRIGGER].map(|port| io.input(port));
        let end = frames.start + self.segments.still_frames(frames.len());
        let mut next = frames.start + 1;
        if knobs.iter().any(|knob| knob.steady().is_none()) {
            let all = [knobs[0], knobs[1], knobs[2], knobs[3], gates[0], gates[1]];
            while next < end && all.iter().all(|signal| same(signal.at(next), signal.at(next - 1))) {
                next += 1;
            }
        } else if gates.iter().any(|gate| gate.steady().is_none()) {
            while next < end && gates.iter().all(|signal| same(signal.at(next), signal.at(next - 1))) {
                next += 1;
            }
        } else {
            next = end;
        }
        next
    }

    /// Renders frames in which only the sustain knob moves.
    #[inline(always)]
    fn run(&mut self, io: &mut Io<'_>, frames: Range<usize>) {
        let sustain = io.param(SUSTAIN);
        // Copies stay in registers, which the outputs' memory cannot be told apart from.
        let (mut segments, mut done) = (self.segments, self.done);
        let (start, end, sustained) = (self.start, self.end, self.sustained);
        let [wants_env, wants_inverted, wants_end] = [ENV, INVERTED, END].map(|port| io.is_wanted(port));
        let rests = segments.rests() && sustain.steady().is_some();
        let mut env = level(segments.share(), start, end + sustained * sustain.at(frames.start)) * 10.0;
        for frame in frames {
            if !rests {
                env = level(segments.share(), start, end + sustained * sustain.at(frame)) * 10.0;
                segments.advance();
            }
            if wants_env {
                io.set(ENV, frame, env);
            }
            if wants_inverted {
                io.set(INVERTED, frame, Group::splat(10.0) - env);
            }
            let done = done.tick();
            if wants_end {
                io.set(END, frame, done);
            }
        }
        (self.segments, self.done) = (segments, done);
    }

    /// The level of a lane at this frame.
    fn level_now(&self, io: &Io<'_>, frame: usize, lane: usize) -> f32 {
        let end = self.end + self.sustained * io.param(SUSTAIN).at(frame);
        level(self.segments.share(), self.start, end)[lane]
    }

    /// Lets running segments follow their knobs.
    #[inline(always)]
    fn follow_knobs(&mut self, io: &Io<'_>, frame: usize) {
        let [attack, decay, release] = [ATTACK, DECAY, RELEASE].map(|knob| io.param(knob).at(frame));
        let time = Group::from_fn(|lane| match self.stage[lane] {
            Stage::Attack => attack[lane],
            Stage::Decay => decay[lane],
            _ => release[lane],
        });
        let full = Group::from_fn(|lane| match self.stage[lane] {
            Stage::Attack => ATTACK_BEND,
            _ => FALL_BEND,
        });
        let rate = self.sample_rate;
        self.segments.follow(time.map(|time| frames_of(time, rate)), full * io.param(CURVE).at(frame));
    }

    /// Segments that end on this frame hand over to the next stage.
    #[cold]
    fn end_segments(&mut self, io: &Io<'_>, frame: usize) {
        for lane in 0..LANES {
            if !self.segments.has_ended(lane) {
                continue;
            }
            match self.stage[lane] {
                Stage::Attack => self.begin(lane, Stage::Decay, io, frame),
                Stage::Decay => {
                    self.stage[lane] = Stage::Sustain;
                    self.segments.rest(lane);
                }
                Stage::Release => {
                    self.rest(lane);
                    self.done.start(lane);
                }
                Stage::Idle | Stage::Sustain => {}
            }
        }
    }

    /// Notes that start or end on this frame.
    #[cold]
    fn take_gates(&mut self, io: &Io<'_>, frame: usize, starts: LaneMask, falls: LaneMask) {
        for lane in starts.iter() {
            let strike = (io.input(VELOCITY).at(frame) * 0.1).clamp(0.0, 1.0)[lane];
            let level = self.level_now(io, frame, lane);
            self.peak[lane] = 1.0 - io.param(DEPTH).at(frame)[lane] * (1.0 - strike);
            self.begin(lane, Stage::Attack, io, frame);
            self.start[lane] = level;
        }
        for lane in falls.iter() {
            let level = self.level_now(io, frame, lane);
            self.begin(lane, Stage::Release, io, frame);
            self.start[lane] = level;
        }
    }

    /// Starts a stage with a segment, from the peak unless told otherwise.
    fn begin(&mut self, lane: usize, stage: Stage, io: &Io<'_>, frame: usize) {
        let peak = self.peak[lane];
        let (time, bend, end, sustained) = match stage {
            Stage::Attack => (ATTACK, ATTACK_BEND, peak, 0.0),
            Stage::Decay => (DECAY, FALL_BEND, 0.0, peak),
            _ => (RELEASE, FALL_BEND, 0.0, 0.0),
        };
        self.stage[lane] = stage;
        (self.start[lane], self.end[lane], self.sustained[lane]) = (peak, end, sustained);
        let length = frames_of(io.param(time).at(frame)[lane], self.sample_rate);
        self.segments.start(lane, length, bend * io.param(CURVE).at(frame)[lane]);
    }

    /// The lane is silent and waits for its gate.
    fn rest(&mut self, lane: usize) {
        self.stage[lane] = Stage::Idle;
        self.segments.rest(lane);
        (self.start[lane], self.end[lane], self.sustained[lane]) = (0.0, 0.0, 0.0);
    }
}

/// The level within a segment, 0…1: exactly its start's at its start and its end's at its end.
#[inline(always)]
fn level(share: Group, start: Group, end: Group) -> Group {
    share * start + (Group::splat(1.0) - share) * end
}

/// Whether two frames have the same bits.
#[inline(always)]
fn same(a: Group, b: Group) -> bool {
    (0..LANES).fold(0, |other, lane| other | (a[lane].to_bits() ^ b[lane].to_bits())) == 0
}

/// A time in whole frames, at least one.
#[inline(always)]
fn frames_of(seconds: f32, sample_rate: f32) -> f32 {
    let frames = (seconds * sample_rate + 0.5).floor();
    if frames > 1.0 { frames } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rig::Rig;

    /// Levels of lane 3 under a gate that is high within `gate`.
    fn play(rig: &mut Rig, frames: usize, gate: Range<usize>) -> Vec<Vec<f32>> {
        let out = rig.render(frames, |frame, drive| {
            drive.input(GATE, Group::splat(if gate.contains(&frame) { 10.0 } else { 0.0 }));
        });
        out.iter().map(|port| port.iter().map(|group| group[3]).collect()).collect()
    }

    #[test]
    fn every_segment_lands_on_its_frame() {
        for curve in [-1.0, 0.0, 0.3, 1.0] {
            let mut rig = Rig::of::<Adsr>(48_000.0);
            rig.knob(ATTACK, 0.01)
                .knob(DECAY, 0.02)
                .knob(SUSTAIN, 0.5)
                .knob(RELEASE, 0.03)
                .knob(CURVE, curve);
            let out = play(&mut rig, 5_000, 7..3_000);
            let env = &out[0];
            assert_eq!((env[7], env[487], env[7 + 480 + 960], env[3_000]), (0.0, 10.0, 5.0, 5.0));
            assert!(env[486] < 10.0 && env[488] < 10.0 && env[7 + 480 + 959] > 5.0);
            assert!(env[3_000 + 1_439] > 0.0 && env[3_000 + 1_440..].iter().all(|&volts| volts == 0.0));
            let steps = env.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
            assert!(steps < 0.15, "curve {curve}: a step of {steps} V");
            let end: Vec<usize> = (0..5_000).filter(|&frame| out[2][frame] > 5.0).collect();
            assert_eq!((end[0], end.len()), (4_440, 48));
            assert!(env.iter().zip(&out[1]).all(|(env, inverted)| env + inverted == 10.0));
        }
    }

    #[test]
    fn a_retriggered_attack_begins_where_it_is() {
        let mut rig = Rig::of::<Adsr>(48_000.0);
        rig.knob(ATTACK, 0.01).knob(DECAY, 0.01).knob(SUSTAIN, 0.2).knob(DEPTH, 0.5);
        let out = rig.render(3_000, |frame, drive| {
            drive.input(GATE, Group::splat(10.0));
            drive.input(VELOCITY, Group::splat(5.0));
            drive.input(RETRIGGER, Group::splat(if frame >= 700 { 10.0 } else { 0.0 }));
        });
        let env = |frame: usize| out[0][frame][5];
        assert_eq!((env(480), env(700 + 480), env(2_999)), (7.5, 7.5, 1.5));
        assert!((1..3_000).all(|frame| (env(frame) - env(frame - 1)).abs() < 0.1));
    }
}
