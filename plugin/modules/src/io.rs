//! What a module sees while it renders.

use crate::event::LaneEvent;
use crate::group::Group;
use crate::host::Host;
use crate::port::{In, Out, Param};

/// Frames of an internal block; ports have room for as many.
pub const BLOCK: usize = 64;

/// One port's block: either *steady* (one value for the whole range) or *moving* (one group per frame).
#[derive(Clone, Debug)]
pub struct Signal {
    frames: [Group; BLOCK],
    /// 0 while steady, `BLOCK - 1` while moving: the index of a frame is `frame & mask`, without a branch.
    mask: usize,
}

impl Default for Signal {
    fn default() -> Signal {
        Signal { frames: [Group::ZERO; BLOCK], mask: 0 }
    }
}

impl Signal {
    /// Value at a frame.
    #[inline(always)]
    pub fn at(&self, frame: usize) -> Group {
        self.frames[frame & self.mask & (BLOCK - 1)]
    }

    /// The first lane of the eight frames from `first` on, which is all there is of a mono signal. Frames that are not
    /// within the range to be rendered are anything.
    #[inline(always)]
    pub fn row(&self, first: usize) -> Group {
        match self.steady() {
            Some(value) => Group::splat(value[0]),
            None => Group::from_fn(|ahead| self.at(first + ahead)[0]),
        }
    }

    /// The one value of a steady signal, `None` while it moves. Bits of the result of `process` must not
    /// depend on which it is.
    #[inline(always)]
    pub fn steady(&self) -> Option<Group> {
        (self.mask == 0).then(|| self.frames[0])
    }

    /// Makes it steady.
    #[inline(always)]
    pub fn hold(&mut self, value: Group) {
        self.mask = 0;
        self.frames[0] = value;
    }

    /// Makes it moving; every frame of the range to be read must then be written through the result.
    #[inline(always)]
    pub fn moving(&mut self) -> &mut [Group; BLOCK] {
        self.mask = BLOCK - 1;
        &mut self.frames
    }
}

/// The ports of one unit for one range of frames. Slices are in the order of the module's [`crate::Spec`].
#[derive(Debug)]
pub struct Io<'a> {
    /// Inputs, gathered: cables summed, poly folded or mono broadcast.
    pub inputs: &'a [Signal],
    /// Params: smoothed, modulated, clamped, in their own unit.
    pub params: &'a [Signal],
    /// Outputs, one group per frame.
    pub outputs: &'a mut [[Group; BLOCK]],
    /// Lane events within the range, by frame; empty but for [`crate::Role::Notes`].
    pub events: &'a [LaneEvent],
    /// The host's audio and transport.
    pub host: &'a Host,
    /// Bit per input: whether a cable is patched in.
    pub patched: u32,
    /// Bit per output: whether anything reads it.
    pub wanted: u32,
}

impl<'a> Io<'a> {
    /// An input's signal, or that of the input which it follows.
    #[inline(always)]
    pub fn input(&self, port: In) -> &'a Signal {
        let other = port.follows.filter(|_| !self.is_patched(port));
        &self.inputs[other.map_or(port.index(), usize::from)]
    }

    /// A param's signal.
    #[inline(always)]
    pub fn param(&self, param: Param) -> &'a Signal {
        &self.params[param.index()]
    }

    /// Writes a frame of an output.
    #[inline(always)]
    pub fn set(&mut self, port: Out, frame: usize, value: Group) {
        self.outputs[port.index()][frame & (BLOCK - 1)] = value;
    }

    /// The frames of one output.
    #[inline(always)]
    pub fn output(&mut self, port: Out) -> &mut [Group; BLOCK] {
        &mut self.outputs[port.index()]
    }

    /// Whether a cable is patched into an input.
    #[inline(always)]
    pub fn is_patched(&self, port: In) -> bool {
        self.patched >> port.index() & 1 == 1
    }

    /// Whether anything reads an output: dear outputs are only computed then. The module's state must move
    /// the same either way.
    #[inline(always)]
    pub fn is_wanted(&self, port: Out) -> bool {
        self.wanted >> port.index() & 1 == 1
    }
}
