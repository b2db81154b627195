//! Keeps what would never end out of loops and delay lines.

/// Volts that no sane cable carries: 20 dB above full scale.
const LIMIT: f32 = 100.0;

/// Magnitude below which a sound is nothing: −360 dB.
pub const NOTHING: f32 = 1e-18;

/// Where a feedback loop begins to saturate, in volts: sound up to full scale passes untouched.
const KNEE: f32 = 10.0;

/// Volts that a saturated loop cannot pass.
const CEILING: f32 = 16.0;

/// A voltage as it was, but NaN becomes 0 and ±100 V is the end.
#[inline(always)]
pub fn sane(volts: f32) -> f32 {
    let volts = if volts.abs() >= 0.0 { volts } else { 0.0 };
    let volts = if volts < LIMIT { volts } else { LIMIT };
    if volts > -LIMIT { volts } else { -LIMIT }
}

/// A value as it was, but what is too small to be anything becomes 0, so that loops die away for good.
#[inline(always)]
pub fn flushed(value: f32) -> f32 {
    if value.abs() > NOTHING { value } else { 0.0 }
}

/// Saturates softly: the voltage itself up to 10 V, then bent towards 16 V. Takes finite voltages.
#[inline(always)]
pub fn saturate(volts: f32) -> f32 {
    let excess = volts.abs() - KNEE;
    let bent = KNEE + excess / (1.0 + excess * (1.0 / (CEILING - KNEE)));
    let bent = if volts < 0.0 { -bent } else { bent };
    if excess > 0.0 { bent } else { volts }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_voltages_are_held_and_good_ones_are_not_touched() {
        let held = [f32::NAN, f32::INFINITY, -1e30, -0.3, 1e-40].map(sane);
        assert_eq!(held, [0.0, 100.0, -100.0, -0.3, 1e-40]);
        assert_eq!([9.9, -9.9].map(saturate), [9.9, -9.9]);
        assert!((1..1_000).all(|n| saturate(n as f32) > saturate(n as f32 - 1.0)));
        assert!(saturate(-1e30) >= -CEILING);
    }
}
