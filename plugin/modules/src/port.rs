//! Ports and params as typed const handles: a module file declares them once and cannot mix them up.

/// What a port carries; decides the colour of its cable and what the rack offers to patch it to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortKind {
    /// Sound, nominally ±5 V.
    Audio,
    /// Control voltage, 0…10 V or ±5 V.
    Cv,
    /// Pitch, 1 V per octave, 0 V = C4 (261.6256 Hz).
    Pitch,
    /// Gate or trigger, 0 or 10 V; see [`crate::dsp::Schmitt`].
    Gate,
}

/// An input of a module, by its place in [`crate::Spec::inputs`].
#[derive(Clone, Copy, Debug)]
pub struct In {
    pub(crate) index: u8,
    /// Name in patch files: lower case, `_` between words.
    pub id: &'static str,
    /// What it expects.
    pub kind: PortKind,
    /// Volts that it reads while nothing is patched.
    pub normal: f32,
    /// Place of the input that is read in its stead while nothing is patched.
    pub follows: Option<u8>,
    /// Whether a rising signal here can make silence audible (a VCA's level): keeps groups awake.
    pub opens: bool,
    /// One line for the player.
    pub help: &'static str,
}

/// An output of a module, by its place in [`crate::Spec::outputs`].
#[derive(Clone, Copy, Debug)]
pub struct Out {
    pub(crate) index: u8,
    /// Name in patch files.
    pub id: &'static str,
    /// What it carries.
    pub kind: PortKind,
    /// One line for the player.
    pub help: &'static str,
}

impl In {
    const fn new(index: u8, id: &'static str, kind: PortKind) -> In {
        In { index, id, kind, normal: 0.0, follows: None, opens: false, help: "" }
    }
    /// Sound.
    pub const fn audio(index: u8, id: &'static str) -> In {
        In::new(index, id, PortKind::Audio)
    }
    /// Control voltage.
    pub const fn cv(index: u8, id: &'static str) -> In {
        In::new(index, id, PortKind::Cv)
    }
    /// V/oct pitch.
    pub const fn pitch(index: u8, id: &'static str) -> In {
        In::new(index, id, PortKind::Pitch)
    }
    /// Gate or trigger.
    pub const fn gate(index: u8, id: &'static str) -> In {
        In::new(index, id, PortKind::Gate)
    }
    /// Volts that it reads while nothing is patched.
    pub const fn normal(mut self, volts: f32) -> In {
        self.normal = volts;
        self
    }
    /// While nothing is patched the other input is read: the right side of an effect follows the left.
    pub const fn follows(mut self, other: In) -> In {
        self.follows = Some(other.index);
        self
    }
    /// Marks an input that can open a closed path.
    pub const fn opens(mut self) -> In {
        self.opens = true;
        self
    }
    /// One line for the player.
    pub const fn help(mut self, text: &'static str) -> In {
        self.help = text;
        self
    }
    /// Place in [`crate::Spec::inputs`].
    pub const fn index(&self) -> usize {
        self.index as usize
    }
}

impl Out {
    const fn new(index: u8, id: &'static str, kind: PortKind) -> Out {
        Out { index, id, kind, help: "" }
    }
    /// Sound.
    pub const fn audio(index: u8, id: &'static str) -> Out {
        Out::new(index, id, PortKind::Audio)
    }
    /// Control voltage.
    pub const fn cv(index: u8, id: &'static str) -> Out {
        Out::new(index, id, PortKind::Cv)
    }
    /// V/oct pitch.
    pub const fn pitch(index: u8, id: &'static str) -> Out {
        Out::new(index, id, PortKind::Pitch)
    }
    /// Gate or trigger.
    pub const fn gate(index: u8, id: &'static str) -> Out {
        Out::new(index, id, PortKind::Gate)
    }
    /// One line for the player.
    pub const fn help(mut self, text: &'static str) -> Out {
        self.help = text;
        self
    }
    /// Place in [`crate::Spec::outputs`].
    pub const fn index(&self) -> usize {
        self.index as usize
    }
}

/// How a knob's travel maps to its value, and how a cable moves it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scale {
    /// Even travel; 10 V at full depth sweep the whole range.
    Linear,
    /// Even travel in octaves; 1 V at full depth is one octave.
    Octaves,
    /// Whole numbers, never smoothed; 10 V at full depth sweep the whole range.
    Steps,
}

/// What a param's number means, for value texts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Quantity {
    /// A bare number.
    Number,
    /// Hz.
    Hertz,
    /// s.
    Seconds,
    /// 0…1 shown as 0…100 %.
    Percent,
    /// Semitones.
    Semitones,
    /// Cents.
    Cents,
    /// dB.
    Decibels,
    /// V.
    Volts,
    /// Beats per minute.
    Bpm,
    /// One of the named choices.
    Choice(&'static [&'static str]),
}

/// An input with a knob, by its place in [`crate::Spec::params`].
#[derive(Clone, Copy, Debug)]
pub struct Param {
    pub(crate) index: u8,
    /// Name in patch files.
    pub id: &'static str,
    /// Least value, in the param's own unit.
    pub min: f32,
    /// Greatest value.
    pub max: f32,
    /// Value of a fresh module.
    pub default: f32,
    /// Travel and modulation.
    pub scale: Scale,
    /// Unit.
    pub quantity: Quantity,
    /// Changing it recompiles the patch (voice count, voice mode): it has no CV input and is not smoothed.
    pub structural: bool,
    /// Whether raising it can make silence audible, see [`In::opens`].
    pub opens: bool,
    /// One line for the player.
    pub help: &'static str,
}

impl Param {
    const fn new(index: u8, id: &'static str, min: f32, max: f32, scale: Scale, quantity: Quantity) -> Param {
        assert!(min < max, "a param needs a range");
        assert!(!matches!(scale, Scale::Octaves) || min > 0.0, "octaves need a positive range");
        Param {
            index,
            id,
            min,
            max,
            default: min,
            scale,
            quantity,
            structural: false,
            opens: false,
            help: "",
        }
    }
    /// A frequency in Hz, in octaves.
    pub const fn hertz(index: u8, id: &'static str, min: f32, max: f32) -> Param {
        Param::new(index, id, min, max, Scale::Octaves, Quantity::Hertz)
    }
    /// A time in seconds, in octaves.
    pub const fn seconds(index: u8, id: &'static str, min: f32, max: f32) -> Param {
        Param::new(index, id, min, max, Scale::Octaves, Quantity::Seconds)
    }
    /// A share 0…1, shown in percent.
    pub const fn percent(index: u8, id: &'static str) -> Param {
        Param::new(index, id, 0.0, 1.0, Scale::Linear, Quantity::Percent)
    }
    /// A share −1…1, shown in percent.
    pub const fn bipolar(index: u8, id: &'static str) -> Param {
        Param::new(index, id, -1.0, 1.0, Scale::Linear, Quantity::Percent).default(0.0)
    }
    /// An even range of any quantity.
    pub const fn linear(index: u8, id: &'static str, min: f32, max: f32, quantity: Quantity) -> Param {
        Param::new(index, id, min, max, Scale::Linear, quantity)
    }
    /// Whole numbers `min..=max`.
    pub const fn integer(index: u8, id: &'static str, min: f32, max: f32) -> Param {
        Param::new(index, id, min, max, Scale::Steps, Quantity::Number)
    }
    /// One of `names`, delivered as its number 0, 1, 2 …
    pub const fn choice(index: u8, id: &'static str, names: &'static [&'static str]) -> Param {
        Param::new(index, id, 0.0, (names.len() - 1) as f32, Scale::Steps, Quantity::Choice(names))
    }
    /// Off (0) or on (1).
    pub const fn toggle(index: u8, id: &'static str) -> Param {
        Param::choice(index, id, &["off", "on"])
    }
    /// Value of a fresh module, in the param's unit.
    pub const fn default(mut self, value: f32) -> Param {
        assert!(value >= self.min && value <= self.max, "the default lies outside the range");
        self.default = value;
        self
    }
    /// Changing it recompiles the patch.
    pub const fn structural(mut self) -> Param {
        self.structural = true;
        self
    }
    /// Marks a param that can open a closed path.
    pub const fn opens(mut self) -> Param {
        self.opens = true;
        self
    }
    /// One line for the player.
    pub const fn help(mut self, text: &'static str) -> Param {
        self.help = text;
        self
    }
    /// Place in [`crate::Spec::params`].
    pub const fn index(&self) -> usize {
        self.index as usize
    }
}
