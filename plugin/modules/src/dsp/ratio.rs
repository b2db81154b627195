//! Divisions and multiples of a clock, as the choices of a `ratio` param.

/// The choices: `/4` is one pulse in four beats, `x4` four pulses in each.
pub const NAMES: &[&str] = &[
    "/32", "/16", "/12", "/8", "/6", "/4", "/3", "/2", "x1", "x2", "x3", "x4", "x6", "x8", "x12", "x16",
    "x24",
];

/// Pulses per beat of each choice.
const PER_BEAT: [f64; 17] = [
    1.0 / 32.0,
    1.0 / 16.0,
    1.0 / 12.0,
    1.0 / 8.0,
    1.0 / 6.0,
    1.0 / 4.0,
    1.0 / 3.0,
    1.0 / 2.0,
    1.0,
    2.0,
    3.0,
    4.0,
    6.0,
    8.0,
    12.0,
    16.0,
    24.0,
];

/// Place of a name among the choices, for defaults.
pub const fn place(name: &str) -> f32 {
    let mut place = 0;
    while place < NAMES.len() {
        if same(NAMES[place].as_bytes(), name.as_bytes()) {
            return place as f32;
        }
        place += 1;
    }
    panic!("no such ratio")
}

/// Pulses per beat of a choice as its param delivers it.
#[inline(always)]
pub fn per_beat(choice: f32) -> f64 {
    PER_BEAT[((choice + 0.5) as usize).min(PER_BEAT.len() - 1)]
}

const fn same(a: &[u8], b: &[u8]) -> bool {
    let mut place = 0;
    while place < a.len() && place < b.len() && a[place] == b[place] {
        place += 1;
    }
    place == a.len() && place == b.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_their_ratios() {
        for name in NAMES {
            let number: f64 = name[1..].parse().unwrap();
            let said = if name.starts_with('x') { number } else { 1.0 / number };
            assert_eq!(per_beat(place(name)), said, "{name}");
        }
    }
}
