//! A drawing of one block: which thread ran which task when.

use std::fmt::Write;

use manycord_engine::{PartReport, TaskReport, TaskRun, Timeline};

/// Sizes in pixels.
const WIDTH: f32 = 1200.0;
const LEFT: f32 = 90.0;
const TOP: f32 = 46.0;
const LANE: f32 = 40.0;
const GAP: f32 = 8.0;
/// Width of a letter, about.
const LETTER: f32 = 6.2;

/// Draws a timeline as SVG.
pub(super) fn svg(timeline: &Timeline) -> String {
    let seats = timeline.runs.iter().map(|run| run.seat + 1).max().unwrap_or(1);
    let scale = (WIDTH - LEFT - GAP) / timeline.length_ns.max(1.0);
    let height = TOP + seats as f32 * (LANE + GAP) + 30.0;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
         font-family=\"sans-serif\" font-size=\"11\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n\
         <text x=\"{GAP}\" y=\"18\" font-size=\"13\">One block: {:.1} µs, {:.1} µs of work, {:.2} x faster than one \
         thread; longest path {:.1} µs</text>\n",
        timeline.length_ns * 1e-3,
        timeline.work_ns() * 1e-3,
        timeline.work_ns() / timeline.length_ns.max(1.0),
        timeline.graph.awake_critical_ns * 1e-3,
    );
    for seat in 0..seats {
        let y = top(seat);
        let name = if seat == 0 { "host".to_string() } else { format!("worker {seat}") };
        // Writing to a string does not fail.
        let _ = writeln!(out, "<text x=\"{GAP}\" y=\"{}\">{name}</text>", y + LANE * 0.6);
        let width = WIDTH - LEFT - GAP;
        let _ = writeln!(
            out,
            "<rect x=\"{LEFT}\" y=\"{y}\" width=\"{width}\" height=\"{LANE}\" fill=\"#eeeeee\"/>"
        );
    }
    for run in &timeline.runs {
        task(&mut out, run, &timeline.graph.tasks[run.task as usize], scale);
    }
    axis(&mut out, timeline.length_ns, scale, height - 22.0);
    out + "</svg>\n"
}

fn top(seat: u32) -> f32 {
    TOP + seat as f32 * (LANE + GAP) - GAP
}

/// One task as a box; what it renders is told when the pointer rests on it.
fn task(out: &mut String, run: &TaskRun, report: &TaskReport, scale: f32) {
    let (x, y) = (LEFT + run.begun_ns * scale, top(run.seat));
    let width = ((run.ended_ns - run.begun_ns) * scale).max(0.5);
    // Colours go round the circle by the golden angle: neighbours differ.
    let hue = (run.task as f32 * 137.5) % 360.0;
    let names: Vec<String> =
        report.parts.iter().map(|part| format!("{} {}", part.name(), part.group)).collect();
    let _ = writeln!(
        out,
        "<g><title>task {}, {:.2} µs: {}</title><rect x=\"{x:.2}\" y=\"{y}\" width=\"{width:.2}\" \
         height=\"{LANE}\" fill=\"hsl({hue:.0},60%,70%)\" stroke=\"#555555\" stroke-width=\"0.4\"/>",
        run.task,
        (run.ended_ns - run.begun_ns) * 1e-3,
        names.join(", "),
    );
    let dearest = report.parts.iter().max_by(|a, b| a.cost_ns.total_cmp(&b.cost_ns));
    for (line, text) in
        [run.task.to_string(), dearest.map_or_else(String::new, PartReport::name)].into_iter().enumerate()
    {
        if text.len() as f32 * LETTER + 4.0 < width {
            let y = y + 15.0 + 14.0 * line as f32;
            let _ = writeln!(out, "<text x=\"{:.2}\" y=\"{y}\">{text}</text>", x + 3.0);
        }
    }
    out.push_str("</g>\n");
}

/// Marks at round times.
fn axis(out: &mut String, length_ns: f32, scale: f32, y: f32) {
    let rough_us = (length_ns * 1e-3 / 10.0).max(0.1);
    let decade = 10.0f32.powf(rough_us.log10().floor());
    let step_us = [1.0, 2.0, 5.0, 10.0].map(|step| step * decade).into_iter().find(|&step| step >= rough_us);
    let step_us = step_us.unwrap_or(rough_us);
    let mut us = 0.0;
    while us * 1e3 <= length_ns {
        let x = LEFT + us * 1e3 * scale;
        let _ = writeln!(
            out,
            "<line x1=\"{x:.1}\" y1=\"{TOP}\" x2=\"{x:.1}\" y2=\"{y}\" stroke=\"#bbbbbb\" stroke-width=\"0.5\"/>\
             <text x=\"{x:.1}\" y=\"{}\">{us} µs</text>",
            y + 14.0,
        );
        us += step_us;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use manycord_engine::GraphReport;

    #[test]
    fn every_task_is_drawn_on_its_thread() {
        let part = |module: &str| PartReport {
            module: module.into(),
            group: 1,
            section: None,
            cost_ns: 5_000.0,
            asleep: false,
            tail: false,
            in_cycle: false,
        };
        let task = |module: &str| TaskReport {
            parts: vec![part(module)],
            successors: vec![],
            cost_ns: 5_000.0,
            awake_ns: 5_000.0,
            path_ns: 5_000.0,
        };
        let run = |task, seat| TaskRun { task, seat, begun_ns: 0.0, ended_ns: 9_000.0 };
        let timeline = Timeline {
            graph: GraphReport { tasks: vec![task("filter"), task("reverb")], ..GraphReport::default() },
            runs: vec![run(0, 0), run(1, 1)],
            length_ns: 10_000.0,
        };
        let svg = svg(&timeline);
        for text in ["host", "worker 1", "task 0, 9.00 µs: filter 1", ">reverb<", "1.80 x faster", "10 µs"]
        {
            assert!(svg.contains(text), "no `{text}` in {svg}");
        }
        assert_eq!(svg.matches("<title>").count(), 2);
    }
}
