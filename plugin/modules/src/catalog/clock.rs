//! Clock: the pulse of the rack, by its own tempo or locked to the host's song.
//!
//! Four outputs divide or multiply the beat; each pulse is high for the first half of its time. Swing delays
//! every second pulse of the 8ths (x2) and 16ths (x4): 0 % is straight, 67 % a triplet feel, 100 % dotted.

use std::ops::Range;

use crate::dsp::{Motion, Pulse, Schmitt, Song, Turns, ratio, trigger_frames};
use crate::group::{Group, LaneMask};
use crate::io::Io;
use crate::module::{Module, Setup};
use crate::port::{In, Out, Param, Quantity};
use crate::spec::{Class, Spec};

const RUN_GATE: In = In::gate(0, "run_gate").normal(10.0).help("Runs while high");
const RESET_TRIGGER: In = In::gate(1, "reset_trigger").help("Begins at the first beat");
const BPM: Param = Param::linear(0, "bpm", 20.0, 300.0, Quantity::Bpm).default(120.0).help("Own tempo");
const SOURCE: Param = Param::choice(1, "source", &["internal", "host"]).help("Own tempo or the host's song");
const RUN: Param = Param::toggle(2, "run").default(1.0).help("Runs, or stands at the beginning");
const SWING: Param = Param::percent(3, "swing").help("Delay of every second 8th and 16th");
const RATIO_1: Param = ratio_param(4, "ratio_1", "x1");
const RATIO_2: Param = ratio_param(5, "ratio_2", "x2");
const RATIO_3: Param = ratio_param(6, "ratio_3", "x4");
const RATIO_4: Param = ratio_param(7, "ratio_4", "/4");
const CLOCK_1: Out = Out::gate(0, "clock_1").help("Pulses at ratio 1");
const CLOCK_2: Out = Out::gate(1, "clock_2").help("Pulses at ratio 2");
const CLOCK_3: Out = Out::gate(2, "clock_3").help("Pulses at ratio 3");
const CLOCK_4: Out = Out::gate(3, "clock_4").help("Pulses at ratio 4");
const RESET: Out = Out::gate(4, "reset").help("Trigger when it starts, is reset, or the song jumps");

const RATIOS: [Param; 4] = [RATIO_1, RATIO_2, RATIO_3, RATIO_4];
const CLOCKS: [Out; 4] = [CLOCK_1, CLOCK_2, CLOCK_3, CLOCK_4];

/// Beats that the count leans forward, so that a beat made of rounded steps is not a frame late.
const LEAN: f64 = 1e-7;
/// Beats by which a jump may land late on a pulse and still play it, besides one frame.
const LATE: f64 = 2e-6;

const fn ratio_param(index: u8, id: &'static str, default: &str) -> Param {
    Param::choice(index, id, ratio::NAMES).default(ratio::place(default)).help("Pulses per beat")
}

/// The module; one signal, whatever lane is asked.
#[derive(Debug)]
pub struct Clock {
    sample_rate: f64,
    run: Schmitt,
    reset: Schmitt,
    song: Song,
    /// Beats of the own tempo.
    beats: Turns,
    /// What it ran by in the last frame, if it ran: whether the host.
    runs_by_host: Option<bool>,
    dividers: [Divider; 4],
    reset_pulse: Pulse,
}

impl Module for Clock {
    const SPEC: Spec = Spec::new("clock", "Clock", Class::Sequence)
        .help("The pulse of the rack, by its own tempo or locked to the host's song.")
        .mono()
        .inputs(&[RUN_GATE, RESET_TRIGGER])
        .params(&[BPM, SOURCE, RUN, SWING, RATIO_1, RATIO_2, RATIO_3, RATIO_4])
        .outputs(&[CLOCK_1, CLOCK_2, CLOCK_3, CLOCK_4, RESET])
        .free_running();

    fn new(setup: &Setup) -> Clock {
        Clock {
            sample_rate: f64::from(setup.sample_rate),
            run: Schmitt::default(),
            reset: Schmitt::default(),
            song: Song::default(),
            beats: Turns::default(),
            runs_by_host: None,
            dividers: [Divider::default(); 4],
            reset_pulse: Pulse::default(),
        }
    }

    fn reset(&mut self, _lanes: LaneMask) {
        self.run = Schmitt::default();
        self.reset = Schmitt::default();
        self.song = Song::default();
        self.beats = Turns::default();
        self.runs_by_host = None;
        self.dividers = [Divider::default(); 4];
        self.reset_pulse = Pulse::default();
    }

    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_>, frames: Range<usize>) {
        let (gate, trigger) = (io.input(RUN_GATE), io.input(RESET_TRIGGER));
        let (bpm, source) = (io.param(BPM), io.param(SOURCE));
        let (run, swing) = (io.param(RUN), io.param(SWING));
        let ratios = RATIOS.map(|ratio| io.param(ratio));
        for frame in frames {
            self.run.rise(gate.at(frame));
            let restarts = self.reset.rise(trigger.at(frame)).has(0);
            let motion = self.song.follow(&io.host.transport, frame);
            let allowed = run.at(frame)[0] >= 0.5 && self.run.high().has(0);
            let by_host = source.at(frame)[0] >= 0.5;
            let runs = allowed && !(by_host && motion == Motion::Stopped);
            let step = Turns::step(f64::from(bpm.at(frame)[0]) / (60.0 * self.sample_rate));
            if runs {
                let starts = self.runs_by_host != Some(by_host);
                let jumps = by_host && motion == Motion::Jumped;
                let begins = starts || jumps || restarts;
                if begins {
                    self.reset_pulse.fire(trigger_frames(self.sample_rate as f32));
                }
                let time = if by_host {
                    Time { beats: self.song.beats(), per_frame: self.song.beats_per_frame() }
                } else {
                    if begins {
                        self.beats = Turns::default();
                    }
                    let per_frame = Turns { whole: 0, part: step }.position();
                    Time { beats: self.beats.position() + LEAN, per_frame }
                };
                // The song does not turn back when the rack is reset.
                let lands = if by_host { starts || jumps } else { begins };
                for (divider, ratio) in self.dividers.iter_mut().zip(ratios) {
                    let per_beat = ratio::per_beat(ratio.at(frame)[0]);
                    divider.take(time, Grid::new(per_beat, swing.at(frame)[0]), lands);
                }
            } else {
                self.dividers.iter_mut().for_each(|divider| divider.pulse.cut());
            }
            self.runs_by_host = runs.then_some(by_host);
            self.beats.advance(step);

            for (divider, out) in self.dividers.iter_mut().zip(CLOCKS) {
                io.set(out, frame, Group::splat(divider.pulse.next_volts()));
            }
            io.set(RESET, frame, Group::splat(self.reset_pulse.next_volts()));
        }
    }
}

/// A frame in beats.
#[derive(Clone, Copy, Debug)]
struct Time {
    beats: f64,
    per_frame: f64,
}

/// Where the pulses of an output lie.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Grid {
    per_beat: f64,
    /// By how much every second pulse is late, in pulses.
    swing: f64,
}

impl Grid {
    #[inline(always)]
    fn new(per_beat: f64, swing: f32) -> Grid {
        let swings = per_beat == 2.0 || per_beat == 4.0;
        Grid { per_beat, swing: if swings { 0.5 * f64::from(swing) } else { 0.0 } }
    }

    /// Number of the last pulse at or before a time in beats.
    #[inline(always)]
    fn pulse_at(&self, beats: f64) -> i64 {
        let pulses = beats * self.per_beat;
        let pair = (pulses * 0.5).floor() * 2.0;
        pair as i64 + i64::from(pulses - pair >= 1.0 + self.swing)
    }

    /// Beats from a pulse to the next.
    #[inline(always)]
    fn length(&self, pulse: i64) -> f64 {
        let late = if pulse % 2 == 0 { self.swing } else { -self.swing };
        (1.0 + late) / self.per_beat
    }
}

/// One output.
#[derive(Clone, Copy, Debug, Default)]
struct Divider {
    per_beat: f64,
    /// Number of the newest pulse.
    last: i64,
    /// Frames since it.
    since: u32,
    pulse: Pulse,
}

impl Divider {
    /// Takes a frame in; `lands` says that time has come from elsewhere, so that the numbers begin anew. A
    /// pulse is only played when time goes on to a number not yet reached: not twice when time is corrected
    /// by a hair, nor when a loop ends within a frame of the pulse on which it begins.
    #[inline(always)]
    fn take(&mut self, time: Time, grid: Grid, lands: bool) {
        self.since = self.since.saturating_add(1);
        if lands || grid.per_beat != self.per_beat {
            let just_played = lands && self.since <= 2;
            let before = if just_played { time.beats } else { time.beats - time.per_frame - LATE };
            self.last = grid.pulse_at(before);
            self.per_beat = grid.per_beat;
        }
        let now = grid.pulse_at(time.beats);
        if now > self.last {
            self.last = now;
            self.since = 0;
            self.pulse.fire((0.5 * grid.length(now) / time.per_frame) as u32);
        }
    }
}
