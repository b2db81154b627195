//! The steps of a sequence and how they are written in a patch:
//!
//! ```toml
//! state = { gates = "X..x x.x.", pitch = ["C3", "Eb3", 7], ratchet = [1, 1, 2], velocity = 0.7 }
//! ```
//!
//! In `gates`, `X` is an accent (full velocity), `x` a note, `.` a rest; spaces and `|` are for the eye.
//! Pitches are note names or semitones above C4. What is shorter than 16 steps is repeated; what is left out
//! is the same for all steps: a note, C4, velocity 0.7, one stroke, always.

use crate::dsp::note_name;
use crate::value::Value;

/// Steps of a sequence.
pub const STEPS: usize = 16;

/// Semitones that a step may lie from C4.
const REACH: f64 = 60.0;
/// Most strokes in one step.
const MOST_STROKES: f64 = 8.0;
/// The names in the order in which they are written.
const KEYS: [&str; 5] = ["gates", "pitch", "velocity", "ratchet", "probability"];

/// What a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// Nothing.
    Rest,
    /// A note.
    Note,
    /// A note at full velocity.
    Accent,
}

/// One step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// What it does.
    pub gate: Gate,
    /// Pitch in semitones above C4, ±60.
    pub semitones: f64,
    /// Strength, 0…1.
    pub velocity: f64,
    /// Strokes within the step, 1…8.
    pub ratchet: u8,
    /// Chance of being played, 0…1.
    pub probability: f64,
}

/// A sequence.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    /// The steps in order.
    pub steps: [Step; STEPS],
}

impl Default for Pattern {
    /// A line in C minor that a fresh module plays.
    fn default() -> Pattern {
        const GATES: &[u8; STEPS] = b"X.x.xx.xX.x.x.xx";
        const SEMITONES: [i8; STEPS] = [-12, 0, -5, -12, 0, 3, 0, -2, -16, 0, -9, 0, -4, 0, -2, 2];
        let step = |place: usize| Step {
            gate: gate(char::from(GATES[place])).unwrap_or(Gate::Rest),
            semitones: f64::from(SEMITONES[place]),
            velocity: 0.7,
            ratchet: if place == 15 { 2 } else { 1 },
            probability: if place == 7 { 0.5 } else { 1.0 },
        };
        Pattern { steps: std::array::from_fn(step) }
    }
}

impl Pattern {
    /// Reads a saved state. `Err` names what is wrong and how to mend it.
    pub fn read(state: &Value) -> Result<Pattern, String> {
        let Value::Map(entries) = state else {
            return Err("the state is no table: write { gates = \"x..x\", pitch = [\"C3\"] }".to_string());
        };
        if let Some((unknown, _)) = entries.iter().find(|(key, _)| !KEYS.contains(&key.as_str())) {
            return Err(format!("`{unknown}` is unknown: write one of {}", KEYS.join(", ")));
        }
        let gates = match state.get("gates") {
            None => [Gate::Note; STEPS],
            Some(Value::Text(text)) => repeated("gates", &read_gates(text)?)?,
            Some(_) => return Err("`gates` is no text: write gates = \"X..x\"".to_string()),
        };
        let semitones = list(state, "pitch", 0.0, semitones)?;
        let velocity = list(state, "velocity", 0.7, |value| number(value, 0.0, 1.0))?;
        let ratchet = list(state, "ratchet", 1.0, |value| {
            let strokes = number(value, 1.0, MOST_STROKES)?;
            if strokes.fract() == 0.0 { Ok(strokes) } else { Err("write a whole number".to_string()) }
        })?;
        let probability = list(state, "probability", 1.0, |value| number(value, 0.0, 1.0))?;
        let step = |place: usize| Step {
            gate: gates[place],
            semitones: semitones[place],
            velocity: velocity[place],
            ratchet: ratchet[place] as u8,
            probability: probability[place],
        };
        Ok(Pattern { steps: std::array::from_fn(step) })
    }

    /// The state to be saved; read again it is the same pattern.
    pub fn write(&self) -> Value {
        let gates = self.steps.iter().map(|step| match step.gate {
            Gate::Rest => '.',
            Gate::Note => 'x',
            Gate::Accent => 'X',
        });
        let list = |of: fn(&Step) -> Value| Value::List(self.steps.iter().map(of).collect());
        let values = [
            Value::Text(gates.collect()),
            list(|step| written_pitch(step.semitones)),
            list(|step| Value::Float(step.velocity)),
            list(|step| Value::Int(i64::from(step.ratchet))),
            list(|step| Value::Float(step.probability)),
        ];
        Value::Map(KEYS.iter().map(|key| key.to_string()).zip(values).collect())
    }
}

fn gate(letter: char) -> Option<Gate> {
    match letter {
        '.' => Some(Gate::Rest),
        'x' => Some(Gate::Note),
        'X' => Some(Gate::Accent),
        _ => None,
    }
}

fn read_gates(text: &str) -> Result<Vec<Gate>, String> {
    let letters = text.chars().filter(|letter| !letter.is_whitespace() && *letter != '|');
    letters
        .map(|letter| {
            gate(letter)
                .ok_or_else(|| format!("`gates` has '{letter}': write X (accent), x (note) or . (rest)"))
        })
        .collect()
}

/// One value per step from the list of this name, or from one value for all.
fn list(
    state: &Value,
    key: &str,
    absent: f64,
    read: impl Fn(&Value) -> Result<f64, String>,
) -> Result<[f64; STEPS], String> {
    let values = match state.get(key) {
        None => return Ok([absent; STEPS]),
        Some(Value::List(values)) => values.as_slice(),
        Some(value) => std::slice::from_ref(value),
    };
    let read = |(place, value): (usize, &Value)| {
        read(value).map_err(|cure| format!("`{key}`, step {}: {} is wrong: {cure}", place + 1, shown(value)))
    };
    repeated(key, &values.iter().enumerate().map(read).collect::<Result<Vec<f64>, String>>()?)
}

fn repeated<T: Copy>(key: &str, values: &[T]) -> Result<[T; STEPS], String> {
    match values.len() {
        0 => Err(format!("`{key}` is empty: write 1 to {STEPS} steps or leave it out")),
        1..=STEPS => Ok(std::array::from_fn(|place| values[place % values.len()])),
        many => Err(format!("`{key}` has {many} steps: write at most {STEPS}")),
    }
}

fn semitones(value: &Value) -> Result<f64, String> {
    let cure =
        || "write a note from C-1 to C9 such as \"Eb3\", or semitones above C4 from -60 to 60".to_string();
    let semitones = match value {
        Value::Text(name) => note_name::semitones(name).map(f64::from),
        value => number(value, -REACH, REACH).ok(),
    };
    semitones.filter(|semitones| semitones.abs() <= REACH).ok_or_else(cure)
}

fn written_pitch(semitones: f64) -> Value {
    if semitones.fract() == 0.0 {
        Value::Text(note_name::name(semitones as i32))
    } else {
        Value::Float(semitones)
    }
}

fn number(value: &Value, low: f64, high: f64) -> Result<f64, String> {
    let number = match value {
        Value::Int(whole) => Some(*whole as f64),
        Value::Float(number) => Some(*number),
        _ => None,
    };
    number
        .filter(|number| (low..=high).contains(number))
        .ok_or_else(|| format!("write a number from {low} to {high}"))
}

fn shown(value: &Value) -> String {
    match value {
        Value::Text(text) => format!("\"{text}\""),
        Value::Int(whole) => whole.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        Value::Nothing => "nothing".to_string(),
        Value::List(_) => "a list".to_string(),
        Value::Map(_) => "a table".to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(key: &str, value: Value) -> Value {
        Value::Map(vec![(key.to_string(), value)])
    }

    fn text(text: &str) -> Value {
        Value::Text(text.to_string())
    }

    #[test]
    fn what_is_written_reads_the_same() {
        assert_eq!(Pattern::read(&Pattern::default().write()), Ok(Pattern::default()));
        let mut odd = Pattern::default();
        odd.steps[3] =
            Step { gate: Gate::Accent, semitones: 0.35, velocity: 0.1, ratchet: 8, probability: 0.0 };
        assert_eq!(Pattern::read(&odd.write()), Ok(odd));
    }

    #[test]
    fn short_lists_are_repeated() {
        let pitch = Value::List(vec![text("Eb3"), Value::Int(7), Value::Float(-0.5)]);
        let read = Pattern::read(&state("pitch", pitch)).unwrap();
        assert_eq!([0, 1, 2, 15].map(|place| read.steps[place].semitones), [-9.0, 7.0, -0.5, -9.0]);
        let read = Pattern::read(&state("gates", text("X. | x"))).unwrap();
        assert_eq!([0, 1, 5].map(|place| read.steps[place].gate), [Gate::Accent, Gate::Rest, Gate::Note]);
    }

    #[test]
    fn errors_name_the_fault_and_the_cure() {
        let numbers = |many: usize| Value::List(vec![Value::Int(1); many]);
        for (wrong, said) in [
            (text("x..x"), "the state is no table"),
            (state("gate", text("x")), "`gate` is unknown: write one of gates, pitch"),
            (state("gates", text("x..y")), "`gates` has 'y': write X (accent)"),
            (state("gates", Value::Int(1)), "`gates` is no text"),
            (state("gates", text(" ")), "`gates` is empty: write 1 to 16"),
            (state("velocity", numbers(17)), "`velocity` has 17 steps: write at most 16"),
            (state("pitch", Value::List(vec![text("C3"), text("H3")])), "`pitch`, step 2: \"H3\" is wrong"),
            (state("pitch", text("B9")), "`pitch`, step 1: \"B9\" is wrong: write a note from C-1 to C9"),
            (state("ratchet", Value::Float(1.5)), "`ratchet`, step 1: 1.5 is wrong: write a whole number"),
            (state("ratchet", Value::Int(9)), "9 is wrong: write a number from 1 to 8"),
            (state("probability", Value::Float(f64::NAN)), "NaN is wrong: write a number from 0 to 1"),
        ] {
            let error = Pattern::read(&wrong).unwrap_err();
            assert!(error.contains(said), "{error}");
        }
    }
}
