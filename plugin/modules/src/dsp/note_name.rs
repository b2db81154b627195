//! Pitches as text: a letter, `#` or `b` if need be, and the octave; C4 is 0 V.

/// Sharps, as they are written.
const NAMES: [&str; 12] = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];

/// Semitones above C4 of a name such as `C4`, `Eb3` or `f#-1`; octaves −1…9. `None` if it is no name.
pub fn semitones(name: &str) -> Option<i32> {
    let mut rest = name.chars();
    let letter = match rest.next()?.to_ascii_uppercase() {
        'C' => 0,
        'D' => 2,
        'E' => 4,
        'F' => 5,
        'G' => 7,
        'A' => 9,
        'B' => 11,
        _ => return None,
    };
    let rest = rest.as_str();
    let (shift, octave) = match rest.strip_prefix('#') {
        Some(octave) => (1, octave),
        None => rest.strip_prefix('b').map_or((0, rest), |octave| (-1, octave)),
    };
    let octave: i32 = octave.parse().ok().filter(|octave| (-1..=9).contains(octave))?;
    Some((octave - 4) * 12 + letter + shift)
}

/// Name of a pitch in semitones above C4, with sharps.
pub fn name(semitones: i32) -> String {
    format!("{}{}", NAMES[semitones.rem_euclid(12) as usize], 4 + semitones.div_euclid(12))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        for pitch in -60..=71 {
            assert_eq!(semitones(&name(pitch)), Some(pitch));
        }
        assert_eq!([semitones("Eb3"), semitones("e#3"), semitones("Cb4")], [Some(-9), Some(-7), Some(-1)]);
        for wrong in ["", "H3", "C", "C4x", "C10", "#4", "Cbb4", "é4"] {
            assert_eq!(semitones(wrong), None, "{wrong}");
        }
    }
}
