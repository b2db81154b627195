//! Turns a click into a dense cloud of echoes without colouring it: three steps of sixteen short delays, each
//! followed by a lossless mix, so that one echo becomes 16³.
//!
//! After Schlecht & Habets, "Scattering in feedback delay networks", IEEE/ACM TASLP 2020.

use super::bank::{Bank, Chunk, LINES};
use super::hadamard::hadamard;
use crate::level::Simd;

/// Lengths of the steps, in seconds: the cloud ends after their sum.
const STEPS: [f32; 3] = [0.005, 0.011, 0.023];

/// Delay of each line within its step: one in each sixteenth of it, in no order.
const PLACES: [[f32; LINES]; 3] = [
    [
        0.995, 0.136, 0.082, 0.818, 0.768, 0.489, 0.591, 0.302, 0.674, 0.702, 0.354, 0.504, 0.048, 0.432,
        0.900, 0.198,
    ],
    [
        0.347, 0.745, 0.626, 0.488, 0.430, 0.246, 0.138, 0.096, 0.774, 0.277, 0.940, 0.583, 0.550, 0.846,
        0.040, 0.878,
    ],
    [
        0.211, 0.621, 0.778, 0.733, 0.497, 0.314, 0.518, 0.073, 0.854, 0.387, 0.180, 0.040, 0.638, 0.875,
        0.279, 0.975,
    ],
];

/// The steps with their sound.
#[derive(Debug)]
pub struct Diffuser {
    steps: [Step; 3],
}

#[derive(Debug)]
struct Step {
    bank: Bank,
    /// Frames of each line's delay, and one.
    ages: [u32; LINES],
}

impl Diffuser {
    /// A silent one.
    pub fn new(sample_rate: f32) -> Diffuser {
        let step = |number: usize| {
            let length = STEPS[number] * sample_rate;
            let ages = PLACES[number].map(|place| 1 + (place * length) as u32);
            Step { bank: Bank::new(f64::from(length) + 1.0), ages }
        };
        Diffuser { steps: [step(0), step(1), step(2)] }
    }

    /// Forgets everything, at no cost.
    pub fn reset(&mut self) {
        self.steps.iter_mut().for_each(|step| step.bank.reset());
    }

    /// Takes `count` frames in and gives as many out, of the same energy in the long run.
    #[inline(always)]
    pub fn tick<S: Simd>(&mut self, simd: S, chunk: &mut Chunk, count: usize) {
        for step in &mut self.steps {
            step.bank.push(chunk, count);
            *chunk = step.bank.read(&step.ages, count);
            hadamard(simd, chunk);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsp::bank::CHUNK;
    use crate::group::Group;

    #[test]
    fn keeps_the_energy_of_a_click() {
        let mut diffuser = Diffuser::new(48_000.0);
        let mut energy = 0.0;
        for n in 0..250 {
            let click =
                |line: usize, frame: usize| if n + frame == 0 && line < 8 { line as f32 } else { 0.0 };
            let mut out = std::array::from_fn(|line| Group::from_fn(|frame| click(line, frame)));
            diffuser.tick(pulp::Scalar256b, &mut out, CHUNK);
            energy += out.iter().map(|line| (*line * *line).sum()).sum::<f32>();
        }
        assert!((energy - 140.0).abs() < 1e-3, "{energy}");
    }
}
