//! Values that move without clicks: knobs, cable depths, bypass switches.
//!
//! A dial's *target* is set from any thread; its *ramp* belongs to the audio path and goes there in a straight
//! line. Dials hold travel units: octaves (log₂ of the value) for [`Scale::Octaves`], else the plain value,
//! so that a ramp is even to the ear and modulation is a sum.

use std::sync::atomic::Ordering;

use atomic_float::AtomicF32;
use manycord_modules::dsp::math;
use manycord_modules::{BLOCK, Group, Param, Scale};

/// Seconds that a dial takes to reach a new target.
pub(crate) const RAMP_SECONDS: f32 = 0.005;

/// The shared side of a dial, in travel units.
#[derive(Debug)]
pub(crate) struct Dial {
    target: AtomicF32,
    /// Steps jump, all else ramps.
    pub(crate) jumps: bool,
}

impl Dial {
    pub(crate) fn new(target: f32, jumps: bool) -> Dial {
        Dial { target: AtomicF32::new(target), jumps }
    }

    // Ordering: the value stands for itself; nothing else is published with it.
    pub(crate) fn turn(&self, target: f32) {
        self.target.store(target, Ordering::Relaxed);
    }

    pub(crate) fn target(&self) -> f32 {
        self.target.load(Ordering::Relaxed)
    }
}

/// The audio path's side of a dial.
#[derive(Clone, Debug)]
pub(crate) struct Ramp {
    from: f32,
    to: f32,
    /// Frames since the ramp began; `length` and more: arrived.
    done: u32,
    length: u32,
    /// Whether any frame of the range last rendered lies on the way.
    moving: bool,
    frames: [f32; BLOCK],
}

impl Ramp {
    pub(crate) fn at_rest(value: f32) -> Ramp {
        Ramp { from: value, to: value, done: 0, length: 0, moving: false, frames: [value; BLOCK] }
    }

    /// Where the ramp goes.
    pub(crate) fn target(&self) -> f32 {
        self.to
    }

    /// Sets out for a new target over `length` frames; 0 jumps.
    pub(crate) fn aim(&mut self, target: f32, length: u32) {
        self.from = self.now();
        self.to = target;
        self.done = 0;
        self.length = length;
        self.moving = length > 0;
        if length == 0 {
            self.frames.fill(target);
        }
    }

    /// Goes on where the same dial stood in the plan before.
    pub(crate) fn inherit(&mut self, before: &Ramp) {
        if before.moving || before.to.to_bits() != self.to.to_bits() {
            self.clone_from(before);
        }
    }

    fn now(&self) -> f32 {
        if self.done >= self.length {
            self.to
        } else {
            self.from + (self.to - self.from) * (self.done as f32 / self.length as f32)
        }
    }

    /// Renders the frames of a range. Returns whether it must be called for the next range too.
    pub(crate) fn advance(&mut self, range: std::ops::Range<usize>) -> bool {
        self.moving = self.done < self.length;
        for frame in range {
            self.frames[frame] = self.now();
            self.done = self.done.saturating_add(1);
        }
        if !self.moving {
            self.frames.fill(self.to);
        }
        self.moving
    }

    /// Value at a frame of the range last rendered.
    #[inline(always)]
    pub(crate) fn at(&self, frame: usize) -> f32 {
        self.frames[frame & (BLOCK - 1)]
    }

    /// Whether it rested throughout the range last rendered.
    pub(crate) fn is_at_rest(&self) -> bool {
        !self.moving
    }

    /// Values of the range last rendered.
    pub(crate) fn frames(&self, range: std::ops::Range<usize>) -> &[f32] {
        &self.frames[range]
    }

    /// Shows a range of a block that was rendered before, in which it moved or not.
    pub(crate) fn show(&mut self, block: &[f32; BLOCK], moved: bool, range: std::ops::Range<usize>) {
        self.frames[range.clone()].copy_from_slice(&block[range.clone()]);
        self.moving = moved;
        self.to = block[range.start];
    }

    /// The value, if it rests throughout the range last rendered.
    #[inline(always)]
    pub(crate) fn steady(&self) -> Option<f32> {
        (!self.moving).then_some(self.to)
    }
}

/// A param's value in travel units.
pub(crate) fn to_travel(param: &Param, value: f32) -> f32 {
    match param.scale {
        Scale::Octaves => math::log2(value.clamp(param.min, param.max)),
        Scale::Linear => value.clamp(param.min, param.max),
        Scale::Steps => value.clamp(param.min, param.max).round(),
    }
}

/// How a macro moves one knob.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MacroTravel {
    from: f32,
    to: f32,
    steps: bool,
}

impl MacroTravel {
    pub(crate) fn of(param: &Param, target: &crate::patch::MacroTarget) -> MacroTravel {
        let (from, to) = (to_travel(param, target.from), to_travel(param, target.to));
        MacroTravel { from, to, steps: param.scale == Scale::Steps }
    }

    /// Travel at a macro's value of 0…1.
    pub(crate) fn at(&self, value: f32) -> f32 {
        let travel = self.from + (self.to - self.from) * value;
        if self.steps { travel.round() } else { travel }
    }
}

/// Travel units per volt of a cable at full depth.
pub(crate) fn travel_per_volt(param: &Param) -> f32 {
    match param.scale {
        Scale::Octaves => 1.0,
        Scale::Linear | Scale::Steps => (param.max - param.min) * 0.1,
    }
}

/// Travel units back to the param's own unit, held within its range.
#[inline(always)]
pub(crate) fn from_travel(param: &Param, travel: Group) -> Group {
    match param.scale {
        Scale::Octaves => travel.map(math::exp2).clamp(param.min, param.max),
        Scale::Linear => travel.clamp(param.min, param.max),
        Scale::Steps => travel.clamp(param.min, param.max).map(|x| (x + 0.5).floor()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ramp_is_the_same_in_any_cuts_and_ends_on_its_target() {
        let run = |cuts: &[usize]| {
            let mut ramp = Ramp::at_rest(1.0);
            ramp.aim(3.0, 100);
            let mut seen = Vec::new();
            let mut frame = 0;
            for cut in cuts.iter().cycle() {
                let end = (frame % BLOCK + cut).min(BLOCK);
                let range = frame % BLOCK..end;
                frame += range.len();
                ramp.advance(range.clone());
                seen.extend(range.map(|f| ramp.at(f)));
                if frame >= 256 {
                    return (seen, ramp.steady());
                }
            }
            unreachable!()
        };
        let (whole, end) = run(&[BLOCK]);
        assert_eq!((whole[0], whole[100], end), (1.0, 3.0, Some(3.0)));
        assert!(whole.windows(2).all(|w| (w[1] - w[0]).abs() < 0.0201));
        for cuts in [&[1][..], &[63, 1], &[7, 13]] {
            assert_eq!(run(cuts).0[..256], whole[..256]);
        }
    }
}
