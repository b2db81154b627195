//! A plot of one metric over its cases: lines where the cases differ by a number, else bars.

mod axis;
mod bars;
mod lines;

use crate::report::Row;

/// Draws rows of one suite and metric.
pub(super) fn svg(rows: &[&Row]) -> String {
    match axis::find(rows) {
        Some(key) => lines::svg(rows, &key),
        None => bars::svg(rows),
    }
}

/// Step between grid lines for about `wanted` of them up to `span`: 1, 2 or 5 times a power of ten.
fn step(span: f64, wanted: f64) -> f64 {
    let rough = span / wanted;
    let power = 10f64.powf(rough.log10().floor());
    let times = [1.0, 2.0, 5.0].into_iter().find(|times| times * power >= rough).unwrap_or(10.0);
    times * power
}

/// Least and greatest of the values and their bounds, 0 included; never empty.
fn extent(rows: &[&Row]) -> (f64, f64) {
    let values = rows.iter().map(|row| row.value).filter(|value| value.is_finite());
    let bounds = rows.iter().filter_map(|row| row.target).map(|target| target.bound());
    let (low, high) =
        values.chain(bounds).fold((0.0f64, 0.0f64), |(low, high), value| (low.min(value), high.max(value)));
    if high > low { (low, high) } else { (low, low + 1.0) }
}

/// A number at an axis.
fn label(value: f64) -> String {
    let rounded = (value * 1e6).round() / 1e6;
    format!("{rounded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grid_steps_are_round() {
        let steps = [(1.0, 0.2), (0.9, 0.2), (7.0, 2.0), (1_300.0, 500.0), (0.03, 0.01)];
        for (span, expected) in steps {
            assert!((step(span, 5.0) / expected - 1.0f64).abs() < 1e-9, "{span}: {}", step(span, 5.0));
        }
    }
}
