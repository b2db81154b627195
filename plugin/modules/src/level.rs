//! The machine's best instruction set, for loops over groups.

/// Something to be computed on any instruction set. Implementations of `run`, and all that they call in loops, are
/// `#[inline(always)]`: they are compiled once for each set.
pub trait Work {
    /// What comes out.
    type Output;
    /// Computes it.
    fn run(self) -> Self::Output;
}

/// An instruction set. Rust never fuses or reorders float operations, so that every one computes the same bits.
#[derive(Clone, Copy, Debug)]
pub struct Level {
    #[cfg(target_arch = "x86_64")]
    avx2: Option<pulp::x86::V3>,
}

impl Level {
    /// The best that this machine has.
    pub fn best() -> Level {
        Level {
            #[cfg(target_arch = "x86_64")]
            avx2: pulp::x86::V3::try_new(),
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
            return avx2.vectorize(Compiled(work));
        }
        work.run()
    }
}

/// Work in the shape that pulp compiles for AVX2.
#[cfg(target_arch = "x86_64")]
struct Compiled<W>(W);

#[cfg(target_arch = "x86_64")]
impl<W: Work> pulp::NullaryFnOnce for Compiled<W> {
    type Output = W::Output;
    #[inline(always)]
    fn call(self) -> W::Output {
        self.0.run()
    }
}
