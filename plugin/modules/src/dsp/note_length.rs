//! Lengths of time by the host's tempo, as the choices of a `sync` param: bars and notes; `d` is dotted (half
//! as long again), `t` is a triplet (two thirds).

/// The choices; the first is no length at all.
pub const NAMES: &[&str] = &[
    "free", "8 bars", "4 bars", "2 bars", "1 bar", "1/2d", "1/2", "1/2t", "1/4d", "1/4", "1/4t", "1/8d",
    "1/8", "1/8t", "1/16d", "1/16", "1/16t", "1/32d", "1/32", "1/32t",
];

/// Bars of the choices 1…4.
const BARS: [f64; 4] = [8.0, 4.0, 2.0, 1.0];
/// Beats of the choices from 5 on.
const BEATS: [f64; 15] = [
    3.0,
    2.0,
    4.0 / 3.0,
    1.5,
    1.0,
    2.0 / 3.0,
    0.75,
    0.5,
    1.0 / 3.0,
    0.375,
    0.25,
    1.0 / 6.0,
    0.1875,
    0.125,
    1.0 / 12.0,
];

/// Beats (quarter notes) of a choice as its param delivers it; `None` for "free".
#[inline(always)]
pub fn beats(choice: f32, beats_per_bar: f64) -> Option<f64> {
    let place = (choice + 0.5) as usize;
    // A host without a meter says 0.
    let bar = if (0.25..=256.0).contains(&beats_per_bar) { beats_per_bar } else { 4.0 };
    match place {
        0 => None,
        1..=4 => Some(BARS[place - 1] * bar),
        _ => Some(BEATS[(place - 5).min(BEATS.len() - 1)]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_their_lengths() {
        for (place, name) in NAMES.iter().enumerate().skip(1) {
            let beats = beats(place as f32, 3.0).unwrap();
            let said = if let Some((bars, _)) = name.split_once(" bar") {
                bars.parse::<f64>().unwrap() * 3.0
            } else {
                let note = name.trim_start_matches("1/");
                let plain = 4.0 / note.trim_end_matches(['d', 't']).parse::<f64>().unwrap();
                let factor = [("d", 1.5), ("t", 2.0 / 3.0)].into_iter().find(|(end, _)| note.ends_with(end));
                plain * factor.map_or(1.0, |(_, factor)| factor)
            };
            assert!((beats - said).abs() < 1e-12, "{name}: {beats}");
        }
        assert_eq!(beats(0.0, 4.0), None);
    }
}
