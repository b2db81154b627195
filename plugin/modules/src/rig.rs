//! A test bench for one unit: patch voltages in, turn knobs, read what comes out. No engine involved.

use crate::event::LaneEvent;
use crate::group::{Group, LaneMask};
use crate::host::Host;
use crate::io::{BLOCK, Io};
use crate::module::{Module, Setup};
use crate::port::{In, Param};
use crate::signal::{Buffer, Signal};
use crate::spec::Spec;
use crate::unit::{Kind, Unit};

/// One unit with everything that an engine would give it.
pub struct Rig {
    /// The module's declaration.
    pub spec: &'static Spec,
    /// The unit under test.
    pub unit: Box<dyn Unit>,
    /// Lengths in which a block is cut, taken in turn; `[64]` renders whole blocks.
    pub cuts: Vec<usize>,
    /// What the host gives.
    pub host: Host,
    /// Bit per output: whether anything reads it.
    pub wanted: u32,
    /// Bit per input: whether it is fed. Others rest at their normal voltage, even if a cable is patched in.
    pub fed: u32,
    drive: Drive,
    outputs: Vec<[Group; BLOCK]>,
    frame: usize,
}

/// The voltages of the frame to come. What is not set keeps its last value.
#[derive(Debug)]
pub struct Drive {
    inputs: Vec<Group>,
    params: Vec<Group>,
    moved_params: u32,
    patched: u32,
    events: Vec<LaneEvent>,
    frame_in_block: usize,
}

impl Drive {
    /// Patches a cable in and sets its voltage.
    pub fn input(&mut self, port: In, volts: Group) {
        self.input_at(port.index(), volts);
    }

    /// The same by place.
    pub fn input_at(&mut self, place: usize, volts: Group) {
        self.inputs[place] = volts;
        self.patched |= 1 << place;
    }

    /// Moves a param, in its own unit.
    pub fn param(&mut self, param: Param, value: Group) {
        self.param_at(param.index(), value);
    }

    /// The same by place.
    pub fn param_at(&mut self, place: usize, value: Group) {
        self.params[place] = value;
        self.moved_params |= 1 << place;
    }

    /// Something happens to a lane at this frame.
    pub fn event(&mut self, lane: usize, kind: crate::event::LaneEventKind) {
        self.events.push(LaneEvent { frame: self.frame_in_block, lane, kind });
    }
}

impl Rig {
    /// A unit of a module with poly lanes.
    pub fn of<M: Module>(sample_rate: f32) -> Rig {
        Rig::new(&Kind::of::<M>(), &Setup::at(sample_rate))
    }

    /// A unit of any kind.
    pub fn new(kind: &Kind, setup: &Setup) -> Rig {
        Rig::holding(kind, kind.make(setup))
    }

    fn holding(kind: &Kind, unit: Box<dyn Unit>) -> Rig {
        Rig {
            spec: kind.spec,
            unit,
            cuts: vec![BLOCK],
            host: Host::default(),
            wanted: u32::MAX,
            fed: u32::MAX,
            drive: Drive {
                inputs: kind.spec.inputs.iter().map(|port| Group::splat(port.normal)).collect(),
                params: kind.spec.params.iter().map(|param| Group::splat(param.default)).collect(),
                moved_params: 0,
                patched: 0,
                events: Vec::new(),
                frame_in_block: 0,
            },
            outputs: vec![[Group::ZERO; BLOCK]; kind.spec.outputs.len()],
            frame: 0,
        }
    }

    /// Sets a knob, in the param's own unit; the param stays steady.
    pub fn knob(&mut self, param: Param, value: f32) -> &mut Rig {
        self.drive.params[param.index()] = Group::splat(value);
        self
    }

    /// Lets voices start.
    pub fn reset(&mut self, lanes: LaneMask) {
        self.unit.reset(lanes);
    }

    /// Renders; `drive` is called before each frame with its number since the rig was made. Returns the
    /// frames of each output.
    pub fn render(&mut self, frames: usize, mut drive: impl FnMut(usize, &mut Drive)) -> Vec<Vec<Group>> {
        let mut result = vec![Vec::with_capacity(frames); self.outputs.len()];
        let (mut done, mut cut) = (0, 0);
        while done < frames {
            let start = self.frame % BLOCK;
            let length = self.cuts[cut % self.cuts.len()].clamp(1, BLOCK - start).min(frames - done);
            cut += 1;
            self.run(start..start + length, &mut drive);
            for (signal, out) in self.outputs.iter().zip(&mut result) {
                out.extend_from_slice(&signal[start..start + length]);
            }
            done += length;
        }
        result
    }

    fn run(&mut self, range: std::ops::Range<usize>, drive: &mut impl FnMut(usize, &mut Drive)) {
        let mut inputs = vec![Buffer::default(); self.spec.inputs.len()];
        let mut params = vec![Buffer::default(); self.spec.params.len()];
        self.drive.events.clear();
        for frame in range.clone() {
            self.drive.frame_in_block = frame;
            drive(self.frame, &mut self.drive);
            self.frame += 1;
            for (place, buffer) in inputs.iter_mut().enumerate() {
                if self.fed >> place & 1 == 1 {
                    follow(buffer, frame, self.drive.inputs[place], self.drive.patched >> place & 1 == 1);
                } else {
                    buffer.hold(Group::splat(self.spec.inputs[place].normal));
                }
            }
            for (place, buffer) in params.iter_mut().enumerate() {
                follow(buffer, frame, self.drive.params[place], self.drive.moved_params >> place & 1 == 1);
            }
        }
        let inputs: Vec<Signal<'_>> = inputs.iter().map(Buffer::signal).collect();
        let mut io = Io {
            inputs: &inputs,
            params: &params,
            outputs: &mut self.outputs,
            events: &self.drive.events,
            host: &self.host,
            patched: self.drive.patched,
            wanted: self.wanted,
        };
        self.unit.process(&mut io, range);
    }
}

/// Takes a frame's value in; a signal that starts to move within the range keeps its earlier frames.
fn follow(buffer: &mut Buffer, frame: usize, value: Group, moves: bool) {
    match buffer.signal().steady() {
        Some(_) if !moves => buffer.hold(value),
        held => {
            let frames = buffer.moving();
            if let Some(held) = held {
                frames.fill(held);
            }
            frames[frame] = value;
        }
    }
}
