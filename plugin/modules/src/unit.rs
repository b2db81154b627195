//! A running module behind one face, compiled for the machine's best instruction set.

use std::ops::Range;

use crate::group::LaneMask;
use crate::io::Io;
use crate::module::{Module, Setup};
use crate::spec::Spec;
use crate::value::Value;

/// A running instance of some module; see [`Module`] for what the calls mean.
pub trait Unit: Send + Sync {
    /// See [`Module::reset`].
    fn reset(&mut self, lanes: LaneMask);
    /// See [`Module::process`].
    fn process(&mut self, io: &mut Io<'_>, frames: Range<usize>);
    /// See [`Module::save`].
    fn save(&self) -> Value;
    /// See [`Module::load`].
    fn load(&mut self, state: &Value) -> Result<(), String>;
}

/// A module with the instruction set that was found when the unit was made. Rust never fuses or reorders
/// float operations, so that every instruction set computes the same bits.
struct Dispatched<M> {
    module: M,
    #[cfg(target_arch = "x86_64")]
    avx2: Option<pulp::x86::V3>,
}

impl<M: Module> Unit for Dispatched<M> {
    fn reset(&mut self, lanes: LaneMask) {
        self.module.reset(lanes);
    }

    fn process(&mut self, io: &mut Io<'_>, frames: Range<usize>) {
        #[cfg(target_arch = "x86_64")]
        if let Some(avx2) = self.avx2 {
            avx2.vectorize(Call { module: &mut self.module, io, frames });
            return;
        }
        self.module.process(io, frames);
    }

    fn save(&self) -> Value {
        self.module.save()
    }

    fn load(&mut self, state: &Value) -> Result<(), String> {
        self.module.load(state)
    }
}

/// One call of `process`, in the shape that pulp compiles for AVX2.
#[cfg(target_arch = "x86_64")]
struct Call<'c, 'io, M> {
    module: &'c mut M,
    io: &'c mut Io<'io>,
    frames: Range<usize>,
}

#[cfg(target_arch = "x86_64")]
impl<M: Module> pulp::NullaryFnOnce for Call<'_, '_, M> {
    type Output = ();
    #[inline(always)]
    fn call(self) {
        self.module.process(self.io, self.frames);
    }
}

/// An entry of the catalog.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// The module's declaration.
    pub spec: &'static Spec,
    make: fn(&Setup, Best) -> Box<dyn Unit>,
}

/// Whether a unit uses the machine's best instruction set, or the one that the build assumes.
type Best = bool;

impl Kind {
    /// The entry of a module.
    pub const fn of<M: Module>() -> Kind {
        Kind { spec: const { &M::SPEC }, make: make::<M> }
    }

    /// Makes a unit.
    pub fn make(&self, setup: &Setup) -> Box<dyn Unit> {
        (self.make)(setup, true)
    }

    /// Makes a unit that keeps to the instruction set which every machine of this architecture has. It puts
    /// out the same bits as any other; the tests hold modules to that.
    pub fn make_portable(&self, setup: &Setup) -> Box<dyn Unit> {
        (self.make)(setup, false)
    }
}

fn make<M: Module>(setup: &Setup, best: Best) -> Box<dyn Unit> {
    #[cfg(not(target_arch = "x86_64"))]
    let _ = best;
    Box::new(Dispatched {
        module: M::new(setup),
        #[cfg(target_arch = "x86_64")]
        avx2: if best { pulp::x86::V3::try_new() } else { None },
    })
}
