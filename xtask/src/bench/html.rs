//! The report as one page that needs nothing else: summary, plots, and every row.

use crate::report::{Report, Row};

use super::plot;
use super::suites::SUITES;

const STYLE: &str = "\
body{font:15px/1.5 system-ui,sans-serif;max-width:68em;margin:2em auto;padding:0 1em;color:#222;background:#fff}
h1{font-size:1.6em}h2{margin-top:2.5em;border-bottom:1px solid #ccc}
h3{font-size:1em;margin:1.5em 0 .3em}p.about{color:#555}
table{border-collapse:collapse;font-size:13px;margin:1em 0}
td,th{padding:2px 10px;text-align:left;border-bottom:1px solid #eee}
td.n{text-align:right;font-variant-numeric:tabular-nums}
.missed{color:#b3261e;font-weight:600}.met{color:#1b7f4b}
svg{display:block;max-width:100%;font:12px system-ui,sans-serif}
summary{cursor:pointer;color:#555}";

/// The page of a report.
pub(super) fn page(report: &Report) -> String {
    let rows = report.figures();
    let mut body = format!("<h1>Manycord, measured</h1>\n<p>{}</p>\n", escape(&report.headline()));
    body +=
        "<p class=\"about\">In plots a black line is a target; red bars and hollow points miss theirs.</p>\n";
    body += &summary(rows);
    for suite in distinct(rows.iter().map(|row| row.suite.as_str())) {
        let rows: Vec<&Row> = rows.iter().filter(|row| row.suite == suite).collect();
        body += &section(suite, &rows);
    }
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Manycord, measured</title>\n\
         <style>\n{STYLE}\n</style></head><body>\n{body}</body></html>\n"
    )
}

/// How many targets are met, and a table of those that are not.
fn summary(rows: &[Row]) -> String {
    let aimed: Vec<&Row> = rows.iter().filter(|row| row.target.is_some()).collect();
    let missed: Vec<&Row> = aimed.iter().filter(|row| row.met() == Some(false)).copied().collect();
    let class = if missed.is_empty() { "met" } else { "missed" };
    let met = aimed.len() - missed.len();
    let text = format!("<p class=\"{class}\">{met} of {} targets met.</p>\n", aimed.len());
    if missed.is_empty() { text } else { text + &table(&missed, true) }
}

fn section(suite: &str, rows: &[&Row]) -> String {
    let about = SUITES.iter().find(|known| known.name == suite).map_or("", |known| known.about);
    let mut text = format!("<h2>{}</h2>\n<p class=\"about\">{}</p>\n", escape(suite), escape(about));
    for metric in distinct(rows.iter().map(|row| row.metric.as_str())) {
        let rows: Vec<&Row> = rows.iter().filter(|row| row.metric == metric).copied().collect();
        let unit = if rows[0].unit.is_empty() { String::new() } else { format!(" [{}]", rows[0].unit) };
        text += &format!("<h3>{}{}</h3>\n{}", escape(metric), escape(&unit), plot::svg(&rows));
    }
    let count = rows.len();
    text + &format!("<details><summary>{count} rows</summary>\n{}</details>\n", table(rows, false))
}

fn table(rows: &[&Row], with_suite: bool) -> String {
    let suite = |text: String| if with_suite { text } else { String::new() };
    let mut text = format!(
        "<table><tr>{}<th>case</th><th>metric</th><th>value</th><th></th><th>target</th><th></th></tr>\n",
        suite("<th>suite</th>".into())
    );
    for row in rows {
        let (class, verdict) = match row.met() {
            None => ("", ""),
            Some(true) => ("met", "met"),
            Some(false) => ("missed", "missed"),
        };
        text += &format!(
            "<tr>{}<td>{}</td><td>{}</td><td class=\"n {class}\">{}</td><td>{}</td><td>{}</td>\
             <td class=\"{class}\">{verdict}</td></tr>\n",
            suite(format!("<td>{}</td>", escape(&row.suite))),
            escape(&row.case),
            escape(&row.metric),
            row.figure(),
            escape(&row.unit),
            escape(&row.target.map(|target| target.text()).unwrap_or_default()),
        );
    }
    text + "</table>\n"
}

/// The values without repeats, in the order in which they come.
pub(super) fn distinct<T: PartialEq>(values: impl Iterator<Item = T>) -> Vec<T> {
    values.fold(Vec::new(), |mut seen, value| {
        if !seen.contains(&value) {
            seen.push(value);
        }
        seen
    })
}

/// Text as it may stand in a page.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Target;

    #[test]
    fn the_page_names_what_is_missed_and_stands_alone() {
        let mut report = Report::new("wake");
        report.add("good & well", "ratio", 0.5, "x", Some(Target::AtMost(0.54)));
        report.add("bad", "ratio", 0.7, "x", Some(Target::AtMost(0.54)));
        let page = page(&report);
        assert!(page.contains("1 of 2 targets met"));
        assert!(page.contains("good &amp; well") && page.contains("&lt;=0.54"));
        assert_eq!(page.matches("<svg").count(), 1);
        for foreign in ["http:", "https:", "<link", "src="] {
            assert!(!page.contains(foreign), "{foreign}");
        }
    }
}
