//! The tasks of a plan as they are: what each costs and who waits for whom. For whoever explains a run or
//! predicts one.

use std::sync::atomic::Ordering;

use crate::plan::{Plan, PlanFlow, Step, longest_paths};

/// One unit within a task.
#[derive(Clone, Debug, PartialEq)]
pub struct PartReport {
    /// The module's id in the patch.
    pub module: String,
    /// Group of eight lanes, from 0.
    pub group: u32,
    /// The module's section, by the name of its first output, if it has any.
    pub section: Option<&'static str>,
    /// Measured time for a whole block, in ns; 0 until it was measured. Units of a cycle share it evenly.
    pub cost_ns: f32,
    /// Whether its group sleeps, so that it costs nothing now.
    pub asleep: bool,
    /// Whether it lies behind the cut of a patch that is cut in two and renders one block later.
    pub tail: bool,
    /// Whether it is part of a cycle, which is rendered frame by frame.
    pub in_cycle: bool,
}

impl PartReport {
    /// The module's id, with the section if it has any.
    pub fn name(&self) -> String {
        self.section.map_or_else(|| self.module.clone(), |section| format!("{}.{section}", self.module))
    }
}

/// One task.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskReport {
    /// What it renders, in order.
    pub parts: Vec<PartReport>,
    /// Tasks that wait for it, most urgent first.
    pub successors: Vec<u32>,
    /// Time of all its parts for a whole block, in ns.
    pub cost_ns: f32,
    /// The same for the parts that are awake now.
    pub awake_ns: f32,
    /// Time of the longest path from its start to the end of the block, in ns.
    pub path_ns: f32,
}

/// A plan's tasks. Costs are as last measured, also of groups that sleep.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GraphReport {
    /// The tasks, by number.
    pub tasks: Vec<TaskReport>,
    /// Tasks that wait for none, most urgent first.
    pub roots: Vec<u32>,
    /// Whether what renders one block later catches up before the host's call ends.
    pub catches_up: bool,
    /// Time of all tasks for a whole block, in ns.
    pub total_ns: f32,
    /// Time of the longest path, in ns: no number of threads renders a block faster.
    pub critical_ns: f32,
    /// Time of what is awake now, in ns.
    pub awake_ns: f32,
    /// The longest path of what is awake now, in ns.
    pub awake_critical_ns: f32,
    /// When the last task of a block was expected to end on the threads at hand when the plan was made, in ns;
    /// hand-offs included, groups that slept not.
    pub forecast_ns: f32,
}

impl GraphReport {
    /// Most that any number of threads can gain over one; 1 when nothing was measured.
    pub fn bound(&self) -> f32 {
        if self.critical_ns > 0.0 { self.total_ns / self.critical_ns } else { 1.0 }
    }

    /// The same for what is awake now.
    pub fn awake_bound(&self) -> f32 {
        if self.awake_critical_ns > 0.0 { self.awake_ns / self.awake_critical_ns } else { 1.0 }
    }
}

/// Reads a plan. Off the audio path: it allocates.
pub(crate) fn graph(flow: &PlanFlow) -> GraphReport {
    let (plan, graph) = (flow.job(), flow.graph());
    let task = |number: usize| {
        let parts: Vec<PartReport> =
            plan.tasks[number].steps.iter().flat_map(|step| parts(plan, step)).collect();
        TaskReport {
            cost_ns: parts.iter().map(|part| part.cost_ns).sum(),
            awake_ns: parts.iter().filter(|part| !part.asleep).map(|part| part.cost_ns).sum(),
            successors: graph.successors(number).to_vec(),
            path_ns: 0.0,
            parts,
        }
    };
    let mut tasks: Vec<TaskReport> = (0..graph.tasks()).map(task).collect();
    let paths_of = |cost: fn(&TaskReport) -> f32| {
        let costs: Vec<f32> = tasks.iter().map(cost).collect();
        (costs.iter().sum(), longest_paths(graph, &costs))
    };
    let longest = |paths: &[f32]| paths.iter().copied().fold(0.0, f32::max);
    let (total_ns, paths) = paths_of(|task| task.cost_ns);
    let (awake_ns, awake_paths) = paths_of(|task| task.awake_ns);
    for (task, &path_ns) in tasks.iter_mut().zip(&paths) {
        task.path_ns = path_ns;
    }
    GraphReport {
        catches_up: plan.overlapping().is_some(),
        total_ns,
        critical_ns: longest(&paths),
        awake_ns,
        awake_critical_ns: longest(&awake_paths),
        forecast_ns: plan.costs.now.ends_ns,
        roots: graph.roots().to_vec(),
        tasks,
    }
}

fn parts(plan: &Plan, step: &Step) -> Vec<PartReport> {
    let in_cycle = matches!(step, Step::Cycle(_));
    let part = |&number: &u32| {
        let unit = &plan.units[number as usize];
        PartReport {
            module: plan.modules[unit.module as usize].id.to_string(),
            group: unit.group,
            section: unit.section,
            // Ordering: each stands for itself.
            cost_ns: unit.running.meter.cost_ns.load(Ordering::Relaxed),
            asleep: unit.running.meter.asleep.load(Ordering::Relaxed),
            tail: unit.tail,
            in_cycle,
        }
    };
    step.units().iter().map(part).collect()
}

#[cfg(test)]
mod tests {
    use manycord_modules::{CATALOG, Transport};
    use manycord_pool::{Config, Pool};

    use crate::{EngineSetup, HostBlock, Patch, start};

    /// Sixteen voices that are not gated, so that they never sleep.
    const PATCH: &str = r#"manycord = 1
[[module]]
id = "notes"
kind = "notes"
params = { voices = 16 }
[[module]]
id = "osc"
kind = "vco"
[[module]]
id = "filter"
kind = "svf"
[[module]]
id = "out"
kind = "output"
[[cable]]
from = "notes.pitch"
to = "osc.voct"
[[cable]]
from = "osc.saw"
to = "filter.in"
[[cable]]
from = "filter.low"
to = "out.left"
"#;

    #[test]
    fn every_unit_is_in_one_task_and_paths_add_up() {
        let pool = Pool::new(&Config { workers: Some(3), ..Config::default() });
        let patch = Patch::parse(PATCH, "test").unwrap();
        let (mut control, mut engine) =
            start(EngineSetup { sample_rate: 48_000.0, call_frames: 0, pool, patch, catalog: CATALOG })
                .unwrap();
        assert_eq!((control.graph().total_ns, control.graph().bound()), (0.0, 1.0));
        let (mut left, mut right) = ([0.0; 64], [0.0; 64]);
        for _ in 0..64 {
            let outputs = [&mut left[..], &mut right[..]];
            engine.process(HostBlock {
                inputs: [&[]; 4],
                outputs,
                events: &[],
                transport: Transport::default(),
            });
        }
        let report = control.graph();
        let parts = report.tasks.iter().flat_map(|task| &task.parts);
        let mut units: Vec<(&str, u32)> = parts.map(|part| (part.module.as_str(), part.group)).collect();
        units.sort_unstable();
        let voices = ["filter", "notes", "osc"].map(|module| [(module, 0), (module, 1)]);
        let mut all: Vec<_> = voices.into_iter().flatten().chain([("out", 0)]).collect();
        all.sort_unstable();
        assert_eq!(units, all);
        assert!(report.critical_ns > 0.0 && report.critical_ns <= report.total_ns);
        for task in &report.tasks {
            let next = task.successors.iter().map(|&next| report.tasks[next as usize].path_ns);
            assert_eq!(task.path_ns, task.cost_ns + next.fold(0.0, f32::max));
        }
        let longest = report.roots.iter().map(|&root| report.tasks[root as usize].path_ns);
        assert_eq!(longest.fold(0.0, f32::max), report.critical_ns);
        control.plan_for(1);
        control.edit(control.patch().clone()).unwrap();
        let alone = control.graph();
        assert_eq!((alone.tasks.len(), alone.bound()), (1, 1.0));
        assert_eq!(alone.tasks[0].parts.len(), units.len());
    }
}
