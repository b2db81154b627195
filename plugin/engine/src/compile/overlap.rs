//! Whether a patch is cut so that its tail renders one grid block while its head renders the next, within one call of
//! the host. This gains where the tail is the longest path, and costs a run more per call, since the first head and
//! the last tail have nobody beside them.

use manycord_modules::BLOCK;
use manycord_pool::INLINE_AWAKE_NS;

use super::Context;
use super::cut::{self, Cut};
use super::net::Net;
use super::order::Order;
use super::tasks::{self, Tasks};
use super::units::Built;
use crate::plan::Load;

/// When head and tail of a patch that is not pipelined render side by side. The sound does not depend on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overlap {
    /// Where the host asks for several grid blocks at once and a forecast gains by it.
    #[default]
    IfItPays,
    /// Wherever the patch can be cut, to try it.
    Always,
    /// Nowhere, to compare.
    Never,
}

/// How the host calls.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Calls {
    /// Frames that it asks for at once; 0 when that is not known.
    pub(crate) frames: usize,
    pub(crate) overlap: Overlap,
    /// Whether the plan that plays is cut for this.
    pub(crate) is_cut: bool,
}

/// Least time that a call must gain by a forecast, in ns. One more run per call costs as much, but measured gains are twice
/// those forecast: head and tail wait for each other nowhere.
const LEAST_GAIN_NS: f32 = 2_000.0;

/// Least share of its time that a grid block must gain: forecasts are not better than that.
const LEAST_GAIN: f32 = 0.03;

impl Calls {
    /// An edit keeps to what was decided for the patch before it: to compare takes as long as to compile twice.
    pub(super) fn as_decided(self) -> Calls {
        let overlap = match self.overlap {
            Overlap::IfItPays if self.is_cut && self.are_long() => Overlap::Always,
            Overlap::IfItPays => Overlap::Never,
            overlap => overlap,
        };
        Calls { overlap, ..self }
    }

    /// Whether a cut may pay on so many threads.
    pub(super) fn may_overlap(self, threads: usize) -> bool {
        match self.overlap {
            Overlap::IfItPays => threads > 1 && self.are_long(),
            Overlap::Always => true,
            Overlap::Never => false,
        }
    }

    /// Whether a call has room for a tail beside a head.
    pub(crate) fn are_long(self) -> bool {
        self.frames >= 2 * BLOCK
    }

    /// Whether a cut pays, by the loads of a block uncut and cut.
    fn pays(self, uncut: Load, cut: Load) -> bool {
        let pairs = (self.frames / BLOCK).saturating_sub(1) as f32;
        let gain_ns = uncut.ends_ns - cut.ends_ns;
        // What is less is left to one thread.
        let is_shared = uncut.total_ns >= INLINE_AWAKE_NS as f32;
        is_shared && gain_ns > LEAST_GAIN * uncut.ends_ns && gain_ns * pairs > LEAST_GAIN_NS
    }
}

/// Makes tasks of a patch that may be cut so that these modules lie behind the cut.
pub(super) fn share_out(
    net: &Net,
    built: &mut Built,
    order: &Order,
    tail: &[bool],
    (calls, context): (Calls, &mut Context<'_>),
) -> (Tasks, Cut) {
    let mut make = |built: &Built| tasks::make(built, order, context.threads, &mut context.pace);
    if tail.iter().all(|&behind| behind == tail[0]) {
        return (make(built), Cut::No);
    }
    if calls.overlap == Overlap::Always {
        cut::mark(net, built, tail);
        return (make(built), Cut::CatchesUp);
    }
    let uncut = make(built);
    cut::part(built, tail);
    let cut = make(built);
    if calls.pays(uncut.costs.awake, cut.costs.awake) {
        cut::mark(net, built, tail);
        (cut, Cut::CatchesUp)
    } else {
        cut::part(built, &vec![false; tail.len()]);
        (uncut, Cut::No)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_pays_where_calls_are_long_and_tails_too() {
        let calls = |frames| Calls { frames, ..Calls::default() };
        assert!(!calls(0).may_overlap(2) && !calls(64).may_overlap(2) && !calls(512).may_overlap(1));
        assert!(calls(128).may_overlap(2) && calls(512).may_overlap(8));
        let ends = |ends_ns| Load { total_ns: 36_000.0, critical_ns: 0.0, ends_ns };
        let pays = |frames, cut| calls(frames).pays(ends(20_000.0), ends(cut));
        assert!(pays(128, 17_500.0) && !pays(128, 18_500.0));
        assert!(pays(512, 18_500.0) && !pays(4_096, 19_500.0));
        let small = Load { total_ns: 18_000.0, ..ends(15_000.0) };
        assert!(!calls(512).pays(small, Load { ends_ns: 10_000.0, ..small }));
    }

    #[test]
    fn an_edit_keeps_to_what_was_decided() {
        let decided = |frames, is_cut| Calls { frames, is_cut, ..Calls::default() }.as_decided().overlap;
        assert_eq!([decided(512, true), decided(512, false)], [Overlap::Always, Overlap::Never]);
        assert_eq!(decided(64, true), Overlap::Never);
    }
}
