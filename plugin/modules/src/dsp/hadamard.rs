//! Mixes sixteen signals so that each goes into all and no energy is lost (Hadamard matrix over 4).

use super::bank::{Chunk, LINES};
use crate::level::Simd;
use crate::vector::Vector;

/// The mix of each frame; twice the same is the signal again.
#[inline(always)]
pub fn hadamard<S: Simd>(simd: S, lines: &mut Chunk) {
    // Two of the four steps at once, on four lines that only depend on each other: they fit into registers.
    for first in 0..4 {
        let [a, b, c, d] = four(simd, lines, [first, first + 4, first + 8, first + 12]);
        let [e, f, g, h] = [a + c, b + d, a - c, b - d];
        for (line, mixed) in [e + f, e - f, g + h, g - h].into_iter().enumerate() {
            lines[(first + 4 * line) % LINES] = mixed.group();
        }
    }
    for first in (0..LINES).step_by(4) {
        let [a, b, c, d] = four(simd, lines, [first, first + 1, first + 2, first + 3]);
        let [e, f, g, h] = [a + c, b + d, a - c, b - d];
        for (line, mixed) in [e + f, e - f, g + h, g - h].into_iter().enumerate() {
            lines[(first + line) % LINES] = (mixed * 0.25).group();
        }
    }
}

#[inline(always)]
fn four<S: Simd>(simd: S, lines: &Chunk, [a, b, c, d]: [usize; 4]) -> [Vector<S>; 4] {
    Vector::all(simd, &[lines[a % LINES], lines[b % LINES], lines[c % LINES], lines[d % LINES]])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::group::Group;

    #[test]
    fn each_goes_into_all_and_no_energy_is_lost() {
        for line in 0..LINES {
            let unit = std::array::from_fn(|other| Group::splat(f32::from(u8::from(other == line))));
            let mut mixed = unit;
            hadamard(pulp::Scalar256b, &mut mixed);
            assert!(mixed.iter().all(|line| line.0.iter().all(|x| x.abs() == 0.25)));
            hadamard(pulp::Scalar256b, &mut mixed);
            assert_eq!(mixed, unit);
        }
    }
}
