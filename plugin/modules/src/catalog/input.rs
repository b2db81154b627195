//! Input: the host's audio and its sidechain in the rack.

use std::ops::Range;

use crate::dsp::guard::sane;
use crate::dsp::{FADER_BOTTOM_DB, fader};
use crate::group::LaneMask;
use crate::io::{BLOCK, Io};
use crate::module::{Module, Setup};
use crate::port::{Out, Param, Quantity};
use crate::spec::{Class, Role, Spec};

const LEVEL: Param = Param::linear(0, "level", FADER_BOTTOM_DB, 12.0, Quantity::Decibels)
    .default(0.0)
    .help("Loudness; silent at the lowest");
const LEFT: Out = Out::audio(0, "left").help("Main input, left; 10 V is 0 dBFS");
const RIGHT: Out = Out::audio(1, "right").help("Main input, right");
const SIDECHAIN_LEFT: Out = Out::audio(2, "sidechain_left").help("Sidechain, left");
const SIDECHAIN_RIGHT: Out = Out::audio(3, "sidechain_right").help("Sidechain, right");

/// The module; it has no state.
#[derive(Debug)]
pub struct Input;

impl Module for Input {
    const SPEC: Spec = Spec::new("input", "Input", Class::Io)
        .help("The host's audio and its sidechain.")
        .mono()
        .role(Role::Input)
        .outputs(&[LEFT, RIGHT, SIDECHAIN_LEFT, SIDECHAIN_RIGHT])
        .params(&[LEVEL]);

    fn new(_setup: &Setup) -> Input {
        Input
    }

    fn reset(&mut self, _lanes: LaneMask) {}

    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_>, frames: Range<usize>) {
        let (level, host) = (io.param(LEVEL), io.host);
        let steady_gain = level.steady().map(|db| db.map(fader));
        for frame in frames {
            let gain = steady_gain.unwrap_or_else(|| level.at(frame).map(fader));
            for (port, audio) in [LEFT, RIGHT, SIDECHAIN_LEFT, SIDECHAIN_RIGHT].into_iter().zip(&host.audio) {
                io.set(port, frame, gain * sane(audio[frame % BLOCK]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::group::Group;
    use crate::rig::Rig;

    #[test]
    fn each_channel_comes_in_with_its_bits() {
        let mut rig = Rig::of::<Input>(48_000.0);
        for (channel, audio) in rig.host.audio.iter_mut().enumerate() {
            *audio = std::array::from_fn(|frame| (channel as f32 + 1.0) * 0.1 + frame as f32 * 0.01);
        }
        let out = rig.render(64, |_, _| {});
        for (out, audio) in out.iter().zip(&rig.host.audio) {
            assert!(out.iter().zip(audio).all(|(out, &volts)| *out == Group::splat(volts)));
        }
        rig.knob(LEVEL, 6.0);
        let louder = rig.render(64, |_, _| {});
        assert!((louder[3][9][0] / rig.host.audio[3][9] - 1.995_26).abs() < 1e-4);
    }
}
