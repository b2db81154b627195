//! scratch
use crate::dsp::math;
use crate::group::{Group, LaneMask};
use crate::io::Io;
use crate::module::{Module, Setup};
use crate::port::{In, Out, Param};
use crate::spec::{Class, Spec};
use std::ops::Range;
const VOCT: In = In::pitch(0, "voct");
const GATE: In = In::gate(1, "gate").normal(10.0).opens();
const FB: In = In::audio(2, "fb");
const CUT: Param = Param::hertz(0, "cutoff", 20.0, 10000.0).default(500.0);
const L: Out = Out::audio(0, "out");
const D: Out = Out::cv(1, "env");
pub struct Saw {
    phase: Group,
    lp: Group,
    env: Group,
    rate: f32,
}
impl Module for Saw {
    const SPEC: Spec =
        Spec::new("saw", "saw", Class::Source).inputs(&[VOCT, GATE, FB]).params(&[CUT]).outputs(&[L, D]);
    fn new(s: &Setup) -> Self {
        Saw { phase: Group::ZERO, lp: Group::ZERO, env: Group::ZERO, rate: s.sample_rate }
    }
    fn reset(&mut self, _l: LaneMask) {
        self.phase = Group::ZERO;
        self.lp = Group::ZERO;
        self.env = Group::ZERO;
    }
    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_>, frames: Range<usize>) {
        let (v, g, fb, c) = (io.input(VOCT), io.input(GATE), io.input(FB), io.param(CUT));
        for f in frames {
            let inc = v.at(f).clamp(-6.0, 6.0).map(math::exp2) * (261.6256 / self.rate);
            self.phase = (self.phase + inc).map(|x| x - x.floor());
            self.env += (g.at(f) * 0.1 - self.env) * 0.002;
            let a = c.at(f) * (3.0 / self.rate);
            self.lp += (self.phase * 10.0 - Group::splat(5.0) + fb.at(f).clamp(-5.0, 5.0) * 0.3 - self.lp)
                * a.clamp(0.0, 0.9);
            io.set(L, f, self.lp * self.env);
            io.set(D, f, self.env * 10.0);
        }
    }
}
