//! "Did you mean": the known name that is nearest to a mistyped one.

/// Text for the fix of an unknown name: the nearest known name, or all of them.
pub(super) fn suggest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    let best = known.iter().map(|name| (distance(wrong, name), *name)).min();
    match best {
        Some((edits, name)) if edits <= 1 + name.len() / 3 => format!("did you mean `{name}`?"),
        Some(_) if known.len() <= 40 => format!("known are {}", known.join(", ")),
        Some(_) => "check the spelling".to_string(),
        None => "remove it".to_string(),
    }
}

/// Levenshtein distance of the first 64 characters.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(64).collect(), b.chars().take(64).collect());
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut corner = i;
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = corner + usize::from(x != y);
            corner = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(corner + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found_and_far_ones_listed() {
        assert_eq!(suggest("cutof", ["cutoff", "drive"]), "did you mean `cutoff`?");
        assert_eq!(suggest("zzzzzz", ["cutoff", "drive"]), "known are cutoff, drive");
        assert_eq!(suggest("x", []), "remove it");
    }
}
