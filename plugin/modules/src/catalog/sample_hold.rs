//! Sample & hold: keeps a voltage until the next trigger; with nothing patched in it picks random ones.
//!
//! As track & hold it follows the input while the gate is high and keeps what it had when it falls.

use std::ops::Range;

use crate::dsp::guard::sane;
use crate::dsp::{Schmitt, chance};
use crate::group::{Group, LANES, LaneMask};
use crate::io::Io;
use crate::module::{Module, Setup};
use crate::port::{In, Out, Param};
use crate::spec::{Class, Spec};

const IN: In = In::cv(0, "in").help("Voltage to keep; noise of -5 to 5 V when unpatched");
const TRIGGER: In = In::gate(1, "trigger").help("When to take it");
const SLEW: Param =
    Param::seconds(0, "slew", 0.001, 10.0).default(0.1).help("Time that smooth takes, to 1 %");
const MODE: Param =
    Param::choice(1, "mode", &["sample_hold", "track_hold"]).help("At the edge, or while high");
const OUT: Out = Out::cv(0, "out").help("The voltage that is kept");
const SMOOTH: Out = Out::cv(1, "smooth").help("The same, gliding");

/// −ln 0.01: time constants until 1 % of a step is left.
const TO_ONE_PERCENT: f64 = 4.605_170_186;

/// The module.
#[derive(Debug)]
pub struct SampleHold {
    sample_rate: f64,
    seeds: [u64; LANES],
    /// Random voltages drawn so far.
    draws: [u64; LANES],
    trigger: Schmitt,
    held: Group,
    /// In f64, so that a slow glide arrives.
    smooth: [f64; LANES],
    /// Slew in seconds for which `share` is worked out.
    slew: Group,
    /// Of the way that is left, what smooth goes in a frame.
    share: [f64; LANES],
}

impl Module for SampleHold {
    const SPEC: Spec = Spec::new("sample_hold", "Sample & Hold", Class::Modulation)
        .help("Keeps a voltage until the next trigger; random when nothing is patched in.")
        .inputs(&[IN, TRIGGER])
        .params(&[SLEW, MODE])
        .outputs(&[OUT, SMOOTH])
        .bypass(&[(IN, OUT), (IN, SMOOTH)]);

    fn new(setup: &Setup) -> SampleHold {
        SampleHold {
            sample_rate: f64::from(setup.sample_rate),
            seeds: std::array::from_fn(|lane| setup.lane_seed(lane)),
            draws: [0; LANES],
            trigger: Schmitt::default(),
            held: Group::ZERO,
            smooth: [0.0; LANES],
            slew: Group::ZERO,
            share: [0.0; LANES],
        }
    }

    fn reset(&mut self, lanes: LaneMask) {
        self.trigger.reset(lanes);
        for lane in lanes.iter() {
            self.draws[lane] = 0;
            self.held[lane] = 0.0;
            self.smooth[lane] = 0.0;
        }
    }

    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_>, frames: Range<usize>) {
        let (input, trigger) = (io.input(IN), io.input(TRIGGER));
        let (slew, mode) = (io.param(SLEW), io.param(MODE));
        let patched = io.is_patched(IN);
        for frame in frames {
            let rises = self.trigger.rise(trigger.at(frame));
            let high = self.trigger.high();
            let tracks = mode.at(frame);
            let taken = lanes_where(|lane| if tracks[lane] < 0.5 { rises.has(lane) } else { high.has(lane) });
            if taken != LaneMask::default() {
                let volts = if patched { input.at(frame).map(sane) } else { self.draw(taken) };
                self.held = volts.select(self.held, taken);
            }
            self.set_slew(slew.at(frame));
            for lane in 0..LANES {
                self.smooth[lane] += (f64::from(self.held[lane]) - self.smooth[lane]) * self.share[lane];
            }
            io.set(OUT, frame, self.held);
            io.set(SMOOTH, frame, Group::from_fn(|lane| self.smooth[lane] as f32));
        }
    }
}

impl SampleHold {
    #[inline(always)]
    fn set_slew(&mut self, seconds: Group) {
        if seconds == self.slew {
            return;
        }
        self.slew = seconds;
        for lane in 0..LANES {
            // 1 − e⁻ˣ, to 1e-4 for the x that occur: Padé approximation of order 1/1.
            let x = TO_ONE_PERCENT / (f64::from(seconds[lane]) * self.sample_rate);
            self.share[lane] = x / (1.0 + 0.5 * x);
        }
    }

    /// The next random voltage of each of these lanes.
    fn draw(&mut self, lanes: LaneMask) -> Group {
        let mut volts = Group::ZERO;
        for lane in lanes.iter() {
            volts[lane] = chance::bipolar(self.seeds[lane], self.draws[lane]) * 5.0;
            self.draws[lane] += 1;
        }
        volts
    }
}

/// The lanes of which `is` holds.
#[inline(always)]
fn lanes_where(is: impl Fn(usize) -> bool) -> LaneMask {
    LaneMask((0..LANES).fold(0, |mask, lane| mask | u8::from(is(lane)) << lane))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rig::Rig;

    #[test]
    fn takes_at_the_edge_or_while_high() {
        for (mode, expected) in [(0.0, [0.0, 1.0, 1.0, 1.0, 1.0, 5.0]), (1.0, [0.0, 1.0, 2.0, 2.0, 2.0, 5.0])]
        {
            let mut rig = Rig::of::<SampleHold>(48_000.0);
            rig.knob(MODE, mode);
            let out = rig.render(6, |frame, drive| {
                drive.input(IN, Group::splat(if frame == 3 { f32::NAN } else { frame as f32 }));
                drive.input(TRIGGER, Group::splat([0.0, 10.0, 10.0, 0.0, 0.0, 10.0][frame]));
            });
            assert_eq!(out[0].iter().map(|volts| volts[2]).collect::<Vec<_>>(), expected, "mode {mode}");
        }
    }

    #[test]
    fn unpatched_it_draws_another_voltage_for_each_trigger_and_lane() {
        let mut rig = Rig::of::<SampleHold>(48_000.0);
        let beat = |frame: usize| Group::splat(if frame.is_multiple_of(2) { 10.0 } else { 0.0 });
        let out = rig.render(4_000, |frame, drive| drive.input(TRIGGER, beat(frame)));
        let drawn: Vec<f32> = out[0].iter().step_by(2).flat_map(|volts| volts.0).collect();
        assert!(drawn.iter().all(|volts| volts.abs() <= 5.0));
        assert!(drawn.iter().any(|&volts| volts > 4.9) && drawn.iter().any(|&volts| volts < -4.9));
        assert!(drawn.windows(2).all(|pair| pair[0] != pair[1]) && drawn[0] != drawn[8]);
        let mean = drawn.iter().sum::<f32>() / drawn.len() as f32;
        assert!(mean.abs() < 0.1, "{mean}");
    }

    #[test]
    fn smooth_takes_the_time_that_the_knob_says() {
        for slew in [0.001, 0.1, 2.0f32] {
            let mut rig = Rig::of::<SampleHold>(48_000.0);
            let frames = (slew * 48_000.0) as usize;
            let out = rig.knob(SLEW, slew).render(frames * 3, |_, drive| {
                drive.input(IN, Group::splat(5.0));
                drive.input(TRIGGER, Group::splat(10.0));
            });
            let left = 1.0 - out[1][frames - 1][0] / 5.0;
            assert!((left - 0.01).abs() < 1e-4, "{slew} s: {left}");
            assert!((out[1][frames * 3 - 1][0] - 5.0).abs() < 1e-4);
        }
    }
}
