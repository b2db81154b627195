//! Clock: the pulse of the rack, by its own tempo or locked to the host's song.
//!
//! Four outputs divide or multiply the beat; each pulse is high for the first half of its time. Swing delays
//! every second pulse of the 8ths (x2) and 16ths (x4): 0 % is straight, 67 % a triplet feel, 100 % dotted.

use std::ops::Range;

use crate::dsp::{Motion, Schmitt, Song, Trigger, Turns, ratio, trigger_frames};
use crate::group::{Group, LaneMask};
use crate::io::Io;
use crate::module::{Module, Setup};
use crate::port::{In, Out, Param, Quantity};
use crate::spec::{Class, Spec};

const RESET_IN: In = In::gate(0, "reset").help("Begins at the first beat");
const BPM: Param = Param::linear(0, "bpm", 20.0, 300.0, Quantity::Bpm).default(120.0).help("Own tempo");
const SOURCE: Param = Param::choice(1, "source", &["internal", "host"]).help("Own tempo or the host's song");
const RUN: Param = Param::toggle(2, "run").default(1.0).help("Runs; a gate patched here starts and stops it");
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
    reset: Schmitt,
    song: Song,
    /// Beats of the own tempo.
    beats: Turns,
    /// What it ran by in the last frame, if it ran: whether the host.
    runs_by_host: Option<bool>,
    dividers: [Divider; 4],
    reset_pulse: Trigger,
}

impl Module for Clock {
    const SPEC: Spec = Spec::new("clock", "Clock", Class::Sequence)
        .help("The pulse of the rack, by its own tempo or locked to the host's song.")
        .mono()
        .inputs(&[RESET_IN])
        .params(&[BPM, SOURCE, RUN, SWING, RATIO_1, RATIO_2, RATIO_3, RATIO_4])
        .outputs(&[CLOCK_1, CLOCK_2, CLOCK_3, CLOCK_4, RESET])
        .free_running();

    fn new(setup: &Setup) -> Clock {
        Clock {
            sample_rate: f64::from(setup.sample_rate),
            reset: Schmitt::default(),
            song: Song::default(),
            beats: Turns::default(),
            runs_by_host: None,
            dividers: [Divider::default(); 4],
            reset_pulse: Trigger::default(),
        }
    }

    fn reset(&mut self, _lanes: LaneMask) {
        self.reset = Schmitt::default();
        self.song = Song::default();
        self.beats = Turns::default();
        self.runs_by_host = None;
        self.dividers = [Divider::default(); 4];
        self.reset_pulse = Trigger::default();
    }

    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_>, frames: Range<usize>) {
        let (trigger, resettable) = (io.input(RESET_IN), io.is_patched(RESET_IN));
        let (bpm, source) = (io.param(BPM), io.param(SOURCE));
        let (run, swing) = (io.param(RUN), io.param(SWING));
        let ratios = RATIOS.map(|ratio| io.param(ratio));
        let beats_per_frame = 1.0 / (60.0 * self.sample_rate);
        for frame in frames {
            let restarts = self.reset.rise_if(resettable, trigger.at(frame)).has(0);
            let motion = self.song.follow(&io.host.transport, frame);
            let allowed = run.at(frame)[0] >= 0.5;
            let by_host = source.at(frame)[0] >= 0.5;
            let runs = allowed && !(by_host && motion == Motion::Stopped);
            let step = Turns::step(f64::from(bpm.at(frame)[0]) * beats_per_frame);
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
                self.dividers.iter_mut().for_each(Divider::stop);
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
    fn pulse_at(&self, beats: f64) -> i64 {
        let pulses = beats * self.per_beat;
        let pair = (pulses * 0.5).floor() * 2.0;
        pair as i64 + i64::from(pulses - pair >= 1.0 + self.swing)
    }

    /// Beats at which a pulse is due.
    fn start(&self, pulse: i64) -> f64 {
        let late = if pulse % 2 == 0 { 0.0 } else { self.swing };
        (pulse as f64 + late) / self.per_beat
    }
}

/// One output.
#[derive(Clone, Copy, Debug)]
struct Divider {
    grid: Grid,
    /// Number of the newest pulse.
    last: i64,
    /// Beats at which the one after it is due.
    due: f64,
    /// Frames since the newest.
    since: u32,
    pulse: Trigger,
}

impl Default for Divider {
    fn default() -> Divider {
        let grid = Grid { per_beat: 1.0, swing: 0.0 };
        Divider { grid, last: 0, due: 0.0, since: u32::MAX, pulse: Trigger::default() }
    }
}

impl Divider {
    /// Takes a frame in; `lands` says that time has come from elsewhere, so that the numbers begin anew. A
    /// pulse is only played when time goes on to a number not yet reached: not twice when time is corrected
    /// by a hair, nor when a loop ends within a frame of the pulse on which it begins.
    #[inline(always)]
    fn take(&mut self, time: Time, grid: Grid, lands: bool) {
        self.since = self.since.saturating_add(1);
        if lands || grid != self.grid {
            self.lay(time, grid, lands);
        }
        if time.beats >= self.due {
            self.play(time);
        }
    }

    fn stop(&mut self) {
        self.pulse.cut();
        self.since = u32::MAX;
    }

    /// Finds out where on its grid time is.
    fn lay(&mut self, time: Time, grid: Grid, lands: bool) {
        if lands || grid.per_beat != self.grid.per_beat {
            let just_played = lands && self.since <= 2;
            let before = if just_played { time.beats } else { time.beats - time.per_frame - LATE };
            self.last = grid.pulse_at(before);
        }
        self.grid = grid;
        self.due = grid.start(self.last + 1);
    }

    /// Plays the pulse that is due; those that a correction of time has passed over are lost.
    fn play(&mut self, time: Time) {
        self.last = self.grid.pulse_at(time.beats).max(self.last + 1);
        self.due = self.grid.start(self.last + 1);
        self.since = 0;
        let beats = self.due - self.grid.start(self.last);
        self.pulse.fire((0.5 * beats / time.per_frame) as u32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Transport;
    use crate::rig::Rig;

    /// Frames at which an output rises.
    fn rises(out: &[Group]) -> Vec<usize> {
        let high = |frame: usize| out[frame][0] > 5.0;
        (0..out.len()).filter(|&frame| high(frame) && (frame == 0 || !high(frame - 1))).collect()
    }

    #[test]
    fn counts_every_ratio_and_swings_the_second_pulse() {
        for (ratio, name) in ratio::NAMES.iter().enumerate() {
            let mut rig = Rig::of::<Clock>(2_000.0);
            rig.knob(BPM, 150.0).knob(RATIO_1, ratio as f32).knob(SWING, 1.0);
            let pulses = rises(&rig.render(800 * 96, |_, _| {})[0]);
            let per_beat = ratio::per_beat(ratio as f32);
            assert_eq!(pulses.len(), (96.0 * per_beat + 0.5) as usize, "{name}");
            let late = if ["x2", "x4"].contains(name) { 1.5 } else { 1.0 };
            let second = (800.0 * late / per_beat - 1e-6).ceil() as usize;
            assert_eq!(pulses[..2], [0, second], "{name}");
        }
    }

    #[test]
    fn starts_stops_and_resets_on_the_frame() {
        let mut rig = Rig::of::<Clock>(48_000.0);
        let runs = |frame: usize| (10..12).contains(&frame) || (100..50_000).contains(&frame);
        let out = rig.render(60_000, |frame, drive| {
            drive.param(RUN, Group::splat(if runs(frame) { 1.0 } else { 0.0 }));
            drive.input(RESET_IN, Group::splat(if frame == 30_000 { 10.0 } else { 0.0 }));
        });
        assert_eq!(rises(&out[0]), [10, 100, 24_100, 30_001]);
        assert_eq!(rises(&out[4]), [10, 100, 30_000]);
        assert_eq!(out[0].iter().filter(|volts| volts[0] > 5.0).count(), 2 + 12_000 + 5_900 + 12_000);
    }

    #[test]
    fn follows_the_song_and_its_loops_in_any_cuts() {
        // Two beats are looped, which end between two frames; the song stops after some loops.
        let beats_per_frame = 133.7 / 60.0 / 44_100.0;
        let place = |frame: usize| (frame as f64 * beats_per_frame) % 2.0;
        let play = |cut: usize| {
            let mut rig = Rig::of::<Clock>(44_100.0);
            rig.knob(SOURCE, 1.0).knob(RATIO_1, ratio::place("x4"));
            let (mut out, mut frame) = (vec![Vec::new(); 5], 0);
            while frame < 163_840 {
                let longest = cut.min(64 - frame % 64);
                let length = (1..longest).find(|&ahead| place(frame + ahead) < place(frame));
                let beats = place(frame) - (frame % 64) as f64 * beats_per_frame + cut as f64 * 1e-12;
                let playing = frame < 150_016;
                rig.host.transport = Transport { playing, beats, beats_per_frame, ..Default::default() };
                let length = length.unwrap_or(longest);
                out.iter_mut().zip(rig.render(length, |_, _| {})).for_each(|(all, new)| all.extend(new));
                frame += length;
            }
            out
        };
        let whole = play(64);
        assert!(play(1) == whole && play(33) == whole);
        let sixteenth = |number: usize| (0.25 * number as f64 / beats_per_frame).ceil() as usize;
        let expected: Vec<usize> = (0..).map(sixteenth).take_while(|&frame| frame < 150_016).collect();
        assert_eq!(rises(&whole[0]), expected);
        assert_eq!(rises(&whole[4]).len(), 1 + sixteenth(expected.len() - 1) / sixteenth(8));
        assert!(whole[0][150_016..].iter().all(|volts| *volts == Group::ZERO));
    }
}
