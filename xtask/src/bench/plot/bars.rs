//! One bar per case, with a mark where its target is.

use super::{extent, label, step};
use crate::bench::html::escape;
use crate::report::Row;

const WIDTH: f64 = 820.0;
const ROW: f64 = 20.0;
/// Where bars begin and end; case names stand before, values behind.
const LEFT: f64 = 260.0;
const RIGHT: f64 = 740.0;

/// Draws the rows from top to bottom.
pub(super) fn svg(rows: &[&Row]) -> String {
    let height = ROW * rows.len() as f64 + 22.0;
    let (low, high) = extent(rows);
    let x = |value: f64| LEFT + (value - low) / (high - low) * (RIGHT - LEFT);
    let mut out = format!("<svg viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" role=\"img\">\n");
    let step = step(high - low, 6.0);
    let mut line = (low / step).ceil() * step;
    while line <= high {
        out += &format!(
            "<path d=\"M{0:.1} 0V{1}\" stroke=\"#ddd\"/><text x=\"{0:.1}\" y=\"{2}\" text-anchor=\"middle\" \
             fill=\"#777\">{3}</text>\n",
            x(line),
            height - 18.0,
            height - 4.0,
            label(line)
        );
        line += step;
    }
    for (place, row) in rows.iter().enumerate() {
        let top = place as f64 * ROW;
        let colour = match row.met() {
            None => "#5b7db1",
            Some(true) => "#3a9d6a",
            Some(false) => "#c8503f",
        };
        let (from, to) = (x(0.0), x(if row.value.is_finite() { row.value } else { 0.0 }));
        out += &format!(
            "<text x=\"{}\" y=\"{1:.1}\" text-anchor=\"end\">{2}</text><rect x=\"{3:.1}\" y=\"{4:.1}\" \
             width=\"{5:.1}\" height=\"{6}\" fill=\"{colour}\"/><text x=\"{7:.1}\" y=\"{1:.1}\">{8}</text>\n",
            LEFT - 8.0,
            top + 14.0,
            escape(&row.case),
            from.min(to),
            top + 3.0,
            (to - from).abs(),
            ROW - 6.0,
            to.max(from) + 6.0,
            row.figure()
        );
        if let Some(target) = row.target {
            out += &format!(
                "<path d=\"M{:.1} {:.1}v{ROW}\" stroke=\"#000\" stroke-width=\"2\"><title>target {}</title></path>\n",
                x(target.bound()),
                top,
                escape(&target.text())
            );
        }
    }
    out + "</svg>\n"
}
