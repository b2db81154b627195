//! What the head of a pipelined plan hands to its tail: written in one block, read in the next.

use atomic_refcell::{AtomicRef, AtomicRefCell};
use manycord_modules::{BLOCK, Group};

use super::body::Body;
use super::stage::Stage;
use crate::plan::{PlanUnit, bits};

/// The outputs of one unit, of this block and of the one before. Head and tail run side by side: they never
/// touch the same half.
pub(crate) struct Handed([AtomicRefCell<Half>; 2]);

/// The outputs of one block.
pub(crate) struct Half {
    pub(crate) outputs: Box<[[Group; BLOCK]]>,
    /// The same with the lanes added up.
    pub(crate) sums: Box<[[f32; BLOCK]]>,
    /// Whether all of it is zero.
    pub(crate) silent: bool,
}

impl Handed {
    pub(crate) fn new(outputs: usize) -> Handed {
        let half = || Half {
            outputs: vec![[Group::ZERO; BLOCK]; outputs].into(),
            sums: vec![[0.0; BLOCK]; outputs].into(),
            silent: true,
        };
        Handed([AtomicRefCell::new(half()), AtomicRefCell::new(half())])
    }

    /// Takes a range of a block over: outputs of which the tail reads more than the sum of the lanes, and these sums.
    pub(crate) fn write(&self, stage: &Stage, unit: &PlanUnit, body: &Body) {
        let range = stage.range.clone();
        let mut half = self.0[(stage.block & 1) as usize].borrow_mut();
        half.silent = false;
        for place in bits(unit.handed) {
            half.outputs[place][range.clone()].copy_from_slice(&body.outputs[place][range.clone()]);
        }
        for place in bits(unit.folded) {
            half.sums[place][range.clone()].copy_from_slice(&body.sums[place][range.clone()]);
        }
    }

    /// The unit sleeps: so far the block is silent.
    pub(crate) fn write_silence(&self, block: u64) {
        self.0[(block & 1) as usize].borrow_mut().silence();
    }

    /// What was written in the block before.
    pub(crate) fn read(&self, block: u64) -> AtomicRef<'_, Half> {
        self.0[(block & 1 ^ 1) as usize].borrow()
    }

    /// Forgets both blocks.
    pub(crate) fn clear(&self) {
        self.0.iter().for_each(|half| half.borrow_mut().silence());
    }
}

impl Half {
    fn silence(&mut self) {
        if !self.silent {
            self.outputs.iter_mut().for_each(|output| output.fill(Group::ZERO));
            self.sums.iter_mut().for_each(|sums| sums.fill(0.0));
            self.silent = true;
        }
    }
}
