//! Mixer 4: adds up to four signals, each at its own level.
//!
//! Levels turn down only, 100 % is unity; the sum can be turned up to twice (+6 dB).

use std::ops::Range;

use crate::dsp::guard::sane;
use crate::group::LaneMask;
use crate::io::Io;
use crate::module::{Module, Setup};
use crate::port::{In, Out, Param, Quantity};
use crate::spec::{Class, Spec};

const INPUTS: [In; 4] = [
    In::audio(0, "in_1").help("First signal"),
    In::audio(1, "in_2").help("Second signal"),
    In::audio(2, "in_3").help("Third signal"),
    In::audio(3, "in_4").help("Fourth signal"),
];
const LEVELS: [Param; 4] = [
    Param::percent(0, "level_1").default(1.0).opens().help("Level of the first signal"),
    Param::percent(1, "level_2").default(1.0).opens().help("Level of the second signal"),
    Param::percent(2, "level_3").default(1.0).opens().help("Level of the third signal"),
    Param::percent(3, "level_4").default(1.0).opens().help("Level of the fourth signal"),
];
const LEVEL: Param = Param::linear(4, "level", 0.0, 2.0, Quantity::Percent)
    .default(1.0)
    .opens()
    .help("Level of the sum, to twice as loud");
const MIX: Out = Out::audio(0, "mix").help("The sum");

/// The module; it has no state.
#[derive(Debug)]
pub struct Mixer4;

impl Module for Mixer4 {
    const SPEC: Spec = Spec::new("mixer4", "Mixer 4", Class::Level)
        .help("Adds up to four signals, each at its own level.")
        .inputs(&INPUTS)
        .outputs(&[MIX])
        .params(&[LEVELS[0], LEVELS[1], LEVELS[2], LEVELS[3], LEVEL])
        .bypass(&[(INPUTS[0], MIX)]);

    fn new(_setup: &Setup) -> Mixer4 {
        Mixer4
    }

    fn reset(&mut self, _lanes: LaneMask) {}

    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_>, frames: Range<usize>) {
        let (inputs, levels) = (INPUTS.map(|port| io.input(port)), LEVELS.map(|knob| io.param(knob)));
        let level = io.param(LEVEL);
        for frame in frames {
            let at = |place: usize| inputs[place].at(frame).map(sane) * levels[place].at(frame);
            let (a, b, c, d) = (at(0), at(1), at(2), at(3));
            io.set(MIX, frame, ((a + b) + (c + d)) * level.at(frame));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::group::Group;
    use crate::rig::Rig;

    #[test]
    fn adds_each_signal_at_its_level() {
        let mut rig = Rig::of::<Mixer4>(48_000.0);
        for (place, level) in [0.5, 0.25, 1.0, 0.0].into_iter().enumerate() {
            rig.knob(LEVELS[place], level);
        }
        let mut render = |volts: [f32; 4]| {
            rig.render(1, |_, drive| {
                INPUTS.iter().zip(volts).for_each(|(port, volts)| drive.input(*port, Group::splat(volts)));
            })[0][0]
        };
        assert_eq!(render([1.0, 2.0, 4.0, 100.0]), Group::splat(5.0));
        assert_eq!(render([f32::NAN, 0.0, 3.0, f32::INFINITY]), Group::splat(3.0));
    }
}
