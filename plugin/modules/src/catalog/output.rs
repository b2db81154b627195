//! scratch
use crate::group::LaneMask;
use crate::io::Io;
use crate::module::{Module, Setup};
use crate::port::{In, Out, Param, Quantity};
use crate::spec::{Class, Role, Spec};
use std::ops::Range;
const LEFT: In = In::audio(0, "left");
const RIGHT: In = In::audio(1, "right");
const LEVEL: Param = Param::linear(0, "level", 0.0, 2.0, Quantity::Number).default(1.0);
const L: Out = Out::audio(0, "out_left");
const R: Out = Out::audio(1, "out_right");
pub struct Output;
impl Module for Output {
    const SPEC: Spec = Spec::new("output", "Output", Class::Io)
        .mono()
        .role(Role::Output)
        .inputs(&[LEFT, RIGHT])
        .params(&[LEVEL])
        .outputs(&[L, R]);
    fn new(_: &Setup) -> Self {
        Output
    }
    fn reset(&mut self, _l: LaneMask) {}
    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_>, frames: Range<usize>) {
        let (l, r, lev) = (io.input(LEFT), io.input(RIGHT), io.param(LEVEL));
        for f in frames {
            io.set(L, f, (l.at(f) * lev.at(f)).clamp(-10.0, 10.0));
            io.set(R, f, (r.at(f) * lev.at(f)).clamp(-10.0, 10.0));
        }
    }
}
