//! How a Notes module plays: its structural params.

use manycord_modules::Spec;

/// What happens when a key goes down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Each key gets a lane.
    Poly,
    /// All lanes but the first rest; the newest key plays and restarts the gate.
    Mono,
    /// Like mono, but a key played while another is held only changes the pitch.
    Legato,
    /// All lanes play the newest key.
    Unison,
}

/// Which lane a new key takes when all are in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stealing {
    Oldest,
    Quietest,
    Lowest,
    Highest,
    /// The key is not played.
    None,
}

/// Voice settings of a Notes module.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Settings {
    /// Lanes, 1…128.
    pub(crate) voices: usize,
    pub(crate) mode: Mode,
    pub(crate) stealing: Stealing,
    /// 0 all, 1…16 one MIDI channel.
    pub(crate) channel: u8,
    /// Semitones of a full pitch wheel.
    pub(crate) bend_range: f32,
}

impl Settings {
    /// Reads the settings from the values of a Notes module's params, by their ids.
    pub(crate) fn read(spec: &Spec, value: impl Fn(&str) -> f32) -> Settings {
        let choice = |id: &str| {
            let number = value(id) as usize;
            spec.params.iter().find(|param| param.id == id).and_then(|param| match param.quantity {
                manycord_modules::Quantity::Choice(names) => names.get(number).copied(),
                _ => None,
            })
        };
        Settings {
            voices: (value("voices") as usize).clamp(1, super::MAX_VOICES),
            mode: match choice("mode") {
                Some("mono") => Mode::Mono,
                Some("legato") => Mode::Legato,
                Some("unison") => Mode::Unison,
                _ => Mode::Poly,
            },
            stealing: match choice("stealing") {
                Some("quietest") => Stealing::Quietest,
                Some("lowest") => Stealing::Lowest,
                Some("highest") => Stealing::Highest,
                Some("none") => Stealing::None,
                _ => Stealing::Oldest,
            },
            channel: value("channel").clamp(0.0, 16.0) as u8,
            bend_range: value("bend_range"),
        }
    }
}
