//! VCO: the oscillator, with four waves in step, frequency modulation and sync.
//!
//! Phases are fixed point, so that nothing drifts; jumps and corners are mended with band-limited residuals
//! ([`crate::dsp::waves`]) at their time between the frames, which is found from the course of the phase.
//! That takes [`DELAY`] frames, by which all four waves are late together. All start at phase 0, where the
//! sine, the triangle and the saw rise through 0 and the square goes up.

use std::ops::Range;

use crate::dsp::blep::{DELAY, TAPS};
use crate::dsp::phase::{C4_HERTZ, FASTEST, Step, coarse, from_turns, signed_turns};
use crate::dsp::waves::{HALF, Jump, Stretch, Wanted, Waves};
use crate::dsp::{Crossing, Curve};
use crate::group::{Group, LANES, LaneMask};
use crate::io::{Io, Signal};
use crate::module::{Module, Setup};
use crate::port::{In, Out, Param, Quantity};
use crate::spec::{Class, Spec};

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

/// Frames that a [`Curve`] is made of.
const HISTORY: usize = 4;

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
    /// Frames so far, modulo the length of the waves' tails.
    place: usize,
    /// Turns that the last frames moved on, before `reversed`.
    moves: [Group; HISTORY],
    /// Turns by which the width grew in the last frames.
    widenings: [Group; HISTORY],
    /// The sync input.
    sync: Crossing,
    waves: Waves,
}

/// The signals that the frequency follows.
struct Pitch<'a> {
    voct: &'a Signal,
    fm: &'a Signal,
    tune: &'a Signal,
    fine: &'a Signal,
    octave: &'a Signal,
    fm_depth: &'a Signal,
    fm_mode: &'a Signal,
}

impl<'a> Pitch<'a> {
    #[inline(always)]
    fn of(io: &Io<'a>) -> Pitch<'a> {
        Pitch {
            voct: io.input(VOCT),
            fm: io.input(FM),
            tune: io.param(TUNE),
            fine: io.param(FINE),
            octave: io.param(OCTAVE),
            fm_depth: io.param(FM_DEPTH),
            fm_mode: io.param(FM_MODE),
        }
    }
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
            place: 0,
            moves: [Group::ZERO; HISTORY],
            widenings: [Group::ZERO; HISTORY],
            sync: Crossing::after_silence(),
            waves: Waves::silent(),
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
        let pitch = Pitch::of(io);
        let (width, sync, soft) = (io.param(PULSE_WIDTH), io.input(SYNC), io.param(SYNC_MODE));
        for frame in frames {
            self.place = (self.place + 1) % TAPS;
            let step = self.step(&pitch, frame);
            let (before, width_before) = (coarse(&self.phase), self.width);
            for lane in 0..LANES {
                let back = self.reversed[lane];
                self.phase[lane] =
                    self.phase[lane].wrapping_add((step.exact[lane] ^ back).wrapping_sub(back));
            }
            self.remember(step.turns, width.at(frame));
            let now = coarse(&self.phase);
            let syncs = self.sync.rises(sync.at(frame).clamp(-INPUT_LIMIT, INPUT_LIMIT));
            let hits = Waves::hits([&before, &now], [&width_before, &self.width], wanted);
            let hits: [u32; LANES] = std::array::from_fn(|lane| hits[lane] | syncs[lane]);
            if hits.iter().fold(0, |any, hit| any | hit) & HALF != 0 {
                for lane in (0..LANES).filter(|&lane| hits[lane] & HALF != 0) {
                    let stretch = self.stretch(lane, before[lane], width_before[lane]);
                    if syncs[lane] == 0 {
                        self.waves.travel(self.place, lane, &stretch, wanted);
                    } else {
                        self.sync(lane, stretch, soft.at(frame)[lane] >= 0.5, wanted);
                    }
                }
            }
            let place = self.place;
            self.waves.pass(place, &coarse(&self.phase), &self.width, wanted, |wave, group| {
                io.set(WAVES[wave], frame, group);
            });
        }
    }
}

impl Vco {
    /// How far the frame moves the phases.
    #[inline(always)]
    fn step(&mut self, signals: &Pitch<'_>, frame: usize) -> Step {
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
    fn remember(&mut self, turns: Group, width: Group) {
        let place = self.place % HISTORY;
        self.moves[place] = turns;
        let width: [u32; LANES] = std::array::from_fn(|lane| from_turns(width[lane]));
        self.widenings[place] =
            Group::from_fn(|lane| signed_turns(width[lane].wrapping_sub(self.width[lane])));
        self.width = width;
    }

    /// The last frames of one of the histories, the newest first.
    fn last(&self, history: &[Group; HISTORY], lane: usize) -> [f32; HISTORY] {
        std::array::from_fn(|back| history[(self.place + HISTORY - back) % HISTORY][lane])
    }

    /// A lane's whole way to this frame from the phase and width before.
    fn stretch(&self, lane: usize, phase: u32, width: u32) -> Stretch {
        let sign = if self.reversed[lane] == 0 { 1.0 } else { -1.0 };
        let moves = self.last(&self.moves, lane).map(|turns| turns * sign);
        let widenings = self.last(&self.widenings, lane);
        Stretch {
            time: [0.0, 1.0],
            phase: [phase, (self.phase[lane] >> 32) as u32],
            width: [width, self.width[lane]],
            course: Curve::new(moves),
            edge: Curve::new(std::array::from_fn(|back| moves[back] - widenings[back])),
        }
    }

    /// Restarts a lane (hard) or turns it round (soft) where the sync input rose through 0 V.
    fn sync(&mut self, lane: usize, mut first: Stretch, soft: bool, wanted: Wanted) {
        let time = self.sync.time(lane);
        let [phase, width] = [first.phase[0], first.width[0]];
        let arrival = phase.wrapping_add(from_turns(first.course.at(time)));
        let width_then =
            width.wrapping_add(from_turns(signed_turns(first.width[1].wrapping_sub(width)) * time));
        let end = first.time[1];
        (first.time[1], first.phase[1], first.width[1]) = (time, arrival, width_then);
        self.waves.travel(self.place, lane, &first, wanted);

        self.reversed[lane] = if soft { !self.reversed[lane] } else { 0 };
        let departure = if soft { arrival } else { 0 };
        let mut rest = self.stretch(lane, departure, width_then);
        rest.time = [time, end];
        rest.phase[1] = departure.wrapping_add(from_turns(rest.course.at(1.0) - rest.course.at(time)));
        self.phase[lane] = u64::from(rest.phase[1]) << 32;
        let jump = Jump {
            time,
            phase: [arrival, departure],
            speed: [first.course.slope(time), rest.course.slope(time)],
            width: width_then,
        };
        self.waves.jump(self.place, lane, &jump, wanted);
        self.waves.travel(self.place, lane, &rest, wanted);
    }
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
