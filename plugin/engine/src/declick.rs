//! From one patch to another while sound is on: the step between them is spread over a ramp.

use std::ops::Range;

/// The rest of a step, on its way to nothing.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Declick {
    step: [f32; 2],
    left: u32,
    length: u32,
    /// The step is measured against the first frame to come.
    open: bool,
}

impl Declick {
    /// A new patch begins where `last` was heard.
    pub(crate) fn start(&mut self, last: [f32; 2], frames: u32) {
        *self = Declick { step: last, left: frames, length: frames, open: false };
    }

    /// The same sound goes on elsewhere: whatever comes is led there from `last`.
    pub(crate) fn bridge(&mut self, last: [f32; 2], frames: u32) {
        *self = Declick { step: last, left: frames, length: frames, open: true };
    }

    /// Adds what is left of the step to the host's block.
    pub(crate) fn apply(&mut self, outputs: &mut [&mut [f32]; 2], range: Range<usize>) {
        for frame in range {
            if self.left == 0 {
                return;
            }
            if std::mem::take(&mut self.open) {
                self.step.iter_mut().zip(&*outputs).for_each(|(step, output)| *step -= output[frame]);
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
