//! What moves an oscillator's phase.

use std::ops::Range;

use super::{FINE, FM, FM_DEPTH, FM_MODE, OCTAVE, PULSE_WIDTH, SYNC, SYNC_MODE, TUNE, VOCT};
use crate::dsp::{RUN, moves};
use crate::group::{Group, LANES};
use crate::io::Io;
use crate::signal::Signal;

/// The signals that the phase follows.
pub(super) struct Course<'a> {
    pub(super) voct: Signal<'a>,
    pub(super) fm: Signal<'a>,
    pub(super) tune: Signal<'a>,
    pub(super) fine: Signal<'a>,
    pub(super) octave: Signal<'a>,
    pub(super) fm_depth: Signal<'a>,
    pub(super) fm_mode: Signal<'a>,
    pub(super) width: Signal<'a>,
    pub(super) sync: Signal<'a>,
    pub(super) sync_mode: Signal<'a>,
}

impl<'a> Course<'a> {
    #[inline(always)]
    pub(super) fn of(io: &Io<'a>) -> Course<'a> {
        Course {
            voct: io.input(VOCT),
            fm: io.input(FM),
            tune: io.param(TUNE),
            fine: io.param(FINE),
            octave: io.param(OCTAVE),
            fm_depth: io.param(FM_DEPTH),
            fm_mode: io.param(FM_MODE),
            width: io.param(PULSE_WIDTH),
            sync: io.input(SYNC),
            sync_mode: io.param(SYNC_MODE),
        }
    }

    /// Whether nothing about it changes within some frames, and nothing is patched into sync.
    #[inline(always)]
    pub(super) fn rests(&self, frames: Range<usize>) -> bool {
        let knobs = [self.tune, self.fine, self.octave, self.fm_depth, self.fm_mode, self.width];
        !moves(knobs)
            && self.sync.steady() == Some(Group::ZERO)
            && is_still(self.voct, &frames)
            && is_still(self.fm, &frames)
    }
}

/// Whether a signal has the same value at the frames of a run.
#[inline(always)]
fn is_still(signal: Signal<'_>, frames: &Range<usize>) -> bool {
    if signal.steady().is_some() {
        return true;
    }
    let first = signal.at(frames.start);
    let mut differ = [0; LANES];
    // Always as many steps, which then become straight vector code; the last frame serves in place of missing ones.
    for ahead in 0..RUN {
        let now =
            signal.at(if frames.start + ahead < frames.end { frames.start + ahead } else { frames.end - 1 });
        for lane in 0..LANES {
            differ[lane] |= now[lane].to_bits() ^ first[lane].to_bits();
        }
    }
    differ == [0; LANES]
}
