//! One line per kind of case over the number in which its cases differ.

use super::{axis, extent, label, step};
use crate::bench::html::{distinct, escape};
use crate::report::Row;

const WIDTH: f64 = 820.0;
const HEIGHT: f64 = 320.0;
/// The plot's inside; the names of the lines stand on its right.
const LEFT: f64 = 60.0;
const RIGHT: f64 = 580.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 280.0;
/// From this ratio of greatest to least on, numbers double along the axis.
const DOUBLING: f64 = 8.0;

/// Where values and numbers lie.
struct Frame {
    x: (f64, f64),
    y: (f64, f64),
    doubling: bool,
}

impl Frame {
    fn x(&self, number: f64) -> f64 {
        let along = |number: f64| if self.doubling { number.ln() } else { number };
        let (low, high) = (along(self.x.0), along(self.x.1));
        LEFT + (along(number) - low) / (high - low) * (RIGHT - LEFT)
    }

    fn y(&self, value: f64) -> f64 {
        BOTTOM - (value - self.y.0) / (self.y.1 - self.y.0) * (BOTTOM - TOP)
    }
}

/// Draws the rows along the number that stands beside these letters.
pub(super) fn svg(rows: &[&Row], key: &str) -> String {
    let points: Vec<(f64, String, &Row)> = rows
        .iter()
        .filter_map(|row| Some((axis::value(&row.case, key)?, axis::rest(&row.case, key), *row)))
        .collect();
    let (low, high) = points
        .iter()
        .fold((f64::MAX, f64::MIN), |(low, high), (number, ..)| (low.min(*number), high.max(*number)));
    let frame = Frame { x: (low, high), y: extent(rows), doubling: low > 0.0 && high / low >= DOUBLING };
    let names = distinct(points.iter().map(|(_, name, _)| name.as_str()));
    let height = HEIGHT.max(TOP + 16.0 * names.len() as f64);
    let mut out = format!("<svg viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" role=\"img\">\n");
    out += &grid(&frame, &points, key);
    for bound in distinct(rows.iter().filter_map(|row| row.target).map(|target| target.bound())) {
        let y = frame.y(bound);
        out += &format!("<path d=\"M{LEFT} {y:.1}H{RIGHT}\" stroke=\"#000\" stroke-dasharray=\"5 4\"/>\n");
    }
    for (place, name) in names.iter().enumerate() {
        let mut own: Vec<(f64, &Row)> =
            points.iter().filter(|point| point.1 == *name).map(|point| (point.0, point.2)).collect();
        own.retain(|(_, row)| row.value.is_finite());
        own.sort_by(|a, b| a.0.total_cmp(&b.0));
        let hue = place * 360 / names.len();
        out += &line(&frame, &own, &format!("hsl({hue},65%,42%)"), name, place);
    }
    out + "</svg>\n"
}

fn grid(frame: &Frame, points: &[(f64, String, &Row)], key: &str) -> String {
    let mut out = String::new();
    let (low, high) = frame.y;
    let step = step(high - low, 6.0);
    let mut line = (low / step).ceil() * step;
    while line <= high {
        let y = frame.y(line);
        out += &format!(
            "<path d=\"M{LEFT} {y:.1}H{RIGHT}\" stroke=\"#ddd\"/><text x=\"{}\" y=\"{:.1}\" \
             text-anchor=\"end\" fill=\"#777\">{}</text>\n",
            LEFT - 6.0,
            y + 4.0,
            label(line)
        );
        line += step;
    }
    for number in distinct(points.iter().map(|(number, ..)| *number)) {
        out += &format!(
            "<text x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\" fill=\"#777\">{}</text>\n",
            frame.x(number),
            BOTTOM + 16.0,
            label(number)
        );
    }
    let middle = (LEFT + RIGHT) / 2.0;
    out + &format!(
        "<text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\" fill=\"#777\">{}</text>\n",
        BOTTOM + 34.0,
        escape(key)
    )
}

/// A line with its points and, on the right, its name.
fn line(frame: &Frame, own: &[(f64, &Row)], colour: &str, name: &str, place: usize) -> String {
    let spots: Vec<String> = own
        .iter()
        .map(|(number, row)| format!("{:.1},{:.1}", frame.x(*number), frame.y(row.value)))
        .collect();
    let mut out = format!(
        "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\"/>\n",
        spots.join(" ")
    );
    for (number, row) in own {
        let fill = if row.met() == Some(false) { "#fff" } else { colour };
        out += &format!(
            "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"3.5\" fill=\"{fill}\" stroke=\"{colour}\">\
             <title>{}: {} {}</title></circle>\n",
            frame.x(*number),
            frame.y(row.value),
            escape(&row.case),
            row.figure(),
            escape(&row.target.map(|target| target.text()).unwrap_or_default()),
        );
    }
    let y = TOP + 12.0 + 16.0 * place as f64;
    out + &format!(
        "<rect x=\"{}\" y=\"{}\" width=\"10\" height=\"10\" fill=\"{colour}\"/><text x=\"{}\" y=\"{y}\">{}</text>\n",
        RIGHT + 16.0,
        y - 10.0,
        RIGHT + 32.0,
        escape(name)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_double_are_evenly_spaced() {
        let frame = Frame { x: (1.0, 64.0), y: (0.0, 2.0), doubling: true };
        assert_eq!((frame.x(1.0), frame.x(8.0), frame.x(64.0)), (LEFT, (LEFT + RIGHT) / 2.0, RIGHT));
        assert_eq!((frame.y(0.0), frame.y(2.0)), (BOTTOM, TOP));
    }
}
