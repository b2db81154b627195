//! What a patch was compiled to, as text: its tasks, what each costs, and what the cores gain.

use std::collections::BTreeMap;
use std::fmt::Write;

use manycord_engine::{GraphReport, TaskReport};

use super::take::Take;

/// The modules by cost, the tasks of the plan, most urgent first, and what they add up to.
pub(super) fn text(take: &Take) -> String {
    let mut out = modules(&take.graph) + &tasks(&take.graph);
    // Writing to a string does not fail.
    let _ = writeln!(out, "{}", sums(&take.graph));
    let _ = match take.watch.speedup() {
        Some(speedup) => writeln!(
            out,
            "  {} threads: {speedup:.2} x faster than one over {} blocks; {:.1} µs per block were expected",
            take.workers + 1,
            take.watch.blocks,
            take.graph.forecast_ns * 1e-3,
        ),
        None => Ok(()),
    };
    out
}

/// Time of each module, all its groups together, the dearest first.
fn modules(report: &GraphReport) -> String {
    let mut costs: BTreeMap<&str, (u32, f32)> = BTreeMap::new();
    for part in report.tasks.iter().flat_map(|task| &task.parts) {
        let (groups, ns) = costs.entry(&part.module).or_default();
        *groups = (*groups).max(part.group + 1);
        *ns += part.cost_ns;
    }
    let mut costs: Vec<_> = costs.into_iter().collect();
    costs.sort_by(|(_, a), (_, b)| b.1.total_cmp(&a.1));
    let mut out = String::from("  module                            groups        µs\n");
    for (module, (groups, ns)) in costs {
        let _ = writeln!(out, "  {module:<32}  {groups:>6}  {:>8.2}", ns * 1e-3);
    }
    out
}

fn tasks(report: &GraphReport) -> String {
    let mut order: Vec<usize> = (0..report.tasks.len()).collect();
    order.sort_by(|&a, &b| report.tasks[b].path_ns.total_cmp(&report.tasks[a].path_ns));
    let mut out =
        String::from("  task        µs  to the end  renders (group of voices: modules) -> who waits\n");
    for number in order {
        let task = &report.tasks[number];
        let (us, path_us) = (task.cost_ns * 1e-3, task.path_ns * 1e-3);
        let (renders, waits) = (renders(task), successors(&task.successors));
        let _ = writeln!(out, "  {number:>4}  {us:>8.2}  {path_us:>10.2}  {renders}{waits}");
    }
    out
}

fn sums(report: &GraphReport) -> String {
    let line = |what: &str, work_ns: f32, path_ns: f32, bound: f32| {
        let (work_us, path_us) = (work_ns * 1e-3, path_ns * 1e-3);
        format!(
            "{what}: {work_us:.1} µs per 64 frames, longest path {path_us:.1} µs, at most {bound:.2} x faster"
        )
    };
    let (count, awake_bound) = (report.tasks.len(), report.awake_bound());
    let behind = if report.catches_up {
        "\n  what is marked + catches up before each call of the host ends"
    } else {
        ""
    };
    let all = line(&format!("  {count} tasks"), report.total_ns, report.critical_ns, report.bound());
    all + &line("\n  awake at the end", report.awake_ns, report.awake_critical_ns, awake_bound) + behind
}

/// A task's units by group; members of a cycle in brackets, what sleeps with a `z`, what renders one block behind
/// with a `+`.
fn renders(task: &TaskReport) -> String {
    let (mut out, mut group, mut cycle) = (String::new(), None, false);
    for part in &task.parts {
        if cycle && !part.in_cycle {
            out.push(')');
        }
        if group != Some(part.group) {
            group = Some(part.group);
            let _ = write!(out, "{}{}:", if out.is_empty() { "" } else { " " }, part.group);
        }
        out.push_str(if part.in_cycle && !cycle { " (" } else { " " });
        out.push_str(&part.name());
        out.push_str(if part.tail { "+" } else { "" });
        out.push_str(if part.asleep { " z" } else { "" });
        cycle = part.in_cycle;
    }
    if cycle {
        out.push(')');
    }
    out
}

fn successors(list: &[u32]) -> String {
    if list.is_empty() {
        return String::new();
    }
    let names: Vec<String> = list.iter().map(u32::to_string).collect();
    format!(" -> {}", names.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use manycord_engine::PartReport;

    fn part(module: &str, group: u32, in_cycle: bool) -> PartReport {
        PartReport {
            module: module.into(),
            group,
            section: None,
            cost_ns: 1_000.0,
            asleep: group == 1,
            tail: false,
            in_cycle,
        }
    }

    #[test]
    fn tasks_and_sums_are_told() {
        let task = TaskReport {
            parts: vec![
                part("osc", 0, false),
                part("delay", 0, true),
                part("mix", 0, true),
                part("osc", 1, false),
            ],
            successors: vec![3, 4],
            cost_ns: 4_000.0,
            awake_ns: 3_000.0,
            path_ns: 9_500.0,
        };
        let report = GraphReport {
            tasks: vec![task],
            total_ns: 20_000.0,
            critical_ns: 9_500.0,
            awake_ns: 18_000.0,
            awake_critical_ns: 9_000.0,
            ..GraphReport::default()
        };
        assert!(
            tasks(&report).contains("     0      4.00        9.50  0: osc (delay mix) 1: osc z -> 3 4\n")
        );
        let line = "1 tasks: 20.0 µs per 64 frames, longest path 9.5 µs, at most 2.11 x faster";
        assert!(sums(&report).contains(line) && sums(&report).contains("at most 2.00 x faster"));
        assert!(!sums(&report).contains("catches up"));
        assert!(sums(&GraphReport { catches_up: true, ..report.clone() }).contains("catches up"));
        assert!(modules(&report).contains(&format!("  {:<32}  {:>6}  {:>8.2}\n", "osc", 2, 2.0)));
    }
}
