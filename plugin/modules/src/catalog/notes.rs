//! scratch
use crate::event::LaneEventKind;
use crate::group::{Group, LaneMask};
use crate::io::Io;
use crate::module::{Module, Setup};
use crate::port::{Out, Param};
use crate::spec::{Class, Role, Spec};
use std::ops::Range;
const VOICES: Param = Param::integer(0, "voices", 1.0, 128.0).default(8.0).structural();
const CHANNEL: Param = Param::integer(1, "channel", 0.0, 16.0).structural();
const BEND_RANGE: Param = Param::integer(2, "bend_range", 0.0, 48.0).default(2.0).structural();
const PITCH: Out = Out::pitch(0, "pitch");
const GATE: Out = Out::gate(1, "gate");
pub struct Notes {
    pitch: Group,
    gate: Group,
    bend: Group,
}
impl Module for Notes {
    const SPEC: Spec = Spec::new("notes", "Notes", Class::Io)
        .role(Role::Notes)
        .params(&[VOICES, CHANNEL, BEND_RANGE])
        .outputs(&[PITCH, GATE]);
    fn new(_: &Setup) -> Self {
        Notes { pitch: Group::ZERO, gate: Group::ZERO, bend: Group::ZERO }
    }
    fn reset(&mut self, _l: LaneMask) {
        self.gate = Group::ZERO;
    }
    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_>, frames: Range<usize>) {
        let mut events = io.events.iter().peekable();
        for f in frames {
            while let Some(e) = events.next_if(|e| e.frame <= f) {
                match e.kind {
                    LaneEventKind::On { pitch, .. } => {
                        self.pitch[e.lane] = pitch;
                        self.gate[e.lane] = 10.0;
                    }
                    LaneEventKind::Off { .. } => self.gate[e.lane] = 0.0,
                    LaneEventKind::Bend(b) => self.bend[e.lane] = b,
                    _ => {}
                }
            }
            io.set(PITCH, f, self.pitch + self.bend);
            io.set(GATE, f, self.gate);
        }
    }
}
