//! LFO: slow waves that move other knobs, free, locked to the song or led by a clock.
//!
//! The phase is counted in whole numbers, so that it never drifts. Sine begins at its middle going up,
//! triangle and saw at their bottom, square at its top.

use std::ops::Range;

use crate::dsp::guard::sane;
use crate::dsp::{LaneTurns, Motion, Period, Schmitt, Song, Turns, chance, math, note_length};
use crate::group::{Group, LANES, LaneMask};
use crate::host::Transport;
use crate::io::Io;
use crate::module::{Module, Setup};
use crate::port::{In, Out, Param};
use crate::spec::{Class, Spec};

const FM: In = In::pitch(0, "fm").help("Moves the rate, 1 V per octave");
const RESET: In = In::gate(1, "reset").help("Begins the cycle anew");
const CLOCK: In = In::gate(2, "clock").help("One cycle per pulse, whatever the rate");
const RATE: Param = Param::hertz(0, "rate", 0.01, 100.0).default(2.0).help("Cycles per second when free");
const SYNC: Param = Param::choice(1, "sync", note_length::NAMES).help("Length of a cycle in the host's song");
const SHAPE: Param = Param::percent(2, "shape").default(0.5).help("Top of the triangle, width of the square");
const PHASE: Param = Param::percent(3, "phase").help("Where in the cycle it begins");
const RANGE: Param = Param::choice(4, "range", &["bipolar", "unipolar"]).help("-5 to 5 V or 0 to 10 V");
const RANDOM_SHAPE: Param = Param::choice(5, "random_shape", &["stepped", "smooth"]).help("How random moves");
const SINE: Out = Out::cv(0, "sine").help("Sine wave");
const TRIANGLE: Out = Out::cv(1, "triangle").help("Triangle; a ramp at the ends of shape");
const SAW: Out = Out::cv(2, "saw").help("Rising ramp");
const SQUARE: Out = Out::cv(3, "square").help("Square wave");
const RANDOM: Out = Out::cv(4, "random").help("A new random voltage per cycle");

/// Octaves that FM may reach to either side.
const FM_LIMIT: f32 = 10.0;
/// Least width of a slope of the triangle, as a share of the cycle: below it is a jump.
const JUMP: f32 = 1e-6;

/// The module.
#[derive(Debug)]
pub struct Lfo {
    sample_rate: f64,
    seeds: [u64; LANES],
    turns: LaneTurns,
    steps: Steps,
    reset: Schmitt,
    clock: Schmitt,
    periods: [Period; LANES],
    /// Per frame, of lanes whose clock is known.
    clock_steps: [Option<u64>; LANES],
    song: Song,
    /// Turn of the synced cycle at the last reset, per lane.
    origins: [f64; LANES],
    random: Random,
}

impl Module for Lfo {
    const SPEC: Spec = Spec::new("lfo", "LFO", Class::Modulation)
        .help("Slow waves: free, locked to the song, or one cycle per clock pulse.")
        .inputs(&[FM, RESET, CLOCK])
        .params(&[RATE, SYNC, SHAPE, PHASE, RANGE, RANDOM_SHAPE])
        .outputs(&[SINE, TRIANGLE, SAW, SQUARE, RANDOM])
        .free_running();

    fn new(setup: &Setup) -> Lfo {
        Lfo {
            sample_rate: f64::from(setup.sample_rate),
            seeds: std::array::from_fn(|lane| setup.lane_seed(lane)),
            turns: LaneTurns::default(),
            steps: Steps::default(),
            reset: Schmitt::default(),
            clock: Schmitt::default(),
            periods: [Period::default(); LANES],
            clock_steps: [None; LANES],
            song: Song::default(),
            origins: [0.0; LANES],
            random: Random::default(),
        }
    }

    fn reset(&mut self, lanes: LaneMask) {
        if lanes == LaneMask::ALL {
            self.song = Song::default();
        }
        self.reset.reset(lanes);
        self.clock.reset(lanes);
        for lane in lanes.iter() {
            self.turns.set(lane, Turns::default());
            self.periods[lane] = Period::default();
            self.clock_steps[lane] = None;
            self.origins[lane] = 0.0;
        }
    }

    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_>, frames: Range<usize>) {
        let (fm, resets, clocks) = (io.input(FM), io.input(RESET), io.input(CLOCK));
        let (rate, sync, shape) = (io.param(RATE), io.param(SYNC), io.param(SHAPE));
        let (offset, range, smooth) = (io.param(PHASE), io.param(RANGE), io.param(RANDOM_SHAPE));
        let transport = &io.host.transport;
        let (resettable, clocked) = (io.is_patched(RESET), io.is_patched(CLOCK));
        let settled = [fm, rate, sync].iter().all(|signal| signal.steady().is_some());
        let wants = [TRIANGLE, SAW, SQUARE, SINE, RANDOM].map(|output| io.is_wanted(output));
        let [wants_triangle, wants_saw, wants_square, wants_sine, wants_random] = wants;
        let first = frames.start;
        for frame in frames {
            let begins = self.reset.rise_if(resettable, resets.at(frame));
            let pulses = self.clock.rise_if(clocked, clocks.at(frame));
            let plays = self.song.follow(transport, frame) != Motion::Stopped;
            if frame == first || !settled {
                let moves = (rate.at(frame), fm.at(frame).map(sane), sync.at(frame));
                self.steps.follow(moves, transport, self.sample_rate);
            }
            for lane in begins.iter() {
                self.begin(lane);
            }
            if clocked {
                self.take_clock(pulses);
            } else if plays && self.steps.any_synced {
                self.take_song(begins);
            }

            let phase = self.turns.phase() + offset.at(frame);
            let carry = phase.map(f32::floor);
            let phase = phase - carry;
            let lift = range.at(frame).map(|range| if range < 0.5 { 0.0 } else { 5.0 });
            if wants_triangle {
                io.set(TRIANGLE, frame, phase.zip(shape.at(frame), triangle) + lift);
            }
            if wants_saw {
                io.set(SAW, frame, phase.map(|phase| phase * 10.0 - 5.0) + lift);
            }
            if wants_square {
                io.set(SQUARE, frame, phase.zip(shape.at(frame), square) + lift);
            }
            if wants_sine {
                io.set(SINE, frame, phase.map(math::sin_turns) * 5.0 + lift);
            }
            if wants_random {
                let cycles = self.turns.whole();
                let random = self.random.at(&self.seeds, cycles, (carry, phase), smooth.at(frame));
                io.set(RANDOM, frame, random + lift);
            }
            self.advance(clocked);
        }
    }
}

impl Lfo {
    /// Begins the next cycle of a lane.
    #[inline(always)]
    fn begin(&mut self, lane: usize) {
        let whole = self.turns.get(lane).whole.wrapping_add(1);
        self.turns.set(lane, Turns { whole, part: 0 });
    }

    /// Measures the clock; each pulse begins a cycle.
    #[inline(always)]
    fn take_clock(&mut self, pulses: LaneMask) {
        for lane in 0..LANES {
            self.periods[lane].take(pulses.has(lane));
        }
        for lane in pulses.iter() {
            let frames = self.periods[lane].frames();
            self.clock_steps[lane] = frames.map(|frames| u64::MAX / u64::from(frames.max(1)));
            self.begin(lane);
        }
    }

    /// Lays synced lanes where the song is.
    #[inline(always)]
    fn take_song(&mut self, begins: LaneMask) {
        for lane in 0..LANES {
            let Some(per_beat) = self.steps.cycles_per_beat[lane] else { continue };
            let position = self.song.beats() * per_beat;
            if begins.has(lane) {
                self.origins[lane] = position - position.floor();
            }
            self.turns.set(lane, Turns::at(position - self.origins[lane]));
        }
    }

    /// Goes on to the next frame. A clocked cycle waits at its end for the pulse.
    #[inline(always)]
    fn advance(&mut self, clocked: bool) {
        if !clocked {
            return self.turns.advance(&self.steps.steps);
        }
        for lane in 0..LANES {
            let mut turns = self.turns.get(lane);
            match self.clock_steps[lane] {
                Some(step) => turns.part = turns.part.saturating_add(step),
                None => turns.advance(self.steps.steps[lane]),
            }
            self.turns.set(lane, turns);
        }
    }
}

/// How fast each lane runs, worked out again only when something moved.
#[derive(Debug, Default)]
struct Steps {
    /// Rate, FM, sync; tempo and beats per bar.
    seen: Option<([Group; 3], [f64; 2])>,
    /// Per frame, in parts of a turn.
    steps: [u64; LANES],
    /// Of synced lanes.
    cycles_per_beat: [Option<f64>; LANES],
    any_synced: bool,
}

impl Steps {
    #[inline(always)]
    fn follow(&mut self, (rate, fm, sync): (Group, Group, Group), transport: &Transport, sample_rate: f64) {
        let now = Some(([rate, fm, sync], [transport.tempo_bpm, transport.beats_per_bar]));
        if now == self.seen {
            return;
        }
        self.seen = now;
        let tempo = if transport.tempo_bpm.is_finite() { transport.tempo_bpm } else { 120.0 };
        for lane in 0..LANES {
            let length = note_length::beats(sync[lane], transport.beats_per_bar);
            self.cycles_per_beat[lane] = length.map(|beats| 1.0 / beats);
            let hertz = match self.cycles_per_beat[lane] {
                Some(per_beat) => tempo * per_beat / 60.0,
                None => f64::from(rate[lane] * math::exp2(fm[lane].clamp(-FM_LIMIT, FM_LIMIT))),
            };
            self.steps[lane] = Turns::step((hertz / sample_rate).clamp(0.0, 0.5));
        }
        self.any_synced = self.cycles_per_beat.iter().any(Option::is_some);
    }
}

/// The random voltages about the cycles under way.
#[derive(Debug, Default)]
struct Random {
    /// Cycle of the first row.
    cycles: Option<[u64; LANES]>,
    /// Of this cycle and the two after it; the phase offset may reach into the second.
    volts: [Group; 3],
}

impl Random {
    #[inline(always)]
    fn at(
        &mut self,
        seeds: &[u64; LANES],
        cycles: &[u64; LANES],
        (carry, phase): (Group, Group),
        smooth: Group,
    ) -> Group {
        if self.cycles != Some(*cycles) {
            self.cycles = Some(*cycles);
            for (ahead, volts) in self.volts.iter_mut().enumerate() {
                *volts = Group::from_fn(|lane| {
                    chance::bipolar(seeds[lane], cycles[lane].wrapping_add(ahead as u64)) * 5.0
                });
            }
        }
        let [first, second, third] = self.volts;
        Group::from_fn(|lane| {
            let later = carry[lane] >= 1.0;
            let (from, to) = if later { (second[lane], third[lane]) } else { (first[lane], second[lane]) };
            let x = phase[lane];
            let curve = if smooth[lane] < 0.5 { 0.0 } else { x * x * (3.0 - 2.0 * x) };
            from + (to - from) * curve
        })
    }
}

/// −5 V at the ends of the cycle, 5 V at `top`.
#[inline(always)]
fn triangle(phase: f32, top: f32) -> f32 {
    let rise = if top > JUMP { phase / top } else { 1.0 };
    let fall = if top < 1.0 - JUMP { (1.0 - phase) / (1.0 - top) } else { 1.0 };
    let least = if rise < fall { rise } else { fall };
    least * 10.0 - 5.0
}

#[inline(always)]
fn square(phase: f32, width: f32) -> f32 {
    if phase < width { 5.0 } else { -5.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rig::Rig;

    fn lane(out: &[Group]) -> Vec<f32> {
        out.iter().map(|group| group[0]).collect()
    }

    #[test]
    fn keeps_time_over_minutes_and_resets_on_the_frame() {
        let mut rig = Rig::of::<Lfo>(8_000.0);
        rig.knob(RATE, 7.3);
        let saw = lane(&rig.render(8_000 * 180 + 1, |_, _| {})[2]);
        let wraps = saw.windows(2).filter(|pair| pair[1] < pair[0]).count();
        assert_eq!(wraps, (7.3 * 180.0) as usize);
        assert!((f64::from(saw[8_000 * 170]) + 5.0).abs() < 1e-2, "{}", saw[8_000 * 170]);
        let reset = |frame: usize| Group::splat(if frame == 1_441_001 { 10.0 } else { 0.0 });
        let saw = lane(&rig.render(2_000, |frame, drive| drive.input(RESET, reset(frame)))[2]);
        assert!(saw[1_000] == -5.0 && saw[999] > -5.0 && saw[1_001] > -5.0);
    }

    #[test]
    fn is_locked_to_the_song_in_any_cuts() {
        let play = |cuts: &[usize]| {
            let mut rig = Rig::of::<Lfo>(48_000.0);
            rig.knob(SYNC, 11.0).knob(RANDOM_SHAPE, 1.0).cuts = cuts.to_vec();
            let beats_per_frame = 97.0 / 60.0 / 48_000.0;
            let tempo = Transport { tempo_bpm: 97.0, playing: true, beats_per_frame, ..Default::default() };
            let mut out = vec![Vec::new(); 5];
            for block in 0..1_500 {
                // The last bits of the position are the host's.
                let beats = (block % 1_000) as f64 * 64.0 * beats_per_frame + cuts[0] as f64 * 1e-12;
                rig.host.transport = Transport { beats, ..tempo };
                out.iter_mut().zip(rig.render(64, |_, _| {})).for_each(|(all, new)| all.extend(new));
            }
            out
        };
        let whole = play(&[64]);
        assert!([&[1][..], &[7, 13]].into_iter().all(|cuts| play(cuts) == whole));
        for (frame, saw) in lane(&whole[2]).into_iter().enumerate() {
            let beats = (frame % 64_000) as f64 * 97.0 / 60.0 / 48_000.0;
            let error = (beats / 0.75).fract() * 10.0 - 5.0 - f64::from(saw);
            assert!(error.abs() < 1e-4 || error.abs() > 9.99, "frame {frame}: {error}");
        }
    }

    #[test]
    fn makes_one_cycle_per_clock_pulse() {
        let mut rig = Rig::of::<Lfo>(48_000.0);
        let pulse = |frame: usize| Group::splat(if frame % 600 < 5 && frame < 6_000 { 10.0 } else { 0.0 });
        let saw = lane(&rig.render(9_000, |frame, drive| drive.input(CLOCK, pulse(frame)))[2]);
        let wraps: Vec<usize> = (1_000..9_000).filter(|&frame| saw[frame] < saw[frame - 1]).collect();
        assert_eq!(wraps, (2..10).map(|pulse| pulse * 600).collect::<Vec<_>>());
        assert!((saw[5_700]).abs() < 1e-3 && saw[8_999] > 4.999);
    }
}
