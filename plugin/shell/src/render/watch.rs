//! Blocks looked at while a song renders: what the cores gain, and the dearest block's timeline.

use manycord_engine::{Control, Timeline};

/// Blocks of the host between two that are looked at.
const EVERY: u32 = 16;

/// What was seen.
#[derive(Default)]
pub(super) struct Watch {
    /// Blocks that were looked at.
    pub(super) blocks: u32,
    work_ns: f64,
    length_ns: f64,
    dearest: Option<Timeline>,
    since: u32,
}

impl Watch {
    /// Looks at what has run, and now and then asks for more. Call it once per block.
    pub(super) fn look(&mut self, control: &mut Control) {
        if let Some(timeline) = control.timeline() {
            self.blocks += 1;
            self.work_ns += f64::from(timeline.work_ns());
            self.length_ns += f64::from(timeline.length_ns);
            if self.dearest.as_ref().is_none_or(|dearest| dearest.work_ns() < timeline.work_ns()) {
                self.dearest = Some(timeline);
            }
        }
        if self.since.is_multiple_of(EVERY) {
            control.record();
        }
        self.since += 1;
    }

    /// Work over time of all blocks that were looked at; `None` when none was.
    pub(super) fn speedup(&self) -> Option<f64> {
        (self.length_ns > 0.0).then(|| self.work_ns / self.length_ns)
    }

    /// The block with the most work.
    pub(super) fn dearest(&self) -> Option<&Timeline> {
        self.dearest.as_ref()
    }
}
