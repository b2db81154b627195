//! Turns a click into a dense cloud of echoes without colouring it: three steps of sixteen short delays, each
//! followed by a lossless mix, so that one echo becomes 16³.
//!
//! After Schlecht & Habets, "Scattering in feedback delay networks", IEEE/ACM TASLP 2020.

use super::bank::{Bank, Chunk, LINES};
use super::hadamard::hadamard;
use crate::group::Group;
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
    /// All that comes in are two sides, which lie in two rings.
    first: Step<2>,
    others: [Step<LINES>; 2],
}

#[derive(Debug)]
struct Step<const RINGS: usize> {
    bank: Bank<RINGS>,
    /// Frames of each line's delay, and one.
    ages: [u32; LINES],
}

impl Diffuser {
    /// A silent one.
    pub fn new(sample_rate: f32) -> Diffuser {
        let others = [Step::new(1, sample_rate), Step::new(2, sample_rate)];
        Diffuser { first: Step::new(0, sample_rate), others }
    }

    /// Forgets everything, at no cost.
    pub fn reset(&mut self) {
        self.first.bank.reset();
        self.others.iter_mut().for_each(|step| step.bank.reset());
    }

    /// Takes `count` frames in, one side on the even lines and the other on the odd ones, and gives as many out, of the
    /// same energy in the long run.
    #[inline(always)]
    pub fn tick<S: Simd>(&mut self, simd: S, sides: &[Group; 2], count: usize) -> Chunk {
        let mut chunk = [Group::ZERO; LINES];
        self.first.bank.push(sides, count);
        self.first.mix(simd, &mut chunk, count);
        for step in &mut self.others {
            step.bank.push(&chunk, count);
            step.mix(simd, &mut chunk, count);
        }
        chunk
    }
}

impl<const RINGS: usize> Step<RINGS> {
    fn new(number: usize, sample_rate: f32) -> Step<RINGS> {
        let length = STEPS[number] * sample_rate;
        let ages = PLACES[number].map(|place| 1 + (place * length) as u32);
        // Lines that share a ring need the longest of their delays.
        let longest = ages.map(|age| if RINGS < LINES { length + 1.0 } else { age as f32 });
        Step { bank: Bank::new(longest.map(f64::from)), ages }
    }

    /// Mixes what has passed the delays, for the last `count` frames that were pushed.
    #[inline(always)]
    fn mix<S: Simd>(&self, simd: S, chunk: &mut Chunk, count: usize) {
        self.bank.read(&self.ages, count, chunk);
        hadamard(simd, chunk);
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
            let click = |side: f32| Group::from_fn(|frame| if n + frame == 0 { side } else { 0.0 });
            let out = diffuser.tick(pulp::Scalar256b, &[click(3.0), click(-2.0)], CHUNK);
            energy += out.iter().map(|line| (*line * *line).sum()).sum::<f32>();
        }
        assert!((energy - 104.0).abs() < 1e-3, "{energy}");
    }
}
