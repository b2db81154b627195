//! What a module says of itself, as const data.

use crate::port::{In, Out, Param};

/// Shelf of the module browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the shelves' names speak")]
pub enum Class {
    Io,
    Source,
    Filter,
    Shape,
    Modulation,
    Level,
    Sequence,
    Pitch,
    Logic,
    Effect,
    Utility,
}

/// Whether a module follows the lanes of what is patched into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Polyphony {
    /// As many lanes as the widest input; one lane when nothing polyphonic is patched in.
    Poly,
    /// One lane; polyphonic cables arrive as the sum of their lanes.
    Mono,
}

/// What the engine does for a module beyond running it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Nothing.
    Plain,
    /// Source of lanes: gets [`crate::LaneEvent`]s, and its `voices` param sets how many lanes there are.
    Notes,
    /// Brings the host's audio in, which may sound at any time.
    Input,
    /// Its first two outputs are summed into the host's left and right.
    Output,
}

/// What a unit of its own can render of a module. Such units share nothing while they run: each is fed what it reads, gets
/// all knobs and the saved state, and has the same seed. They may render on two cores at once, or one after the other.
#[derive(Clone, Copy, Debug)]
pub struct Section {
    /// Outputs that it puts out.
    pub outputs: &'static [Out],
    /// Inputs that it reads, besides all params. One that follows another reads that too.
    pub inputs: &'static [In],
}

impl Section {
    /// Some outputs and the inputs that they need.
    pub const fn new(outputs: &'static [Out], inputs: &'static [In]) -> Section {
        Section { outputs, inputs }
    }

    /// Its outputs as a bit mask.
    pub const fn mask(&self) -> u32 {
        let (mut mask, mut place) = (0, 0);
        while place < self.outputs.len() {
            mask |= 1 << self.outputs[place].index;
            place += 1;
        }
        mask
    }
}

/// A module's declaration. Build it with [`Spec::new`] and the chained setters; a handle whose index is not
/// its place in the list fails to compile.
#[derive(Clone, Copy, Debug)]
pub struct Spec {
    /// Name in patch files; never changes once released.
    pub id: &'static str,
    /// Name on the panel.
    pub name: &'static str,
    /// Shelf.
    pub class: Class,
    /// One or two lines for the player.
    pub help: &'static str,
    /// Poly or mono.
    pub polyphony: Polyphony,
    /// Special duty.
    pub role: Role,
    /// Inputs without a knob.
    pub inputs: &'static [In],
    /// Outputs.
    pub outputs: &'static [Out],
    /// Inputs with a knob.
    pub params: &'static [Param],
    /// How its outputs are shared out among units that compute them apart; none where one unit computes all. With each
    /// unit's share in [`crate::Setup::outputs`], all together put out the very bits that one for all would.
    pub sections: &'static [Section],
    /// What a bypassed module passes on: pairs of input and output.
    pub bypass: &'static [(In, Out)],
    /// Frames by which the outputs lag behind the inputs.
    pub latency: u32,
    /// Whether it moves without being driven (an LFO, a clock): it can end a silence by itself.
    pub free_running: bool,
    /// Whether nobody vouches that its `process` returns: only workers run it, which can be given up; the host's thread
    /// cannot.
    pub unproven: bool,
    /// For how long its outputs can be silent and then sound without anything coming in, in seconds, where that is
    /// more than an instant: the time between a delay's echoes.
    pub memory_seconds: f32,
}

impl Spec {
    /// A polyphonic module without ports.
    pub const fn new(id: &'static str, name: &'static str, class: Class) -> Spec {
        Spec {
            id,
            name,
            class,
            help: "",
            polyphony: Polyphony::Poly,
            role: Role::Plain,
            inputs: &[],
            outputs: &[],
            params: &[],
            sections: &[],
            bypass: &[],
            latency: 0,
            free_running: false,
            unproven: false,
            memory_seconds: 0.0,
        }
    }
    /// Text for the player.
    pub const fn help(mut self, text: &'static str) -> Spec {
        self.help = text;
        self
    }
    /// One lane only.
    pub const fn mono(mut self) -> Spec {
        self.polyphony = Polyphony::Mono;
        self
    }
    /// Special duty.
    pub const fn role(mut self, role: Role) -> Spec {
        self.role = role;
        self
    }
    /// Inputs in index order.
    pub const fn inputs(mut self, inputs: &'static [In]) -> Spec {
        let mut place = 0;
        while place < inputs.len() {
            assert!(inputs[place].index as usize == place, "an input's index is not its place");
            place += 1;
        }
        self.inputs = inputs;
        self
    }
    /// Outputs in index order.
    pub const fn outputs(mut self, outputs: &'static [Out]) -> Spec {
        let mut place = 0;
        while place < outputs.len() {
            assert!(outputs[place].index as usize == place, "an output's index is not its place");
            place += 1;
        }
        self.outputs = outputs;
        self
    }
    /// Params in index order.
    pub const fn params(mut self, params: &'static [Param]) -> Spec {
        let mut place = 0;
        while place < params.len() {
            assert!(params[place].index as usize == place, "a param's index is not its place");
            place += 1;
        }
        self.params = params;
        self
    }
    /// Outputs that separate units can compute; each is in one section. For modules without a special duty.
    pub const fn sections(mut self, sections: &'static [Section]) -> Spec {
        let (mut all, mut place) = (0, 0);
        while place < sections.len() {
            assert!(all & sections[place].mask() == 0, "an output is in two sections");
            all |= sections[place].mask();
            place += 1;
        }
        assert!(all.count_ones() as usize == self.outputs.len(), "an output is in no section");
        assert!(matches!(self.role, Role::Plain), "a duty cannot be shared out");
        self.sections = sections;
        self
    }
    /// Routes of a bypassed module.
    pub const fn bypass(mut self, routes: &'static [(In, Out)]) -> Spec {
        self.bypass = routes;
        self
    }
    /// Frames of delay from input to output.
    pub const fn latency(mut self, frames: u32) -> Spec {
        self.latency = frames;
        self
    }
    /// Can be silent for so many seconds and then sound by itself.
    pub const fn remembers(mut self, seconds: f32) -> Spec {
        self.memory_seconds = seconds;
        self
    }
    /// Nobody vouches that `process` returns.
    pub const fn unproven(mut self) -> Spec {
        self.unproven = true;
        self
    }
    /// Moves without being driven.
    pub const fn free_running(mut self) -> Spec {
        self.free_running = true;
        self
    }
}
