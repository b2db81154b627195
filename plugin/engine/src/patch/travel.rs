//! Values as people see them: the travel of a knob, and texts with units.

use manycord_modules::dsp::math;
use manycord_modules::{Param, Quantity, Scale};

/// Place of a value on the knob's travel, 0…1.
pub fn position(param: &Param, value: f32) -> f32 {
    let value = value.clamp(param.min, param.max);
    match param.scale {
        Scale::Octaves => math::log2(value / param.min) / math::log2(param.max / param.min),
        Scale::Linear | Scale::Steps => (value - param.min) / (param.max - param.min),
    }
}

/// Value at a place on the knob's travel.
pub fn from_position(param: &Param, position: f32) -> f32 {
    let position = position.clamp(0.0, 1.0);
    let value = match param.scale {
        Scale::Octaves => param.min * math::exp2(math::log2(param.max / param.min) * position),
        Scale::Linear => param.min + (param.max - param.min) * position,
        Scale::Steps => (param.min + (param.max - param.min) * position).round(),
    };
    value.clamp(param.min, param.max)
}

/// A value with its unit: "1.25 kHz", "-6.0 dB", "saw".
pub fn value_text(param: &Param, value: f32) -> String {
    match param.quantity {
        Quantity::Hertz if value.abs() >= 1_000.0 => format!("{:.2} kHz", value / 1_000.0),
        Quantity::Hertz if value.abs() >= 100.0 => format!("{value:.0} Hz"),
        Quantity::Hertz => format!("{value:.2} Hz"),
        Quantity::Seconds if value.abs() < 1.0 => format!("{:.1} ms", value * 1_000.0),
        Quantity::Seconds => format!("{value:.2} s"),
        Quantity::Percent => format!("{:.0} %", value * 100.0),
        Quantity::Semitones => format!("{value:+.2} st"),
        Quantity::Cents => format!("{value:+.1} ct"),
        Quantity::Decibels => format!("{value:.1} dB"),
        Quantity::Volts => format!("{value:.2} V"),
        Quantity::Bpm => format!("{value:.1} bpm"),
        Quantity::Choice(names) => {
            names.get(value as usize).map_or_else(|| format!("{value}"), |name| (*name).to_string())
        }
        Quantity::Number if param.scale == Scale::Steps => format!("{value:.0}"),
        Quantity::Number => format!("{value:.2}"),
    }
}

/// Reads a typed value: a number with or without a unit ("1.2k", "250 ms", "-6 dB", "50 %"), or a choice.
/// `None` when it makes no sense; what is out of range is held within.
pub fn parse_value(param: &Param, text: &str) -> Option<f32> {
    let text = text.trim().to_ascii_lowercase();
    if let Quantity::Choice(names) = param.quantity
        && let Some(choice) = names.iter().position(|name| *name == text)
    {
        return Some(choice as f32);
    }
    let end =
        text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+'))).unwrap_or(text.len());
    let number: f32 = text[..end].parse().ok()?;
    let unit = text[end..].trim();
    let factor = match (param.quantity, unit) {
        (Quantity::Hertz, "k" | "khz") => 1_000.0,
        (Quantity::Seconds, "ms") => 0.001,
        (Quantity::Percent, "" | "%") => 0.01,
        (Quantity::Hertz, "" | "hz")
        | (Quantity::Seconds, "" | "s")
        | (Quantity::Semitones, "" | "st")
        | (Quantity::Cents, "" | "ct")
        | (Quantity::Decibels, "" | "db")
        | (Quantity::Volts, "" | "v")
        | (Quantity::Bpm, "" | "bpm")
        | (_, "") => 1.0,
        _ => return None,
    };
    let value = number * factor;
    let value = if param.scale == Scale::Steps { value.round() } else { value };
    value.is_finite().then(|| value.clamp(param.min, param.max))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CUTOFF: Param = Param::hertz(0, "cutoff", 20.0, 20_480.0);

    #[test]
    fn travel_is_even_in_octaves_and_reads_back() {
        assert!((position(&CUTOFF, 640.0) - 0.5).abs() < 1e-6);
        for value in [20.0, 55.5, 1_000.0, 20_480.0] {
            assert!((from_position(&CUTOFF, position(&CUTOFF, value)) / value - 1.0).abs() < 1e-5);
        }
    }

    #[test]
    fn texts_are_read_with_and_without_units() {
        assert_eq!(parse_value(&CUTOFF, "1.25k"), Some(1_250.0));
        assert_eq!(parse_value(&CUTOFF, " 440 Hz "), Some(440.0));
        assert_eq!(parse_value(&CUTOFF, "1e9"), None);
        assert_eq!(parse_value(&CUTOFF, "99999999"), Some(20_480.0));
        assert_eq!(parse_value(&Param::seconds(0, "t", 0.001, 10.0), "250ms"), Some(0.25));
        assert_eq!(value_text(&CUTOFF, 1_250.0), "1.25 kHz");
    }
}
