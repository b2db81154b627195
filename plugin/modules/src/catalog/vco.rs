//! VCO: the oscillator, with four waves in step, frequency modulation and sync.
//!
//! Phases are fixed point, so that nothing drifts; jumps and corners are mended with band-limited residuals
//! ([`crate::dsp::waves`]) at their time between the frames, which is found from the course of the phase.
//! That takes [`DELAY`] frames, by which all four waves are late together. All start at phase 0, where the
//! sine, the triangle and the saw rise through 0 and the square goes up.

use std::ops::Range;

use crate::dsp::blep::DELAY;
use crate::dsp::phase::{C4_HERTZ, FASTEST, Step, coarse, from_turns, signed_turns};
use crate::dsp::waves::{HALF, Jump, Stretch, Wanted, Waves};
use crate::dsp::{Crossing, Curve, RUN, runs};
use crate::group::{Group, LANES, LaneMask};
use crate::io::Io;
use crate::module::{Module, Setup};
use crate::port::{In, Out, Param, Quantity};
use crate::spec::{Class, Spec};

mod course;

use self::course::Course;

const VOCT: In = In::pitch(0, "voct").help("Pitch, 1 V per octave; 0 V is C4");
const FM: In = In::audio(1, "fm").help("Moves the frequency, by FM depth and mode");
const SYNC: In = In::audio(2, "sync").help("Restarts or turns round the wave when it rises through 0 V");
const TUNE: Param = Param::linear(0, "tune", -24.0, 24.0, Quantity::Semitones).default(0.0).help("Pitch");
const FINE: Param = Param::linear(1, "fine", -100.0, 100.0, Quantity::Cents).default(0.0).help("Fine pitch");
const OCTAVE: Param = Param::integer(2, "octave", -4.0, 4.0).default(0.0).help("Octaves up or down");
const PULSE_WIDTH: Param = Param::linear(3, "pulse_width", 0.01, 0.99, Quantity::Percent)
    .default(0.5)
    .help("Share of the period for which the square is up");
const FM_DEPTH: Param = Param::bipolar(4, "fm_depth")
    .help("What FM does at 100 %: an octave per volt, or linearly its own frequency per volt");
const FM_MODE: Param = Param::choice(5, "fm_mode", &["exponential", "linear", "through_zero"])
    .help("Exponential keeps intervals, linear keeps the mean pitch; through zero also runs backwards");
const SYNC_MODE: Param =
    Param::choice(6, "sync_mode", &["hard", "soft"]).help("Hard restarts the wave, soft turns it round");
const SINE: Out = Out::audio(0, "sine").help("Sine, ±5 V");
const TRIANGLE: Out = Out::audio(1, "triangle").help("Triangle, ±5 V");
const SAW: Out = Out::audio(2, "saw").help("Rising saw, ±5 V");
const SQUARE: Out = Out::audio(3, "square").help("Square or pulse, ±5 V");

/// Octaves above and below C4 within which pitches are held.
const PITCH_LIMIT: f32 = 12.0;

/// Volts within which FM and sync are taken.
const INPUT_LIMIT: f32 = 100.0;

/// Outputs in the order of [`Wanted`].
const WAVES: [Out; 4] = [SINE, TRIANGLE, SAW, SQUARE];

/// Frames that a [`Curve`] is made of, and a run of them, as a power of two.
const HISTORY: usize = 16;

/// The module.
#[derive(Debug)]
pub struct Vco {
    /// Turns per frame at C4.
    c4: f64,
    /// Pitch that `step` belongs to: it is only computed when the pitch moves.
    pitch: Group,
    step: Step,
    /// 2⁻⁶⁴ turns.
    phase: [u64; LANES],
    /// All ones on lanes that soft sync has turned round, else 0.
    reversed: [u64; LANES],
    /// Width of the square, 2⁻³² turns.
    width: [u32; LANES],
    /// Turns that the last frames moved on, before `reversed`.
    moves: [Group; HISTORY],
    /// Turns by which the width grew in the last frames.
    widenings: [Group; HISTORY],
    /// The sync input.
    sync: Crossing,
    waves: Waves,
}

impl Module for Vco {
    const SPEC: Spec = Spec::new("vco", "VCO", Class::Source)
        .help("Oscillator with sine, triangle, saw and square in step, FM through zero, hard and soft sync.")
        .inputs(&[VOCT, FM, SYNC])
        .params(&[TUNE, FINE, OCTAVE, PULSE_WIDTH, FM_DEPTH, FM_MODE, SYNC_MODE])
        .outputs(&WAVES)
        .latency(DELAY as u32)
        .free_running();

    fn new(setup: &Setup) -> Vco {
        Vco {
            c4: C4_HERTZ / f64::from(setup.sample_rate),
            pitch: Group::splat(f32::NAN),
            step: Step::ZERO,
            phase: [0; LANES],
            reversed: [0; LANES],
            width: [HALF; LANES],
            moves: [Group::ZERO; HISTORY],
            widenings: [Group::ZERO; HISTORY],
            sync: Crossing::after_silence(),
            waves: Waves::silent(setup.quality),
        }
    }

    fn reset(&mut self, lanes: LaneMask) {
        for lane in lanes.iter() {
            (self.phase[lane], self.reversed[lane], self.width[lane]) = (0, 0, HALF);
        }
        for group in self.moves.iter_mut().chain(&mut self.widenings) {
            *group = Group::ZERO.select(*group, lanes);
        }
        self.sync.reset(lanes);
        self.waves.reset(lanes);
    }

    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_>, frames: Range<usize>) {
        let wanted = WAVES.map(|wave| io.is_wanted(wave));
        self.waves.want(wanted);
        let course = Course::of(io);
        for run in runs(frames) {
            // Most oscillators put out one wave: the code is compiled for each of them alone.
            match wanted {
                [true, false, false, false] => self.run(io, &course, run, [true, false, false, false]),
                [false, true, false, false] => self.run(io, &course, run, [false, true, false, false]),
                [false, false, true, false] => self.run(io, &course, run, [false, false, true, false]),
                [false, false, false, true] => self.run(io, &course, run, [false, false, false, true]),
                _ => self.run(io, &course, run, wanted),
            }
        }
    }
}

impl Vco {
    #[inline(always)]
    fn run(&mut self, io: &mut Io<'_>, course: &Course<'_>, run: Range<usize>, wanted: Wanted) {
        let place = self.waves.begin();
        let count = run.len();
        if self.coasts(course, run.clone()) {
            self.coast(course, run.clone(), place, wanted);
        } else {
            for (ahead, frame) in run.clone().enumerate() {
                self.turn(course, frame, place + ahead, wanted);
            }
        }
        self.waves.leave(count, wanted, |wave, ahead, group| io.set(WAVES[wave], run.start + ahead, group));
    }

    /// Whether all of a run's frames move the phases alike, by themselves.
    #[inline(always)]
    fn coasts(&self, course: &Course<'_>, run: Range<usize>) -> bool {
        self.sync.is_quiet() && width_at(course, run.start) == self.width && course.rests(run)
    }

    /// Moves on over such a run.
    #[inline(always)]
    fn coast(&mut self, course: &Course<'_>, run: Range<usize>, place: usize, wanted: Wanted) {
        let step = self.step(course, run.start);
        let (go, width, count) = (self.directed(&step), self.width, run.len());
        let straight = (1..4).all(|back| self.moved_alike(place + HISTORY - back, step.turns));
        let mut before = coarse(&self.phase);
        let mut phases = [before; RUN + 1];
        // Per lane, a bit for each frame.
        let mut hit = [0; LANES];
        for ahead in 0..count {
            self.phase = moved(&self.phase, &go);
            let now = coarse(&self.phase);
            phases[ahead + 1] = now;
            self.moves[(place + ahead) % HISTORY] = step.turns;
            self.widenings[(place + ahead) % HISTORY] = Group::ZERO;
            let hits = Waves::hits([&before, &now], [&width, &width], wanted);
            for lane in 0..LANES {
                hit[lane] |= (hits[lane] >> 31) << ahead;
            }
            self.waves.enter(place + ahead, &now, &width, wanted);
            before = now;
        }
        // One loop over all hits: where they fall cannot be foreseen, and each branch on it would be a wrong guess.
        let mut all = (0..LANES).fold(0u64, |all, lane| all | u64::from(hit[lane]) << (lane * RUN));
        while all != 0 {
            let bit = all.trailing_zeros() as usize;
            all &= all - 1;
            let (lane, ahead) = (bit / RUN % LANES, bit % RUN);
            let ends = [phases[ahead][lane], phases[ahead + 1][lane]];
            let stretch = if straight {
                self.straight(step.turns, lane, ends)
            } else {
                self.stretch(place + ahead, lane, ends, width[lane])
            };
            self.waves.travel(place + ahead, lane, &stretch, wanted);
        }
    }

    /// Moves on by a frame at which anything may happen.
    #[inline(always)]
    fn turn(&mut self, course: &Course<'_>, frame: usize, place: usize, wanted: Wanted) {
        let step = self.step(course, frame);
        let (before, width_before) = (coarse(&self.phase), self.width);
        self.phase = moved(&self.phase, &self.directed(&step));
        self.remember(place, step.turns, width_at(course, frame));
        let now = coarse(&self.phase);
        let syncs = self.sync.rises(course.sync.at(frame).clamp(-INPUT_LIMIT, INPUT_LIMIT));
        let hits = Waves::hits([&before, &now], [&width_before, &self.width], wanted);
        let mut hit = hits;
        for lane in 0..LANES {
            hit[lane] |= syncs[lane];
        }
        if any(&hit) {
            for lane in (0..LANES).filter(|&lane| hit[lane] & HALF != 0) {
                let stretch = self.stretch(place, lane, [before[lane], now[lane]], width_before[lane]);
                if syncs[lane] == 0 {
                    self.waves.travel(place, lane, &stretch, wanted);
                } else {
                    self.sync((place, lane), stretch, course.sync_mode.at(frame)[lane] >= 0.5, wanted);
                }
            }
        }
        self.waves.enter(place, &coarse(&self.phase), &self.width, wanted);
    }

    /// Motion of the phases, which soft sync may have turned round.
    #[inline(always)]
    fn directed(&self, step: &Step) -> [u64; LANES] {
        std::array::from_fn(|lane| {
            let back = self.reversed[lane];
            (step.exact[lane] ^ back).wrapping_sub(back)
        })
    }

    /// How far the frame moves the phases.
    #[inline(always)]
    fn step(&mut self, signals: &Course<'_>, frame: usize) -> Step {
        let mode = signals.fm_mode.at(frame);
        let fm = signals.fm.at(frame).clamp(-INPUT_LIMIT, INPUT_LIMIT) * signals.fm_depth.at(frame);
        let octaves = fm.zip(mode, |fm, mode| if mode < 0.5 { fm } else { 0.0 });
        let share = fm.zip(mode, |fm, mode| if mode < 0.5 { 0.0 } else { fm });
        let semitones = signals.tune.at(frame) + signals.fine.at(frame) * 0.01;
        let knobs = signals.octave.at(frame) + semitones * (1.0 / 12.0);
        let pitch = (signals.voct.at(frame) + knobs + octaves).clamp(-PITCH_LIMIT, PITCH_LIMIT);
        if differs(pitch, self.pitch) {
            self.pitch = pitch;
            self.step = Step::of_pitch(pitch, self.c4);
        }
        if !differs(share.abs(), Group::ZERO) {
            return self.step;
        }
        let slowest = mode.map(|mode| if mode < 1.5 { 0.0 } else { -FASTEST });
        let turns = self.step.turns;
        self.step.plus((turns + turns * share).min(Group::splat(FASTEST)).max(slowest) - turns)
    }

    /// Takes down what the frame brings.
    #[inline(always)]
    fn remember(&mut self, place: usize, turns: Group, width: [u32; LANES]) {
        let place = place % HISTORY;
        self.moves[place] = turns;
        self.widenings[place] =
            Group::from_fn(|lane| signed_turns(width[lane].wrapping_sub(self.width[lane])));
        self.width = width;
    }

    /// Whether so far the frame of a place moved by these turns, with a steady width.
    #[inline(always)]
    fn moved_alike(&self, place: usize, turns: Group) -> bool {
        let place = place % HISTORY;
        !differs(self.moves[place], turns) && !differs(self.widenings[place], Group::ZERO)
    }

    /// As [`Vco::stretch`] where the last frames all moved by the same turns, with a steady width.
    #[inline(always)]
    fn straight(&self, turns: Group, lane: usize, phase: [u32; 2]) -> Stretch {
        let motion = if self.reversed[lane] == 0 { turns[lane] } else { -turns[lane] };
        let (course, width) = (Curve::straight(motion), self.width[lane]);
        Stretch { time: [0.0, 1.0], phase, width: [width; 2], course, edge: course }
    }

    /// A lane's whole way to the frame of a place: phases at both ends, and the width before.
    #[inline(always)]
    fn stretch(&self, place: usize, lane: usize, phase: [u32; 2], width: u32) -> Stretch {
        let last =
            |history: &[Group; HISTORY], back: usize| history[(place + HISTORY - back) % HISTORY][lane];
        let sign = if self.reversed[lane] == 0 { 1.0 } else { -1.0 };
        let moves: [f32; 4] = std::array::from_fn(|back| last(&self.moves, back) * sign);
        Stretch {
            time: [0.0, 1.0],
            phase,
            width: [width, self.width[lane]],
            course: Curve::new(moves),
            edge: Curve::new(std::array::from_fn(|back| moves[back] - last(&self.widenings, back))),
        }
    }

    /// Restarts a lane (hard) or turns it round (soft) where the sync input rose through 0 V.
    fn sync(&mut self, (place, lane): (usize, usize), mut first: Stretch, soft: bool, wanted: Wanted) {
        let time = self.sync.time(lane);
        let [phase, width] = [first.phase[0], first.width[0]];
        let arrival = phase.wrapping_add(from_turns(first.course.at(time)));
        let width_then =
            width.wrapping_add(from_turns(signed_turns(first.width[1].wrapping_sub(width)) * time));
        let end = first.time[1];
        (first.time[1], first.phase[1], first.width[1]) = (time, arrival, width_then);
        self.waves.travel(place, lane, &first, wanted);

        self.reversed[lane] = if soft { !self.reversed[lane] } else { 0 };
        let departure = if soft { arrival } else { 0 };
        let mut rest = self.stretch(place, lane, [departure; 2], width_then);
        rest.time = [time, end];
        rest.phase[1] = departure.wrapping_add(from_turns(rest.course.at(1.0) - rest.course.at(time)));
        self.phase[lane] = u64::from(rest.phase[1]) << 32;
        let jump = Jump {
            time,
            phase: [arrival, departure],
            speed: [first.course.slope(time), rest.course.slope(time)],
            width: width_then,
        };
        self.waves.jump(place, lane, &jump, wanted);
        self.waves.travel(place, lane, &rest, wanted);
    }
}

/// Widths of the square at a frame.
#[inline(always)]
fn width_at(course: &Course<'_>, frame: usize) -> [u32; LANES] {
    course.width.at(frame).0.map(from_turns)
}

/// Phases after a motion.
#[inline(always)]
fn moved(phase: &[u64; LANES], by: &[u64; LANES]) -> [u64; LANES] {
    let mut moved = *phase;
    for lane in 0..LANES {
        moved[lane] = moved[lane].wrapping_add(by[lane]);
    }
    moved
}

/// Whether any lane has its top bit set.
#[inline(always)]
fn any(hits: &[u32; LANES]) -> bool {
    hits.iter().fold(0, |any, hit| any | hit) & HALF != 0
}

/// Whether any lane's bits differ.
#[inline(always)]
fn differs(a: Group, b: Group) -> bool {
    (0..LANES).fold(0, |any, lane| any | (a[lane].to_bits() ^ b[lane].to_bits())) != 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rig::Rig;

    const RATE: f32 = 48_000.0;

    /// Frames at which the first lane rises through 0 V, interpolated.
    fn rises(out: &[Group]) -> Vec<f64> {
        let level = |frame: usize| f64::from(out[frame][0]);
        (DELAY + 1..out.len())
            .filter(|&frame| level(frame - 1) <= 0.0 && level(frame) > 0.0)
            .map(|frame| frame as f64 - level(frame) / (level(frame) - level(frame - 1)))
            .collect()
    }

    #[test]
    fn all_waves_rise_together_at_the_latency_that_is_declared() {
        let mut rig = Rig::of::<Vco>(RATE);
        rig.knob(OCTAVE, -1.0);
        let out = rig.render(2_000, |_, _| {});
        let period = 2.0 * f64::from(RATE) / C4_HERTZ;
        for (wave, out) in out.iter().enumerate() {
            let first = rises(out).into_iter().find(|&rise| rise > period / 2.0).expect("it moves");
            // The first frame is one step into the period.
            let ideal = period - 1.0 + f64::from(Vco::SPEC.latency);
            assert!((first - ideal).abs() < 0.1, "wave {wave}: {first} for {ideal}");
        }
    }

    #[test]
    fn hard_sync_restarts_and_soft_sync_turns_round() {
        // The saw rises by 13.6 mV per frame. The step is noticed at frame 157.5; 71.5 frames later the saw has
        // come up from 0 V, or down again from the 2.16 V that it had reached.
        for (soft, expected) in [(0.0, 0.975), (1.0, 1.186)] {
            let mut rig = Rig::of::<Vco>(RATE);
            rig.knob(SYNC_MODE, soft).knob(OCTAVE, -2.0);
            let out = rig.render(230 + DELAY, |frame, drive| {
                drive.input(SYNC, Group::splat(if frame < 150 { -1.0 } else { 1.0 }));
            });
            let last = out[SAW.index()][229 + DELAY][0];
            assert!((last - expected).abs() < 0.003, "soft {soft}: {last} V, not {expected} V");
        }
    }
}
