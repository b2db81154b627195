//! What a port carries over a block: a voltage at rest or one per frame.

use crate::group::{Group, LANES};
use crate::io::BLOCK;

/// One port's block as a module reads it: either *steady* (one value for the whole range) or *moving* (one group per
/// frame). It may lie in the very output that a cable comes from.
#[derive(Clone, Copy, Debug)]
pub struct Signal<'a> {
    frames: &'a [Group; BLOCK],
    /// 0 while steady, `BLOCK - 1` while moving: the index of a frame is `frame & mask`, without a branch.
    mask: usize,
}

impl<'a> Signal<'a> {
    /// One that moves.
    #[inline(always)]
    pub fn moving(frames: &'a [Group; BLOCK]) -> Signal<'a> {
        Signal { frames, mask: BLOCK - 1 }
    }

    /// Value at a frame.
    #[inline(always)]
    pub fn at(&self, frame: usize) -> Group {
        self.frames[frame & self.mask & (BLOCK - 1)]
    }

    /// The first lane of the eight frames from `first` on, which is all there is of a mono signal. Frames that are not
    /// within the range to be rendered are anything.
    #[inline(always)]
    pub fn row(&self, first: usize) -> Group {
        match self.steady() {
            Some(value) => Group::splat(value[0]),
            None => match self.frames[first..].first_chunk::<LANES>() {
                Some(frames) => Group::from_fn(|ahead| frames[ahead][0]),
                None => Group::from_fn(|ahead| self.at(first + ahead)[0]),
            },
        }
    }

    /// The one value of a steady signal, `None` while it moves. Bits of the result of `process` must not
    /// depend on which it is.
    #[inline(always)]
    pub fn steady(&self) -> Option<Group> {
        (self.mask == 0).then(|| self.frames[0])
    }
}

/// Room for a signal that is made for one port: a param, or an input at which cables are added up.
// What a steady signal needs lies in one line of the cache.
#[derive(Clone, Debug)]
#[repr(C, align(64))]
pub struct Buffer {
    /// As in [`Signal`].
    mask: usize,
    frames: [Group; BLOCK],
}

impl Default for Buffer {
    fn default() -> Buffer {
        Buffer { mask: 0, frames: [Group::ZERO; BLOCK] }
    }
}

impl Buffer {
    /// Makes the signal steady.
    #[inline(always)]
    pub fn hold(&mut self, value: Group) {
        self.mask = 0;
        self.frames[0] = value;
    }

    /// Makes it moving; every frame of the range to be read must then be written through the result.
    #[inline(always)]
    pub fn moving(&mut self) -> &mut [Group; BLOCK] {
        self.mask = BLOCK - 1;
        &mut self.frames
    }

    /// The signal.
    #[inline(always)]
    pub fn signal(&self) -> Signal<'_> {
        Signal { frames: &self.frames, mask: self.mask }
    }
}
