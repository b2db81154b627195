//! VCA: turns a signal up and down under voltage control.
//!
//! Linear, or exponential over 60 dB as in analog synthesizers' audio VCAs.

use std::ops::Range;

use crate::dsp::guard::sane;
use crate::dsp::math;
use crate::group::{Group, LaneMask};
use crate::io::Io;
use crate::module::{Module, Setup};
use crate::port::{In, Out, Param};
use crate::spec::{Class, Spec};

const IN: In = In::audio(0, "in").help("Signal to turn up and down");
const CV: In = In::cv(1, "cv").normal(10.0).opens().help("Gain: 0 V silent, 10 V full");
const LEVEL: Param = Param::percent(0, "level").default(1.0).opens().help("Gain at full CV");
const RESPONSE: Param = Param::choice(1, "response", &["linear", "exponential"]).help("Shape of the CV");
const OUT: Out = Out::audio(0, "out").help("The signal at its new level");

/// Octaves of gain between a CV of 0 and 10 V in exponential response: 60 dB.
const RANGE_OCTAVES: f32 = 9.965_784;

/// The module; it has no state.
#[derive(Debug)]
pub struct Vca;

impl Module for Vca {
    const SPEC: Spec = Spec::new("vca", "VCA", Class::Level)
        .help("Turns a signal up and down under voltage control.")
        .inputs(&[IN, CV])
        .params(&[LEVEL, RESPONSE])
        .outputs(&[OUT])
        .bypass(&[(IN, OUT)]);

    fn new(_setup: &Setup) -> Vca {
        Vca
    }

    fn reset(&mut self, _lanes: LaneMask) {}

    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_>, frames: Range<usize>) {
        let (input, cv) = (io.input(IN), io.input(CV));
        let (level, response) = (io.param(LEVEL), io.param(RESPONSE));
        let all_linear = response.steady() == Some(Group::ZERO);
        for frame in frames {
            let linear = (cv.at(frame) * 0.1).clamp(0.0, 1.0);
            let gain = if all_linear { linear } else { linear.zip(response.at(frame), gain) };
            io.set(OUT, frame, input.at(frame).map(sane) * (gain * level.at(frame)));
        }
    }
}

/// Gain of a CV of 0…1. The exponential curve is lowered so that 0 is silent.
#[inline(always)]
fn gain(cv: f32, response: f32) -> f32 {
    // A hair above the curve's own end, so that rounding cannot leave a whisper.
    const FLOOR: f32 = 0.001_000_1;
    let curve = (math::exp2((cv - 1.0) * RANGE_OCTAVES) - FLOOR) * (1.0 / (1.0 - FLOOR));
    if response < 0.5 {
        cv
    } else if curve > 0.0 {
        curve
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rig::Rig;

    #[test]
    fn opens_from_silence_to_unity() {
        for response in [0.0, 1.0] {
            let mut rig = Rig::of::<Vca>(48_000.0);
            rig.knob(RESPONSE, response);
            let out = rig.render(101, |frame, drive| {
                drive.input(IN, Group::splat(5.0));
                drive.input(CV, Group::splat(frame as f32 * 0.1));
            });
            let level = |frame: usize| out[0][frame][0];
            assert_eq!(level(0), 0.0);
            assert!((level(100) - 5.0).abs() < 1e-5, "response {response}: {}", level(100));
            assert!((1..=100).all(|frame| level(frame) >= level(frame - 1)));
        }
    }
}
