//! One range of frames as it ran: which thread ran which task when.

use std::sync::atomic::Ordering;

use crate::plan::PlanFlow;
use crate::plan_report::{self, GraphReport};
use crate::run::record::Stretch;

/// A task as it ran; times are in ns since the range began.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TaskRun {
    /// Number in [`GraphReport::tasks`].
    pub task: u32,
    /// 0 for the host's thread, else the worker's number from 1 on.
    pub seat: u32,
    /// When it began.
    pub begun_ns: f32,
    /// When it ended.
    pub ended_ns: f32,
}

/// One range of frames, at most a block of 64, as it ran.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Timeline {
    /// The plan that ran.
    pub graph: GraphReport,
    /// Its tasks, by number.
    pub runs: Vec<TaskRun>,
    /// From the start of the range to its end as the host's thread sees it, in ns.
    pub length_ns: f32,
}

impl Timeline {
    /// Time of all tasks together, in ns.
    pub fn work_ns(&self) -> f32 {
        self.runs.iter().map(|run| run.ended_ns - run.begun_ns).sum()
    }
}

/// Reads what a plan's recorder has taken down, if it has.
pub(crate) fn read(flow: &PlanFlow) -> Option<Timeline> {
    let (whole, tasks) = flow.job().recorder.read()?;
    // Ordering: `read` has acquired what the run wrote.
    let begun_ns = whole.begun_ns.load(Ordering::Relaxed);
    let since = |ns: u64| ns.saturating_sub(begun_ns) as f32;
    let run = |(task, stretch): (usize, &Stretch)| TaskRun {
        task: task as u32,
        seat: stretch.seat.load(Ordering::Relaxed),
        begun_ns: since(stretch.begun_ns.load(Ordering::Relaxed)),
        ended_ns: since(stretch.ended_ns.load(Ordering::Relaxed)),
    };
    Some(Timeline {
        graph: plan_report::graph(flow),
        runs: tasks.iter().enumerate().map(run).collect(),
        length_ns: since(whole.ended_ns.load(Ordering::Relaxed)),
    })
}
