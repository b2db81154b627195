//! The suite `proc02` in the shape of the report that it answers: metric, its target, what it achieved, ours, ratio.

use crate::report::{Report, Row};

/// Name of the suite.
pub(super) const SUITE: &str = "proc02";

/// A line of the report.
struct Line {
    about: &'static str,
    target: &'static str,
    achieved: &'static str,
    metric: &'static str,
    /// What was achieved, in our unit; `None` where nothing was.
    figure: Option<f64>,
    /// Whether more is better.
    more: bool,
}

const fn line(
    about: &'static str,
    target: &'static str,
    achieved: (&'static str, Option<f64>),
    metric: &'static str,
) -> Line {
    Line { about, target, achieved: achieved.0, metric, figure: achieved.1, more: false }
}

const NOT_TOLD: (&str, Option<f64>) = ("-", None);

/// The report's lines, and below them what it did not measure.
const LINES: &[Line] = &[
    line("Pool creation", "<3 s", ("60 ms + 1.5 s", Some(1_560.0)), "pool_creation_ms"),
    line("Memory per worker", "50-100 MB", NOT_TOLD, "memory_per_worker_kb"),
    line("Cold assignment", "<10 ms", ("0.01 ms", Some(10.0)), "cold_submit_us"),
    line("Cold round trip", "<10 ms", NOT_TOLD, "cold_round_trip_us"),
    line("Warm assignment, p99", "<2 ms", ("0.02 ms", Some(20.0)), "warm_submit_us_p99"),
    line("Round trip in a stream, p50", "-", NOT_TOLD, "stream_round_trip_us_p50"),
    line("Round trip from sleep, p99", "-", NOT_TOLD, "parked_round_trip_us_p99"),
    line("Concurrent assignment", "<10 ms", ("0.02 ms", Some(20.0)), "concurrent_submit_us"),
    Line { more: true, ..line("Workers at once", "8", ("2-3", Some(3.0)), "workers_at_once") },
    // 1.4 times on eight workers.
    Line {
        more: true,
        ..line("Parallel efficiency", "1", ("0.18 (1.4x of 8x)", Some(0.175)), "parallel_efficiency")
    },
    line("Visibility of buffers", "<0.1 ms", NOT_TOLD, "visibility_us_p50"),
    line("Memory growth", "<1 MB/100 tasks", ("0.66 MB/100 tasks", Some(0.66e6)), "growth_bytes"),
    line("Panic detected", "<100 ms", ("pool rebuilt by hand", None), "panic_detect_us"),
    line("Lost thread replaced", "<100 ms", ("pool rebuilt by hand", None), "thread_replace_ms"),
    line("Endless loop survived", "-", NOT_TOLD, "stuck_recover_ms"),
    line("Shutdown while processing", "<1 s", NOT_TOLD, "shutdown_ms"),
];

/// The table for people; the worst of our figures where there are several.
pub(super) fn table(report: &Report) -> String {
    let mut text = format!(
        "  {:<28} {:<17} {:<21} {:>15} {:>10}\n",
        "metric", "its target", "its achieved", "ours", "ratio"
    );
    for line in LINES {
        let ours = report.figures().iter().filter(|row| row.metric == line.metric);
        let worse = |a: &&Row, b: &&Row| a.value.total_cmp(&b.value);
        let Some(row) = (if line.more { ours.min_by(worse) } else { ours.max_by(worse) }) else { continue };
        let figure = format!("{} {}", row.figure(), row.unit);
        let ratio = line.figure.map_or_else(|| "-".into(), |theirs| ratio(theirs, row.value, line.more));
        text += &format!(
            "  {:<28} {:<17} {:<21} {:>15} {ratio:>10}\n",
            line.about,
            line.target,
            line.achieved,
            figure.trim_end()
        );
    }
    text
}

/// How many times better ours is.
fn ratio(theirs: f64, ours: f64, more: bool) -> String {
    let times = if more { ours / theirs } else { theirs / ours };
    if ours == 0.0 && !more {
        "none left".into()
    } else if times >= 100.0 {
        format!("{times:.0}x")
    } else {
        format!("{times:.1}x")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_the_reports_shape() {
        let mut report = Report::new(SUITE);
        report.add("8-workers", "pool_creation_ms", 1.2, "ms", None);
        report.add("dsp-w1", "parallel_efficiency", 1.0, "share", None);
        report.add("dsp-w2", "parallel_efficiency", 0.945, "share", None);
        report.add("400-tasks", "growth_bytes", 0.0, "B", None);
        let table = table(&report);
        let lines: Vec<Vec<&str>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(lines.len(), 4, "{table}");
        assert_eq!(lines[1].join(" "), "Pool creation <3 s 60 ms + 1.5 s 1.200 ms 1300x");
        assert_eq!(lines[2].join(" "), "Parallel efficiency 1 0.18 (1.4x of 8x) 0.945 share 5.4x");
        assert_eq!(lines[3].join(" "), "Memory growth <1 MB/100 tasks 0.66 MB/100 tasks 0 B none left");
    }
}
