//! What a module sees while it renders.

use std::ops::Range;

use crate::event::LaneEvent;
use crate::group::{Group, LANES};
use crate::host::Host;
use crate::port::{In, Out, Param};
use crate::signal::{Buffer, Signal};

/// Frames of an internal block; ports have room for as many.
pub const BLOCK: usize = 64;

/// The ports of one unit for one range of frames. Slices are in the order of the module's [`crate::Spec`].
#[derive(Debug)]
pub struct Io<'a> {
    /// Inputs, gathered: cables summed, poly folded or mono broadcast.
    pub inputs: &'a [Signal<'a>],
    /// Params: smoothed, modulated, clamped, in their own unit.
    pub params: &'a [Buffer],
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
    pub fn input(&self, port: In) -> Signal<'a> {
        let other = port.follows.filter(|_| !self.is_patched(port));
        self.inputs[other.map_or(port.index(), usize::from)]
    }

    /// A param's signal.
    #[inline(always)]
    pub fn param(&self, param: Param) -> Signal<'a> {
        self.params[param.index()].signal()
    }

    /// Writes a frame of an output.
    #[inline(always)]
    pub fn set(&mut self, port: Out, frame: usize, value: Group) {
        self.outputs[port.index()][frame & (BLOCK - 1)] = value;
    }

    /// Writes a run of up to eight frames of a mono output, each of which is a lane of `row`.
    #[inline(always)]
    pub fn set_row(&mut self, port: Out, run: Range<usize>, row: Group) {
        let frames = &mut self.outputs[port.index()][run];
        if let Some(frames) = frames.first_chunk_mut::<LANES>() {
            // So many as these need no loop.
            for ahead in 0..LANES {
                frames[ahead] = Group::splat(row[ahead]);
            }
            return;
        }
        for (frame, value) in frames.iter_mut().zip(row.0) {
            *frame = Group::splat(value);
        }
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
