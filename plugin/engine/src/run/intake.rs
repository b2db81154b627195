//! What a unit takes in: room for the inputs and params that have to be made, and which of them stand as they are.

use manycord_modules::{Buffer, Group, Spec};

use super::gather;
use super::stage::Stage;
use crate::plan::{PlanUnit, bits};

/// The gathered signals of a unit. An input that is one plain cable is not among them: it is read where it was put
/// out.
pub(crate) struct Intake {
    pub(crate) inputs: Box<[Buffer]>,
    pub(crate) params: Box<[Buffer]>,
    /// The knob's travel that each param holds, NaN while it moves: what rests need not be computed again.
    held: Box<[f32]>,
    /// Bit per input: whether it is one plain cable, which is read where it comes from.
    pub(crate) plain: u32,
    /// Where the bypass switch rests, `None` while it moves.
    pub(crate) bypass: Option<f32>,
    /// Grid block, plus 1, in which all this was last looked at.
    settled: u64,
}

impl Intake {
    pub(crate) fn new(spec: &Spec) -> Intake {
        Intake {
            inputs: vec![Buffer::default(); spec.inputs.len()].into(),
            params: vec![Buffer::default(); spec.params.len()].into(),
            held: vec![f32::NAN; spec.params.len()].into(),
            plain: 0,
            bypass: None,
            settled: 0,
        }
    }

    /// Gathers what has no cable and looks at what rests, unless that holds from before: since then no dial has moved.
    #[inline(always)]
    pub(crate) fn settle(&mut self, unit: &PlanUnit, stage: &Stage) {
        if self.settled > stage.moved {
            return;
        }
        self.plain = 0;
        for (place, buffer) in self.inputs.iter_mut().enumerate() {
            if unit.fed >> place & 1 == 0 {
                buffer.hold(Group::splat(unit.spec.inputs[place].normal));
            } else if gather::is_plain(place, unit, stage) {
                self.plain |= 1 << place;
            }
        }
        for (place, (buffer, held)) in self.params.iter_mut().zip(&mut self.held).enumerate() {
            if unit.modulated >> place & 1 == 0 {
                let knob = &stage.dials[unit.knob(place) as usize];
                gather::knob(buffer, held, &unit.spec.params[place], knob, stage.range.clone());
            }
        }
        self.bypass = stage.dials[unit.bypass as usize].steady();
        self.settled = stage.block + 1;
    }

    /// Gathers a param with cables.
    #[inline(always)]
    pub(crate) fn modulate(&mut self, place: usize, unit: &PlanUnit, units: &[PlanUnit], stage: &Stage) {
        self.held[place] = f32::NAN;
        gather::param(self.params[place].moving(), place, unit, units, stage);
    }

    /// Gathers all that does not come from the unit's own cycle.
    pub(crate) fn gather_outer(&mut self, unit: &PlanUnit, units: &[PlanUnit], stage: &Stage) {
        self.settle(unit, stage);
        for place in bits(unit.fed).filter(|&place| !unit.inputs[place].inner) {
            gather::input(self.inputs[place].moving(), place, unit, units, stage);
        }
        for place in bits(unit.modulated).filter(|&place| !unit.params[place].inner) {
            self.modulate(place, unit, units, stage);
        }
    }

    /// Takes one frame of an input in.
    pub(crate) fn set_input(&mut self, place: usize, frame: usize, volts: Group) {
        self.inputs[place].moving()[frame] = volts;
    }

    /// Takes one frame of a param in.
    pub(crate) fn set_param(&mut self, place: usize, frame: usize, value: Group) {
        self.held[place] = f32::NAN;
        self.params[place].moving()[frame] = value;
    }
}
