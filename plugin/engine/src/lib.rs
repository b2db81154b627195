//! Patch → Plan → block.
//!
//! [`start`] compiles a [`Patch`] and makes a pair: [`Control`] on the editing side, which compiles every
//! edit into a new plan, and [`Engine`] on the audio side, which renders the newest one. See
//! `plugin/ARCHITECTURE.md` for the flow.
#![forbid(unsafe_code)]

mod compile;
mod control;
mod declick;
mod drift;
mod engine;
mod event;
pub mod patch;
mod plan;
mod plan_report;
mod registry;
mod run;
mod session;
mod telemetry;
mod timeline;
mod transition;
mod voices;

pub use compile::{CompileError, Overlap};
pub use control::{Control, EngineSetup, StartError, start};
pub use engine::Engine;
pub use event::{Event, EventKind, Expression, HostBlock};
pub use patch::Patch;
pub use plan_report::{GraphReport, PartReport, TaskReport};
pub use session::Session;
pub use telemetry::{ModuleReport, Pulse};
pub use timeline::{TaskRun, Timeline};
