//! Delay: echoes, free or in time with the song, straight or bouncing between the sides.
//!
//! Two lines read by a windowed sinc, so that moving the time bends the pitch as a tape does and nothing else
//! is heard. The tone knob tilts the spectrum within the loop, so that every echo is darker or thinner than
//! the one before.

use std::ops::Range;

use crate::dsp::guard::{sane, saturate};
use crate::dsp::note_length;
use crate::dsp::swing::{ahead, sines};
use crate::dsp::{DelayLine, Glide, OnePole, RUN, Swing, runs};
use crate::group::{Group, LaneMask};
use crate::io::Io;
use crate::level::{Level, Simd, Vectorized};
use crate::module::{Module, Setup};
use crate::port::{In, Out, Param, Quantity};
use crate::spec::{Class, Spec};

const LEFT: In = In::audio(0, "left").help("Left sound, or both when the right is not patched");
const RIGHT: In = In::audio(1, "right").follows(LEFT).help("Right sound; follows the left when not patched");
const TIME: Param = Param::seconds(0, "time", 0.001, LONGEST as f32)
    .default(0.375)
    .help("Time between echoes when not in sync");
const SYNC: Param =
    Param::choice(1, "sync", note_length::NAMES).help("Note value between echoes; t triplet, d dotted");
const FEEDBACK: Param = Param::linear(2, "feedback", 0.0, 1.1, Quantity::Percent)
    .default(0.4)
    .help("Level of each echo against the one before; above 100 % they build up");
const TONE: Param = Param::bipolar(3, "tone").help("Echoes grow darker (left) or thinner (right)");
const PING_PONG: Param = Param::percent(4, "ping_pong").help("How far echoes bounce between the sides");
const MOD_RATE: Param = Param::hertz(5, "mod_rate", 0.01, 10.0).default(0.5).help("Speed of the pitch sway");
const MOD_DEPTH: Param = Param::linear(6, "mod_depth", 0.0, SWAY as f32, Quantity::Seconds)
    .help("Sway of the time to either side");
const MIX: Param = Param::percent(7, "mix").default(0.35).help("Dry to wet");
const OUT_LEFT: Out = Out::audio(0, "left").help("Left mix");
const OUT_RIGHT: Out = Out::audio(1, "right").help("Right mix");

/// Longest time, in seconds; a note value that is longer at the song's tempo is halved until it fits.
const LONGEST: f64 = 4.0;

/// Greatest sway, in seconds.
const SWAY: f64 = 0.01;

/// Where the tone knob splits low from high, in Hz.
const TILT_HERTZ: f32 = 1_000.0;

/// DC that would creep up in the loop is taken out below this, in Hz.
const BLOCK_HERTZ: f32 = 5.0;

/// The module.
#[derive(Debug)]
pub struct Delay {
    sample_rate: f64,
    level: Level,
    sides: [Side; 2],
    time_glide: Glide,
    sway_glide: Glide,
    swing: Swing,
}

/// One side's loop.
#[derive(Debug)]
struct Side {
    line: DelayLine,
    /// Low part of what goes into the line.
    low: OnePole,
    /// Slow mean of what is fed back: its DC.
    mean: OnePole,
}

impl Side {
    fn new(sample_rate: f32) -> Side {
        Side {
            line: DelayLine::new((LONGEST + SWAY) * f64::from(sample_rate)),
            low: OnePole::new(TILT_HERTZ / sample_rate),
            mean: OnePole::new(BLOCK_HERTZ / sample_rate),
        }
    }

    fn reset(&mut self) {
        self.line.reset();
        self.low.reset();
        self.mean.reset();
    }

    /// Takes a frame of sound and a frame of feedback in. `tone` as the knob.
    #[inline(always)]
    fn push(&mut self, sound: f32, feedback: f32, tone: f32) {
        let x = sound + (feedback - self.mean.tick(feedback));
        let low = self.low.tick(x);
        // At 0 the sound passes bit for bit.
        let lost = if tone < 0.0 { x - low } else { low };
        self.line.push(saturate(x - lost * tone.abs()));
    }
}

impl Delay {
    /// Frames between echoes.
    #[inline(always)]
    fn frames(&self, seconds: f32, sync: f32, (tempo_bpm, beats_per_bar): (f64, f64)) -> f64 {
        let Some(beats) = note_length::beats(sync, beats_per_bar) else {
            return f64::from(seconds) * self.sample_rate;
        };
        let tempo_bpm = if tempo_bpm > 1.0 { tempo_bpm } else { 1.0 };
        let mut seconds = beats * 60.0 / tempo_bpm;
        while seconds > LONGEST {
            seconds *= 0.5;
        }
        seconds * self.sample_rate
    }
}

impl Module for Delay {
    const SPEC: Spec = Spec::new("delay", "Delay", Class::Effect)
        .help("Echoes, free or in time with the song, straight or bouncing between the sides.")
        .mono()
        .remembers((LONGEST + SWAY) as f32)
        .inputs(&[LEFT, RIGHT])
        .params(&[TIME, SYNC, FEEDBACK, TONE, PING_PONG, MOD_RATE, MOD_DEPTH, MIX])
        .outputs(&[OUT_LEFT, OUT_RIGHT])
        .bypass(&[(LEFT, OUT_LEFT), (RIGHT, OUT_RIGHT)]);

    fn new(setup: &Setup) -> Delay {
        Delay {
            sample_rate: f64::from(setup.sample_rate),
            level: setup.level,
            sides: [Side::new(setup.sample_rate), Side::new(setup.sample_rate)],
            time_glide: Glide::new(setup.sample_rate),
            sway_glide: Glide::new(setup.sample_rate),
            swing: Swing::default(),
        }
    }

    fn reset(&mut self, lanes: LaneMask) {
        if lanes.has(0) {
            self.sides.iter_mut().for_each(Side::reset);
            self.time_glide.reset();
            self.sway_glide.reset();
            self.swing.reset();
        }
    }

    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_>, frames: Range<usize>) {
        self.level.render(self, io, frames);
    }
}

impl Vectorized for Delay {
    #[inline(always)]
    fn render<S: Simd>(&mut self, simd: S, io: &mut Io<'_>, frames: Range<usize>) {
        let (left, right) = (io.input(LEFT), io.input(RIGHT));
        let [time, sync, feedback, tone] = [TIME, SYNC, FEEDBACK, TONE].map(|param| io.param(param));
        let [ping_pong, rate, depth, mix] =
            [PING_PONG, MOD_RATE, MOD_DEPTH, MIX].map(|param| io.param(param));
        let song = (io.host.transport.tempo_bpm, io.host.transport.beats_per_bar);
        for run in runs(frames) {
            let count = run.len();
            let (rate, mut turns) = (rate.row(run.start), [0.0; RUN]);
            for (turns, rate) in turns.iter_mut().zip(rate.0) {
                *turns = f64::from(rate) / self.sample_rate;
            }
            let phases = self.swing.run(turns, count);
            let mut turns = [0.0; 2 * RUN];
            for (turn, &phase) in phases.iter().enumerate() {
                (turns[turn], turns[RUN + turn]) = (phase, ahead(phase, 0.25));
            }
            let sines = sines(&turns);
            let (mut time_frames, mut sway) = ([0.0; RUN], [0.0; RUN]);
            for (ahead, frame) in run.clone().enumerate() {
                time_frames[ahead] = self.frames(time.at(frame)[0], sync.at(frame)[0], song);
                sway[ahead] = f64::from(depth.at(frame)[0]) * self.sample_rate;
            }
            let time_frames = self.time_glide.run(time_frames, count);
            let sway = self.sway_glide.run(sway, count);
            let mut delays = [[0.0; RUN]; 2];
            for ahead in 0..RUN {
                delays[0][ahead] = time_frames[ahead] + sway[ahead] * sines[ahead];
                delays[1][ahead] = time_frames[ahead] + sway[ahead] * sines[RUN + ahead];
            }
            let mut echoes = [Group::ZERO; 2];
            for (echo, (side, delays)) in echoes.iter_mut().zip(self.sides.iter().zip(&delays)) {
                *echo = side.line.read_run(simd, delays, count);
            }

            for (ahead, frame) in run.enumerate() {
                let dry = [sane(left.at(frame)[0]), sane(right.at(frame)[0])];
                let echo = echoes.map(|side| side[ahead]);
                let (bounce, back) = (ping_pong.at(frame)[0], feedback.at(frame)[0]);
                let crossed = [
                    echo[0] * (1.0 - bounce) + echo[1] * bounce,
                    echo[1] * (1.0 - bounce) + echo[0] * bounce,
                ];
                // Bouncing sound sets out from the left.
                let sound = [dry[0] + (dry[1] - dry[0]) * (0.5 * bounce), dry[1] * (1.0 - bounce)];
                let tone = tone.at(frame)[0];
                self.sides[0].push(sound[0], crossed[0] * back, tone);
                self.sides[1].push(sound[1], crossed[1] * back, tone);

                let wet = mix.at(frame)[0];
                io.set(OUT_LEFT, frame, Group::splat(dry[0] * (1.0 - wet) + echo[0] * wet));
                io.set(OUT_RIGHT, frame, Group::splat(dry[1] * (1.0 - wet) + echo[1] * wet));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rig::Rig;

    /// Volts at every `step` frames of what an impulse on the left brings, with the right patched to silence.
    fn echoes(rig: &mut Rig, step: usize, count: usize) -> Vec<[f32; 2]> {
        let out = rig.render(step * count + 1, |frame, drive| {
            drive.input(LEFT, Group::splat(if frame == 0 { 5.0 } else { 0.0 }));
            drive.input(RIGHT, Group::ZERO);
        });
        (0..=count).map(|n| [out[0][n * step][0], out[1][n * step][0]]).collect()
    }

    fn near(got: &[[f32; 2]], wanted: &[[f32; 2]]) {
        for (got, wanted) in got.iter().flatten().zip(wanted.iter().flatten()) {
            assert!((got - wanted).abs() < 0.01, "{got} instead of {wanted}");
        }
    }

    #[test]
    fn echoes_come_in_time_and_bounce() {
        let mut rig = Rig::of::<Delay>(48_000.0);
        rig.knob(TIME, 0.01).knob(FEEDBACK, 0.5).knob(MIX, 1.0);
        near(&echoes(&mut rig, 480, 3), &[[0.0, 0.0], [5.0, 0.0], [2.5, 0.0], [1.25, 0.0]]);
        let mut rig = Rig::of::<Delay>(48_000.0);
        rig.host.transport.tempo_bpm = 150.0;
        rig.knob(SYNC, 15.0).knob(FEEDBACK, 0.5).knob(MIX, 1.0).knob(PING_PONG, 1.0);
        near(&echoes(&mut rig, 4_800, 3), &[[0.0, 0.0], [2.5, 0.0], [0.0, 1.25], [0.625, 0.0]]);
    }

    #[test]
    fn note_values_fit_at_any_tempo() {
        let delay = Delay::new(&Setup { mono: true, ..Setup::at(48_000.0) });
        assert_eq!(delay.frames(1.0, 4.0, (30.0, 4.0)), 4.0 * 48_000.0);
        let wild = [f64::NAN, 0.0, -3.0, 1e-9, f64::INFINITY];
        for song in wild.into_iter().flat_map(|bpm| wild.map(|bar| (bpm, bar))) {
            assert!((1..20).all(|sync| delay.frames(1.0, sync as f32, song) <= 4.0 * 48_000.0), "{song:?}");
        }
    }
}
