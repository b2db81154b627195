//! Notes: the keyboard's pitch, gate and expression on one lane per voice.
//!
//! A note that restarts a lane whose gate is high (a stolen voice, the mono mode) takes the gate down for its
//! first frame, so that an envelope starts again by the gate alone; a tied legato note leaves it high.
//! `retrigger` rises at the note's very frame.

use std::ops::Range;

use crate::dsp::{Pulse, Ramp, moves};
use crate::event::{LaneEvent, LaneEventKind};
use crate::group::{Group, LANES, LaneMask};
use crate::io::Io;
use crate::module::{Module, Setup};
use crate::port::{Out, Param, Quantity};
use crate::spec::{Class, Role, Spec};

const VOICES: Param = Param::integer(0, "voices", 1.0, 128.0).default(16.0).structural().help("Lanes");
const MODE: Param = Param::choice(1, "mode", &["poly", "mono", "legato", "unison"])
    .structural()
    .help("A lane per key; the newest key; the same, tied; the newest key on all lanes");
const STEALING: Param = Param::choice(2, "stealing", &["oldest", "quietest", "lowest", "highest", "none"])
    .structural()
    .help("Which voice a new key takes when all play");
const CHANNEL: Param =
    Param::integer(3, "channel", 0.0, 16.0).structural().help("MIDI channel; 0 listens to all");
const BEND_RANGE: Param = Param::linear(4, "bend_range", 0.0, 96.0, Quantity::Semitones)
    .default(2.0)
    .structural()
    .help("Semitones of the full pitch wheel");
const GLIDE: Param = Param::seconds(5, "glide", 0.001, 10.0)
    .help("Time from the lane's last pitch to the new one, however far; none at the lowest");
const DETUNE: Param = Param::linear(6, "detune", 0.0, 100.0, Quantity::Cents)
    .help("Unison: how far the lanes lie above and below the key");

const PITCH: Out = Out::pitch(0, "pitch").help("Key, glide, bend and detune; 0 V is C4");
const GATE: Out = Out::gate(1, "gate").help("10 V while the key is down");
const VELOCITY: Out = Out::cv(2, "velocity").help("Strike, 0 to 10 V");
const PRESSURE: Out = Out::cv(3, "pressure").help("Aftertouch of the channel or note, 0 to 10 V");
const SLIDE: Out = Out::cv(4, "slide").help("CC 74, or the note's timbre, 0 to 10 V");
const BEND: Out = Out::cv(5, "bend").help("Bend and tuning of the note, 5 V at the full bend range");
const WHEEL: Out = Out::cv(6, "wheel").help("Modulation wheel, 0 to 10 V");
const RELEASE_VELOCITY: Out = Out::cv(7, "release_velocity").help("Speed of the release, 0 to 10 V");
const RETRIGGER: Out = Out::gate(8, "retrigger").help("10 V for 1 ms whenever a note starts anew");

/// Seconds in which a controller takes a step.
const SMOOTHING_SECONDS: f32 = 0.005;
/// Furthest that a note or a bend goes, in volts.
const FURTHEST_VOLTS: f32 = 20.0;

/// The module.
#[derive(Debug)]
pub struct Notes {
    sample_rate: f32,
    /// Lanes that have had a note, from which the next can glide.
    played: LaneMask,
    /// Pitch of the key, V.
    pitch: Ramp,
    /// Bend, V/oct.
    bend: Ramp,
    /// 0…10 V, and so the next two.
    pressure: Ramp,
    slide: Ramp,
    wheel: Ramp,
    velocity: Group,
    release_velocity: Group,
    /// What the gate is to be, V.
    gate: Group,
    /// What the gate last was, V.
    last_gate: Group,
    /// 0 on lanes whose gate stays down for this frame, else 1.
    gate_open: Group,
    retrigger: Pulse,
    /// Where a lane lies within the detuned spread, −1…1.
    spread: Group,
}

impl Module for Notes {
    const SPEC: Spec = Spec::new("notes", "Notes", Class::Io)
        .help("The keyboard: pitch, gate and expression of each note, on a lane of its own.")
        .role(Role::Notes)
        .outputs(&[PITCH, GATE, VELOCITY, PRESSURE, SLIDE, BEND, WHEEL, RELEASE_VELOCITY, RETRIGGER])
        .params(&[VOICES, MODE, STEALING, CHANNEL, BEND_RANGE, GLIDE, DETUNE]);

    fn new(setup: &Setup) -> Notes {
        Notes {
            sample_rate: setup.sample_rate,
            played: LaneMask::default(),
            pitch: Ramp::default(),
            bend: Ramp::default(),
            pressure: Ramp::default(),
            slide: Ramp::default(),
            wheel: Ramp::default(),
            velocity: Group::ZERO,
            release_velocity: Group::ZERO,
            gate: Group::ZERO,
            last_gate: Group::ZERO,
            gate_open: Group::splat(1.0),
            retrigger: Pulse::new(setup.sample_rate),
            spread: spread(setup),
        }
    }

    fn reset(&mut self, lanes: LaneMask) {
        for ramp in [&mut self.pitch, &mut self.bend, &mut self.pressure, &mut self.slide, &mut self.wheel] {
            ramp.reset(lanes);
        }
        for group in [&mut self.velocity, &mut self.release_velocity, &mut self.gate, &mut self.last_gate] {
            *group = Group::ZERO.select(*group, lanes);
        }
        self.gate_open = Group::splat(1.0).select(self.gate_open, lanes);
        self.retrigger.reset(lanes);
        self.played.0 &= !lanes.0;
    }

    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_>, frames: Range<usize>) {
        let (glide, events) = (io.param(GLIDE), io.events);
        let mut events = events.iter().peekable();
        let knobs_move = moves([io.param(MODE), io.param(BEND_RANGE), io.param(DETUNE)]);
        let mut frame = frames.start;
        while frame < frames.end {
            while let Some(event) = events.next_if(|event| event.frame <= frame) {
                self.take(event, glide.at(frame)[event.lane % LANES]);
            }
            let next = events.peek().map_or(frames.end, |event| event.frame.min(frames.end));
            let until = if !knobs_move && self.rests() { next } else { frame + 1 };
            self.put(io, frame..until);
            self.advance();
            frame = until;
        }
    }
}

impl Notes {
    /// Whether nothing changes until the next event.
    #[inline(always)]
    fn rests(&self) -> bool {
        let ramps = [&self.pitch, &self.bend, &self.pressure, &self.slide, &self.wheel];
        let shut = Group::splat(1.0) != self.gate_open;
        ramps.iter().all(|ramp| ramp.rests()) && self.retrigger.rests() && !shut
    }

    /// Puts the voltages of the first of some frames out on all of them.
    #[inline(always)]
    fn put(&mut self, io: &mut Io<'_>, frames: Range<usize>) {
        let frame = frames.start;
        let (mode, range, detune) = (io.param(MODE), io.param(BEND_RANGE), io.param(DETUNE));
        let bend = self.bend.value();
        self.last_gate = self.gate * self.gate_open;
        let mut fill = |output: Out, volts: Group| {
            if io.is_wanted(output) {
                io.output(output)[frames.clone()].fill(volts);
            }
        };
        let spread = self.spread * detune.at(frame) * (1.0 / 1200.0);
        let spread = spread.zip(mode.at(frame), |volts, mode| if mode > 2.5 { volts } else { 0.0 });
        fill(PITCH, self.pitch.value() + bend + spread);
        let wheel_share =
            bend.zip(
                range.at(frame),
                |volts, semitones| {
                    if semitones > 0.0 { volts * 60.0 / semitones } else { 0.0 }
                },
            );
        fill(BEND, wheel_share.clamp(-5.0, 5.0));
        fill(PRESSURE, self.pressure.value());
        fill(SLIDE, self.slide.value());
        fill(WHEEL, self.wheel.value());
        fill(VELOCITY, self.velocity);
        fill(RELEASE_VELOCITY, self.release_velocity);
        fill(GATE, self.last_gate);
        fill(RETRIGGER, self.retrigger.tick());
    }

    /// Goes on to the next frame.
    #[inline(always)]
    fn advance(&mut self) {
        self.gate_open = Group::splat(1.0);
        for ramp in [&mut self.pitch, &mut self.bend, &mut self.pressure, &mut self.slide, &mut self.wheel] {
            ramp.advance();
        }
    }

    /// Takes an event in; `glide` is the lane's glide time.
    fn take(&mut self, event: &LaneEvent, glide: f32) {
        let lane = event.lane % LANES;
        let step = (SMOOTHING_SECONDS * self.sample_rate).floor();
        match event.kind {
            LaneEventKind::On { pitch, velocity, retrigger, glide: slides } => {
                let slides = slides && self.played.has(lane) && glide > GLIDE.min;
                let frames = if slides { (glide * self.sample_rate + 0.5).floor() } else { 0.0 };
                self.pitch.aim(lane, volts(pitch), frames);
                self.played.0 |= LaneMask::one(lane).0;
                self.velocity[lane] = cv(velocity);
                self.gate[lane] = 10.0;
                if retrigger {
                    self.restart(lane);
                }
            }
            LaneEventKind::Off { velocity } => {
                self.gate[lane] = 0.0;
                self.release_velocity[lane] = cv(velocity);
            }
            LaneEventKind::Bend(bend) => self.bend.aim(lane, volts(bend), step),
            LaneEventKind::Pressure(value) => self.pressure.aim(lane, cv(value), step),
            LaneEventKind::Slide(value) => self.slide.aim(lane, cv(value), step),
            LaneEventKind::Wheel(value) => self.wheel.aim(lane, cv(value), step),
        }
    }

    /// A note starts anew: its controllers stand where they are sent, gate and pulse show an edge.
    fn restart(&mut self, lane: usize) {
        for ramp in [&mut self.bend, &mut self.pressure, &mut self.slide, &mut self.wheel] {
            ramp.land(lane);
        }
        self.gate_open[lane] = if self.last_gate[lane] > 0.0 { 0.0 } else { 1.0 };
        self.retrigger.start(lane);
    }
}

/// A share 0…1 as 0…10 V.
fn cv(share: f32) -> f32 {
    if share.is_finite() { share.clamp(0.0, 1.0) * 10.0 } else { 0.0 }
}

/// A pitch or bend within bounds.
fn volts(value: f32) -> f32 {
    if value.is_finite() { value.clamp(-FURTHEST_VOLTS, FURTHEST_VOLTS) } else { 0.0 }
}

/// Places within the spread: neighbours mirror each other about the key, so that even two lanes are in tune
/// on the whole; the seed sets the pairs of each group apart.
fn spread(setup: &Setup) -> Group {
    const DISTANCES: [f32; LANES / 2] = [0.75, 0.25, 0.5, 0.0];
    if setup.mono {
        return Group::ZERO;
    }
    Group::from_fn(|lane| {
        let pair = lane / 2;
        let jitter = (setup.lane_seed(pair) >> 40) as f32 / (1u32 << 24) as f32;
        let distance = DISTANCES[pair] + 0.25 * jitter;
        if lane % 2 == 0 { distance } else { -distance }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rig::Rig;

    fn on(pitch: f32, retrigger: bool) -> LaneEventKind {
        LaneEventKind::On { pitch, velocity: 0.5, retrigger, glide: true }
    }

    #[test]
    fn a_stolen_lane_shows_an_edge_and_a_tied_one_does_not() {
        let mut rig = Rig::of::<Notes>(48_000.0);
        let out = rig.render(300, |frame, drive| match frame {
            10 => drive.event(3, on(1.0, true)),
            100 => drive.event(3, on(2.0, true)),
            130 => drive.event(3, on(2.0, true)),
            200 => drive.event(3, on(0.0, false)),
            250 => drive.event(3, LaneEventKind::Off { velocity: 1.0 }),
            _ => {}
        });
        let high = |port: Out| -> Vec<usize> {
            (1..300)
                .filter(|&at| (out[port.index()][at][3] > 5.0) != (out[port.index()][at - 1][3] > 5.0))
                .collect()
        };
        assert_eq!(high(GATE), [10, 100, 101, 130, 131, 250]);
        assert_eq!(high(RETRIGGER), [10, 58, 100, 130, 131, 179]);
        assert_eq!((out[2][10][3], out[7][250][3], out[0][10][3], out[0][10][2]), (5.0, 10.0, 1.0, 0.0));
    }

    #[test]
    fn glides_in_the_set_time_and_jumps_on_a_fresh_lane() {
        let mut rig = Rig::of::<Notes>(48_000.0);
        rig.knob(GLIDE, 0.01);
        let out = rig.render(600, |frame, drive| match frame {
            10 => drive.event(0, on(1.0, true)),
            50 => drive.event(0, on(3.0, true)),
            _ => {}
        });
        let pitch = |frame: usize| out[0][frame][0];
        assert_eq!((pitch(10), pitch(49), pitch(529) < 3.0, pitch(530)), (1.0, 1.0, true, 3.0));
        assert!((pitch(50) - 1.0).abs() < 1e-6 && (pitch(290) - 2.0).abs() < 1e-6);
    }

    #[test]
    fn controllers_are_smooth_but_jump_with_a_note() {
        let mut rig = Rig::of::<Notes>(48_000.0);
        let out = rig.render(400, |frame, drive| match frame {
            5 => {
                drive.event(1, LaneEventKind::Wheel(1.0));
                drive.event(1, on(0.0, true));
            }
            100 => drive.event(1, LaneEventKind::Wheel(0.0)),
            _ => {}
        });
        let wheel = |frame: usize| out[6][frame][1];
        assert_eq!((wheel(4), wheel(5), wheel(340)), (0.0, 10.0, 0.0));
        assert!((6..400).all(|frame| (wheel(frame) - wheel(frame - 1)).abs() < 0.05));
    }
}
