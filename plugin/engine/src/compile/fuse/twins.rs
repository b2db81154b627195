//! Tasks that could run side by side between the same two others, as the sections of an effect do, but take less time
//! than it takes to hand them over.
//!
//! Joined one by one they would lengthen the path on the way; joined all at once with what is around them they never do.

use super::super::schedule::HANDOFF_NS;
use super::drafts::{AFTER, BEFORE, Drafts};

impl Drafts {
    /// Joins such twins to what they wait for, inner ones first, and chains that come of it.
    pub(super) fn join_twins(&mut self) {
        // Components are in topological order: the last come first here.
        for first in (0..self.0.len()).rev() {
            if self.0[first].is_left() && self.twins_are_cheap(first) {
                for twin in self.0[first].neighbours[AFTER].clone() {
                    self.join(twin as usize, first);
                }
                self.join_chain(first);
            }
        }
    }

    /// Whether all that waits for a draft waits for nothing else, and no path grows if the draft does it too.
    fn twins_are_cheap(&self, first: usize) -> bool {
        let twins = &self.0[first].neighbours[AFTER];
        let draft = |twin: &u32| &self.0[*twin as usize];
        if twins.len() < 2 || twins.iter().any(|twin| draft(twin).neighbours[BEFORE].len() > 1) {
            return false;
        }
        let sum: f32 = twins.iter().map(|twin| draft(twin).cost.awake).sum();
        let costs = || twins.iter().map(|twin| draft(twin).cost.awake);
        let after = &draft(&twins[0]).neighbours[AFTER];
        let meet = after.len() == 1
            && draft(&after[0]).neighbours[BEFORE].len() == twins.len()
            && twins.iter().all(|twin| draft(twin).neighbours[AFTER] == *after);
        if meet {
            // What follows waited for the dearest twin, and for two hand-offs more.
            sum - costs().fold(0.0, f32::max) <= 2.0 * HANDOFF_NS
        } else {
            // What follows the cheapest twin now waits for the others too, and for one hand-off less.
            sum - costs().fold(f32::INFINITY, f32::min) <= HANDOFF_NS
        }
    }
}
