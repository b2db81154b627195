//! Turns eight groups about: what stood in the lanes of one stands in one lane of each.

use crate::group::{Group, LANES};

/// Lane `i` of group `k` becomes lane `k` of group `i`.
#[inline(always)]
pub fn transpose(rows: [Group; LANES]) -> [Group; LANES] {
    exchange::<4>(exchange::<2>(exchange::<1>(rows)))
}

/// One step of three: blocks of `STRIDE` lanes and groups change places across the diagonal. Written so that each
/// result is one shuffle of two groups.
#[inline(always)]
fn exchange<const STRIDE: usize>(rows: [Group; LANES]) -> [Group; LANES] {
    let mut turned = rows;
    for (row, turned) in turned.iter_mut().enumerate() {
        let (here, there) = (rows[row], rows[row ^ STRIDE]);
        for lane in 0..LANES {
            turned[lane] = if (lane ^ row) & STRIDE == 0 { here[lane] } else { there[lane ^ STRIDE] };
        }
    }
    turned
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_become_columns() {
        let rows = std::array::from_fn(|row| Group::from_fn(|lane| (10 * row + lane) as f32));
        let columns = std::array::from_fn(|row| Group::from_fn(|lane| (10 * lane + row) as f32));
        assert_eq!(transpose(rows), columns);
    }
}
