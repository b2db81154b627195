//! The number in which cases differ: `full-16v-b256` has 16 `v` and `b` 256.

use crate::bench::html::distinct;
use crate::report::Row;

/// Fewer values than this are better shown as bars.
const LEAST: usize = 4;

/// The letters of the number with the most values among those that every case has; `None` when all have few.
pub(super) fn find(rows: &[&Row]) -> Option<String> {
    let first = rows.first()?;
    let keys = first.case.split('-').filter_map(part).map(|(key, _)| key);
    let count = |key: &str| -> Option<usize> {
        let values: Option<Vec<f64>> = rows.iter().map(|row| value(&row.case, key)).collect();
        Some(distinct(values?.into_iter()).len())
    };
    let counted = keys.filter_map(|key| Some((count(&key)?, key)));
    // Of equals the first.
    let (most, key) = counted.reduce(|best, next| if next.0 > best.0 { next } else { best })?;
    (most >= LEAST).then_some(key)
}

/// The number of a case.
pub(super) fn value(case: &str, key: &str) -> Option<f64> {
    case.split('-').filter_map(part).find(|(own, _)| own == key).map(|(_, value)| value)
}

/// The case without that number: the name of its line.
pub(super) fn rest(case: &str, key: &str) -> String {
    let others = case.split('-').filter(|text| part(text).is_none_or(|(own, _)| own != key));
    others.collect::<Vec<_>>().join("-")
}

/// Letters and number of `16v` or `b256`.
fn part(text: &str) -> Option<(String, f64)> {
    let letters: String = text.chars().filter(char::is_ascii_alphabetic).collect();
    let number = text.strip_prefix(&letters).or_else(|| text.strip_suffix(&letters))?;
    (!letters.is_empty()).then_some(())?;
    number.parse().ok().map(|number| (letters, number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(cases: &[&str]) -> Vec<Row> {
        let row = |case: &&str| {
            let (suite, metric, unit) = (String::new(), String::new(), String::new());
            Row { suite, case: case.to_string(), metric, value: 1.0, unit, target: None }
        };
        cases.iter().map(row).collect()
    }

    #[test]
    fn the_number_with_the_most_values_is_the_axis() {
        let rows = rows(&["full-1v-b32", "full-8v-b64", "eco-16v-b32", "eco-64v-b32"]);
        let rows: Vec<&Row> = rows.iter().collect();
        assert_eq!(find(&rows), Some("v".into()));
        assert_eq!(value("full-8v-b64", "v"), Some(8.0));
        assert_eq!(rest("full-8v-b64", "v"), "full-b64");
    }

    #[test]
    fn few_values_or_a_case_without_make_no_axis() {
        let few = rows(&["park-20us-x8", "park-20us-x32", "spin-5us-x16"]);
        assert_eq!(find(&few.iter().collect::<Vec<_>>()), None);
        let odd = rows(&["a-1v", "a-2v", "a-3v", "a-4v", "a"]);
        assert_eq!(find(&odd.iter().collect::<Vec<_>>()), None);
    }
}
