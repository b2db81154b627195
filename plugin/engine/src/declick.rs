//! From one patch to another while sound is on: the step between them is spread over a ramp.

use std::ops::Range;

/// The rest of a step, on its way to nothing.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Declick {
    step: [f32; 2],
    left: u32,
    length: u32,
}

impl Declick {
    /// A new patch begins where `last` was heard.
    pub(crate) fn start(&mut self, last: [f32; 2], frames: u32) {
        *self = Declick { step: last, left: frames, length: frames };
    }

    /// Adds what is left of the step to the host's block.
    pub(crate) fn apply(&mut self, outputs: &mut [&mut [f32]; 2], range: Range<usize>) {
        for frame in range {
            if self.left == 0 {
                return;
            }
            let share = self.left as f32 / self.length as f32;
            self.left -= 1;
            for (output, step) in outputs.iter_mut().zip(self.step) {
                // The square falls in gently: no corner where the ramp ends.
                output[frame] += step * share * share;
            }
        }
    }
}
