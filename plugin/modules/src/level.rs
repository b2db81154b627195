//! The machine's best instruction set, for loops over groups.

#[cfg(target_arch = "x86_64")]
use std::any::Any;
use std::ops::Range;

pub use pulp::Simd;
#[cfg(target_arch = "x86_64")]
pub use pulp::x86::V3 as Avx2;

use crate::io::Io;

/// The instruction set if it is AVX2, for the few steps that [`Simd`] has no word for. Known when this is compiled.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
pub fn avx2<S: Simd>(simd: S) -> Option<Avx2> {
    (&simd as &dyn Any).downcast_ref().copied()
}

/// Something to be computed on any instruction set. Implementations of `run`, and all that they call in loops, are
/// `#[inline(always)]`: they are compiled once for each set.
pub trait Work {
    /// What comes out.
    type Output;
    /// Computes it. The instruction set has registers of eight, for [`crate::Vector`]s.
    fn run<S: Simd>(self, simd: S) -> Self::Output;
}

/// What computes with [`crate::Vector`]s.
pub trait Vectorized {
    /// As [`crate::Module::process`], on an instruction set with registers of eight.
    fn render<S: Simd>(&mut self, simd: S, io: &mut Io<'_>, frames: Range<usize>);
}

/// An instruction set. Rust never fuses or reorders float operations, so that every one computes the same bits.
#[derive(Clone, Copy, Debug)]
pub struct Level {
    #[cfg(target_arch = "x86_64")]
    avx2: Option<Avx2>,
}

impl Level {
    /// The best that this machine has.
    pub fn best() -> Level {
        Level {
            #[cfg(target_arch = "x86_64")]
            avx2: Avx2::try_new(),
        }
    }

    /// What every machine of this architecture has.
    pub fn portable() -> Level {
        Level {
            #[cfg(target_arch = "x86_64")]
            avx2: None,
        }
    }

    /// Does some work on it.
    #[inline(always)]
    pub fn run<W: Work>(self, work: W) -> W::Output {
        #[cfg(target_arch = "x86_64")]
        if let Some(avx2) = self.avx2 {
            return avx2.vectorize(Compiled { work, avx2 });
        }
        work.run(pulp::Scalar256b)
    }

    /// Renders on it.
    #[inline(always)]
    pub fn render<M: Vectorized>(self, module: &mut M, io: &mut Io<'_>, frames: Range<usize>) {
        self.run(Call { module, io, frames });
    }
}

/// A call of [`Vectorized::render`].
struct Call<'c, 'io, M> {
    module: &'c mut M,
    io: &'c mut Io<'io>,
    frames: Range<usize>,
}

impl<M: Vectorized> Work for Call<'_, '_, M> {
    type Output = ();
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        self.module.render(simd, self.io, self.frames);
    }
}

/// Work in the shape that pulp compiles for AVX2.
#[cfg(target_arch = "x86_64")]
struct Compiled<W> {
    work: W,
    avx2: Avx2,
}

#[cfg(target_arch = "x86_64")]
impl<W: Work> pulp::NullaryFnOnce for Compiled<W> {
    type Output = W::Output;
    #[inline(always)]
    fn call(self) -> W::Output {
        self.work.run(self.avx2)
    }
}
