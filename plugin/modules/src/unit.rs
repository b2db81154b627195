//! A running module behind one face, compiled for the machine's best instruction set.

use std::ops::Range;

use crate::group::LaneMask;
use crate::io::Io;
use crate::level::{Level, Simd, Work};
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

/// A module with the instruction set that it is computed on.
struct Dispatched<M> {
    module: M,
    level: Level,
}

impl<M: Module> Unit for Dispatched<M> {
    fn reset(&mut self, lanes: LaneMask) {
        self.module.reset(lanes);
    }

    fn process(&mut self, io: &mut Io<'_>, frames: Range<usize>) {
        self.level.run(Call { module: &mut self.module, io, frames });
    }

    fn save(&self) -> Value {
        self.module.save()
    }

    fn load(&mut self, state: &Value) -> Result<(), String> {
        self.module.load(state)
    }
}

/// One call of `process`.
struct Call<'c, 'io, M> {
    module: &'c mut M,
    io: &'c mut Io<'io>,
    frames: Range<usize>,
}

impl<M: Module> Work for Call<'_, '_, M> {
    type Output = ();
    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) {
        self.module.process(self.io, self.frames);
    }
}

/// An entry of the catalog.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// The module's declaration.
    pub spec: &'static Spec,
    make: fn(&Setup) -> Box<dyn Unit>,
}

impl Kind {
    /// The entry of a module.
    pub const fn of<M: Module>() -> Kind {
        Kind { spec: const { &M::SPEC }, make: make::<M> }
    }

    /// Makes a unit.
    pub fn make(&self, setup: &Setup) -> Box<dyn Unit> {
        (self.make)(setup)
    }
}

fn make<M: Module>(setup: &Setup) -> Box<dyn Unit> {
    Box::new(Dispatched { module: M::new(setup), level: setup.level })
}
