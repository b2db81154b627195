//! What the head of a pipelined plan hands to its tail: written in one block, read in the next.

use std::ops::Range;

use atomic_refcell::{AtomicRef, AtomicRefCell};
use manycord_modules::{BLOCK, Group};

/// The outputs of one unit, of this block and of the one before. Head and tail run side by side: they never
/// touch the same half.
pub(crate) struct Handed([AtomicRefCell<Half>; 2]);

/// The outputs of one block.
pub(crate) struct Half {
    pub(crate) outputs: Box<[[Group; BLOCK]]>,
    /// Whether all of it is zero.
    pub(crate) silent: bool,
}

impl Handed {
    pub(crate) fn new(outputs: usize) -> Handed {
        let half = || Half { outputs: vec![[Group::ZERO; BLOCK]; outputs].into(), silent: true };
        Handed([AtomicRefCell::new(half()), AtomicRefCell::new(half())])
    }

    /// Takes a range of a block over.
    pub(crate) fn write(&self, block: u64, outputs: &[[Group; BLOCK]], range: Range<usize>) {
        let mut half = self.0[(block & 1) as usize].borrow_mut();
        half.silent = false;
        for (handed, output) in half.outputs.iter_mut().zip(outputs) {
            handed[range.clone()].copy_from_slice(&output[range.clone()]);
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
            self.silent = true;
        }
    }
}
