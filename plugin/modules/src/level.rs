//! The machine's best instruction set, for loops over groups.

pub use pulp::Simd;

/// Something to be computed on any instruction set. Implementations of `run`, and all that they call in loops, are
/// `#[inline(always)]`: they are compiled once for each set.
pub trait Work {
    /// What comes out.
    type Output;
    /// Computes it.
    fn run(self) -> Self::Output;
}

/// Something to be computed with [`crate::Vector`]s.
pub trait Kernel {
    /// Computes it on an instruction set with registers of eight. As `run` of [`Work`].
    fn run<S: Simd>(self, simd: S);
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

    /// Computes a kernel on it.
    #[inline(always)]
    pub fn compute<K: Kernel>(self, kernel: K) {
        #[cfg(target_arch = "x86_64")]
        if let Some(avx2) = self.avx2 {
            return avx2.vectorize(Entered(kernel, avx2));
        }
        kernel.run(pulp::Scalar256b);
    }
}

/// A kernel in the shape that pulp compiles for AVX2.
#[cfg(target_arch = "x86_64")]
struct Entered<K>(K, pulp::x86::V3);

#[cfg(target_arch = "x86_64")]
impl<K: Kernel> pulp::NullaryFnOnce for Entered<K> {
    type Output = ();
    #[inline(always)]
    fn call(self) {
        self.0.run(self.1);
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
