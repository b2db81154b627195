//! The Kaiser window, which cuts ideal filters to a practical length. For tables only: it is slow.

/// The window at `place`, 1 at 0 and least at ±1, where it ends; `beta` sets how far its side lobes are down.
/// (Kaiser & Schafer, "On the use of the I0-sinh window for spectrum analysis", IEEE Trans. ASSP 1980.)
pub fn kaiser(place: f64, beta: f64) -> f64 {
    bessel_i0(beta * (1.0 - place * place).max(0.0).sqrt()) / bessel_i0(beta)
}

/// Modified Bessel function of order 0, by its series.
fn bessel_i0(x: f64) -> f64 {
    let quarter = x * x / 4.0;
    let (mut term, mut sum, mut k) = (1.0, 1.0, 1.0);
    while term > sum * 1e-17 {
        term *= quarter / (k * k);
        sum += term;
        k += 1.0;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn falls_from_its_middle_to_its_ends() {
        assert_eq!(kaiser(0.0, 9.0), 1.0);
        // 1 / I0(9), from tables.
        assert!((kaiser(1.0, 9.0) - 1.0 / 1_093.588).abs() < 1e-9);
        assert!((1..=100).all(|n| kaiser(f64::from(n) * 0.01, 9.0) < kaiser(f64::from(n - 1) * 0.01, 9.0)));
    }
}
