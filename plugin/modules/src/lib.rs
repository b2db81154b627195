//! The modules of the rack and the contract that they fulfil.
//!
//! A [`Module`] declares itself as const data ([`Spec`]) and renders one [`Group`] of eight lanes per frame.
//! [`CATALOG`] lists every kind; everything else about a module is derived from its spec. This crate knows
//! no host, no plan and no pool.
#![forbid(unsafe_code)]

pub mod catalog;
pub mod dsp;
mod event;
mod group;
mod host;
mod io;
mod level;
mod module;
mod port;
mod quality;
pub mod rig;
mod signal;
mod spec;
mod unit;
mod value;
mod vector;

pub use catalog::{CATALOG, find};
pub use event::{LaneEvent, LaneEventKind};
pub use group::{Group, LANES, LaneMask};
pub use host::{Host, Transport};
pub use io::{BLOCK, Io};
pub use level::{Level, Simd, Vectorized, Work};
pub use module::{Module, Setup};
pub use port::{In, Out, Param, PortKind, Quantity, Scale};
pub use quality::Quality;
pub use signal::{Buffer, Signal};
pub use spec::{Class, Polyphony, Role, Section, Spec};
pub use unit::{Kind, Unit};
pub use value::Value;
pub use vector::{Mask, Vector};
