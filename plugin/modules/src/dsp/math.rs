//! Portable elementary functions: no platform libm, no fused multiply-add, so the same bits everywhere.
//! All are free of branches, so that a loop over lanes becomes vector code.

use std::f32::consts::{LN_2, PI};

/// 1.5·2²³: adding it rounds a float of moderate size to a whole number in the low bits of the sum.
const ROUND: f32 = 12_582_912.0;

/// 2⁵²: adding it to a number of 0…2⁵² leaves the rounded number in the low bits of the sum.
const ROUND_FINE: f64 = 4_503_599_627_370_496.0;

/// The least whole number that is not below `x` (0 ≤ x < 2³²), as itself and as a float.
#[inline(always)]
pub fn ceil(x: f64) -> (u32, f64) {
    let rounded = (x + ROUND_FINE) - ROUND_FINE;
    let above = if rounded < x { rounded + 1.0 } else { rounded };
    ((above + ROUND_FINE).to_bits() as u32, above)
}

/// 2^x for |x| ≤ 126 (clamped), relative error below 2e-7. Taylor series about the nearest whole exponent.
#[inline(always)]
pub fn exp2(x: f32) -> f32 {
    let x = if x > -126.0 { x } else { -126.0 };
    let x = if x < 126.0 { x } else { 126.0 };
    let shifted = x + ROUND;
    let f = (x - (shifted - ROUND)) * LN_2;
    let series = 1.0
        + f * (1.0
            + f * (0.5
                + f * (1.0 / 6.0
                    + f * (1.0 / 24.0 + f * (1.0 / 120.0 + f * (1.0 / 720.0 + f * (1.0 / 5040.0)))))));
    let exponent = shifted.to_bits() << 23;
    f32::from_bits(series.to_bits().wrapping_add(exponent))
}

/// 2^x for |x| ≤ 126 (not clamped), relative error below 1e-11: for pitches that must not drift.
#[inline(always)]
pub fn exp2_fine(x: f32) -> f64 {
    let shifted = x + ROUND;
    let f = f64::from(x - (shifted - ROUND)) * std::f64::consts::LN_2;
    let series = 1.0
        + f * (1.0
            + f * (0.5
                + f * (1.0 / 6.0
                    + f * (1.0 / 24.0
                        + f * (1.0 / 120.0
                            + f * (1.0 / 720.0
                                + f * (1.0 / 5_040.0 + f * (1.0 / 40_320.0 + f * (1.0 / 362_880.0)))))))));
    let exponent = u64::from(shifted.to_bits()) << 52;
    f64::from_bits(series.to_bits().wrapping_add(exponent))
}

/// log₂ x for normal x > 0, absolute error below 2e-7 near 1. Series of the inverse hyperbolic tangent of
/// the mantissa in √½…√2.
#[inline(always)]
pub fn log2(x: f32) -> f32 {
    const SQRT_HALF_BITS: u32 = 0x3f35_04f3;
    let bits = x.to_bits();
    let exponent = (bits.wrapping_sub(SQRT_HALF_BITS) as i32) >> 23;
    let mantissa = f32::from_bits(bits.wrapping_sub((exponent as u32) << 23));
    let s = (mantissa - 1.0) / (mantissa + 1.0);
    let s2 = s * s;
    let series = s * (1.0 + s2 * (1.0 / 3.0 + s2 * (1.0 / 5.0 + s2 * (1.0 / 7.0 + s2 * (1.0 / 9.0)))));
    exponent as f32 + series * (2.0 / LN_2)
}

/// sin 2πx for |x| < 2²⁰ turns, absolute error below 2e-7. Folded to a quarter turn, Taylor series there.
#[inline(always)]
pub fn sin_turns(x: f32) -> f32 {
    let x = x - ((x + ROUND) - ROUND);
    let a = x.abs();
    let a = if a < 0.5 - a { a } else { 0.5 - a };
    let y = a * (2.0 * PI);
    let y2 = y * y;
    let series = y
        * (1.0
            - y2 * (1.0 / 6.0
                - y2 * (1.0 / 120.0
                    - y2 * (1.0 / 5_040.0
                        - y2 * (1.0 / 362_880.0
                            - y2 * (1.0 / 39_916_800.0 - y2 * (1.0 / 6_227_020_800.0)))))));
    if x < 0.0 { -series } else { series }
}

/// cos 2πx; see [`sin_turns`].
#[inline(always)]
pub fn cos_turns(x: f32) -> f32 {
    // Wrapped first: a quarter turn added to a large x would round away.
    sin_turns((x - ((x + ROUND) - ROUND)) + 0.25)
}

/// tan πx for 0 ≤ x < 0.49: the prewarped gain of a filter at x cycles per sample.
#[inline(always)]
pub fn tan_half_turns(x: f32) -> f32 {
    sin_turns(x * 0.5) / cos_turns(x * 0.5)
}

/// tanh x, relative error below 5e-7. Rational minimax approximation of degree 13/6 as in Eigen's
/// `generic_fast_tanh_float`.
#[inline(always)]
pub fn tanh(x: f32) -> f32 {
    const EDGE: f32 = 7.905_311;
    let x = if x > -EDGE { x } else { -EDGE };
    let x = if x < EDGE { x } else { EDGE };
    let x2 = x * x;
    let p = 4.893_524_6e-3
        + x2 * (6.372_619_3e-4
            + x2 * (1.485_722_4e-5
                + x2 * (5.122_297_1e-8
                    + x2 * (-8.604_672e-11 + x2 * (2.000_188e-13 + x2 * -2.760_768_5e-16)))));
    let q = 4.893_525e-3 + x2 * (2.268_434_6e-3 + x2 * (1.185_347_1e-4 + x2 * 1.198_258_4e-6));
    x * p / q
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sweep(low: f64, high: f64) -> impl Iterator<Item = f32> {
        (0..=20_000).map(move |i| (low + (high - low) * f64::from(i) / 20_000.0) as f32)
    }

    #[test]
    fn exp2_and_log2_are_near_the_truth() {
        for x in sweep(-20.0, 20.0) {
            let truth = libm::exp2(f64::from(x));
            assert!((f64::from(exp2(x)) / truth - 1.0).abs() < 2.5e-7, "2^{x}");
            assert!((exp2_fine(x) / truth - 1.0).abs() < 1e-11, "fine 2^{x}");
            let truth = libm::log2(f64::from(exp2(x)));
            assert!((f64::from(log2(exp2(x))) - truth).abs() < 2.5e-7 * truth.abs().max(1.0), "log2 2^{x}");
        }
        assert_eq!((exp2(0.0), exp2(1.0), exp2(-3.0)), (1.0, 2.0, 0.125));
    }

    #[test]
    fn circular_functions_are_near_the_truth() {
        for x in sweep(-3.0, 3.0) {
            let turn = f64::from(x) * std::f64::consts::TAU;
            assert!((f64::from(sin_turns(x)) - libm::sin(turn)).abs() < 5e-7, "sin {x}");
            assert!((f64::from(cos_turns(x)) - libm::cos(turn)).abs() < 5e-7, "cos {x}");
        }
        for x in sweep(1e-4, 0.48) {
            let truth = libm::tan(f64::from(x) * std::f64::consts::PI);
            assert!((f64::from(tan_half_turns(x)) / truth - 1.0).abs() < 1e-5, "tan {x}");
        }
    }

    #[test]
    fn tanh_is_near_the_truth() {
        for x in sweep(-12.0, 12.0) {
            let truth = libm::tanh(f64::from(x));
            assert!((f64::from(tanh(x)) - truth).abs() <= 5e-7 * truth.abs(), "tanh {x}: {}", tanh(x));
        }
    }
}
