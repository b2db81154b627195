//! Mixes sixteen signals so that each goes into all and no energy is lost (Hadamard matrix over 4).

use super::bank::{Chunk, LINES};

/// The mix of each frame; twice the same is the signal again.
#[inline(always)]
pub fn hadamard(lines: Chunk) -> Chunk {
    let mut mixed = butterfly::<1>(butterfly::<2>(butterfly::<4>(butterfly::<8>(lines))));
    for line in &mut mixed {
        *line = *line * 0.25;
    }
    mixed
}

#[inline(always)]
fn butterfly<const STRIDE: usize>(lines: Chunk) -> Chunk {
    let mut mixed = lines;
    for line in 0..LINES {
        let other = lines[line ^ STRIDE];
        mixed[line] = if line & STRIDE == 0 { other + lines[line] } else { other - lines[line] };
    }
    mixed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::group::Group;

    #[test]
    fn each_goes_into_all_and_no_energy_is_lost() {
        for line in 0..LINES {
            let unit = std::array::from_fn(|other| Group::splat(f32::from(u8::from(other == line))));
            let mixed = hadamard(unit);
            assert!(mixed.iter().all(|line| line.0.iter().all(|x| x.abs() == 0.25)));
            assert_eq!(hadamard(mixed), unit);
        }
    }
}
