//! The contract of a module.

use std::ops::Range;

use crate::dsp::chance;
use crate::group::{LANES, LaneMask};
use crate::io::Io;
use crate::level::Level;
use crate::port::Out;
use crate::quality::Quality;
use crate::spec::Spec;
use crate::value::Value;

/// What a unit is told once, when it is made.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    /// Frames per second.
    pub sample_rate: f32,
    /// Seed of all randomness of this unit; from the patch, the module's id and the group.
    pub seed: u64,
    /// Whether the unit stands for one mono signal: all lanes must then come out equal.
    pub mono: bool,
    /// How much to spend on the sound.
    pub quality: Quality,
    /// Instruction set to compute on.
    pub level: Level,
    /// Bit per output: whether this unit computes it. All of them, or those of one section (see [`Spec::sections`]).
    pub outputs: u32,
}

impl Setup {
    /// Poly lanes at full quality on the best instruction set, with some seed; all outputs.
    pub fn at(sample_rate: f32) -> Setup {
        let (quality, level) = (Quality::Full, Level::best());
        Setup { sample_rate, seed: 1, mono: false, quality, level, outputs: u32::MAX }
    }

    /// Whether the unit computes an output.
    pub fn computes(&self, port: Out) -> bool {
        self.outputs >> port.index() & 1 == 1
    }

    /// Seed for one lane; the same for all lanes of a mono unit.
    pub fn lane_seed(&self, lane: usize) -> u64 {
        let lane = if self.mono { 0 } else { lane % LANES };
        chance::word(self.seed, lane as u64)
    }
}

/// A kind of module; one value of it is a *unit*: one running instance for one group of eight lanes.
///
/// Laws that the tests hold every module to: rendering a range in any cuts gives the same bits; nothing in
/// `process` allocates or locks; outputs stay finite at every extreme of every param.
pub trait Module: Send + Sync + 'static {
    /// The declaration.
    const SPEC: Spec;

    /// Makes a unit. May allocate; nothing after it may.
    fn new(setup: &Setup) -> Self;

    /// A fresh voice starts on these lanes, which had been silent: forget what they did before.
    fn reset(&mut self, lanes: LaneMask);

    /// Renders `frames` (within `0..BLOCK`), writing each of them on every wanted output that it computes.
    /// Implementations are `#[inline(always)]`, so that they are compiled for each instruction set (see [`crate::Unit`]).
    fn process(&mut self, io: &mut Io<'_>, frames: Range<usize>);

    /// State that params cannot hold.
    fn save(&self) -> Value {
        Value::Nothing
    }

    /// Takes saved state over, off the audio path. `Err` names what is wrong and how to mend it.
    fn load(&mut self, _state: &Value) -> Result<(), String> {
        Ok(())
    }
}
