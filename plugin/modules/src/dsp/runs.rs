//! Short runs of frames, for modules that do one step for a few frames and then the next step.
//!
//! A machine works ahead in a short loop whose turns are independent; in one long loop, a step that waits for the
//! last frame's state holds up all the others.

use std::ops::Range;

/// Most frames of a run.
pub const RUN: usize = 8;

/// A range of frames in runs.
#[inline(always)]
pub fn runs(frames: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let end = frames.end;
    frames.step_by(RUN).map(move |start| start..if start + RUN < end { start + RUN } else { end })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_cover_the_range() {
        assert_eq!(runs(3..20).collect::<Vec<_>>(), [3..11, 11..19, 19..20]);
        assert_eq!(runs(5..5).count(), 0);
    }
}
