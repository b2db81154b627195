//! Level knobs in decibels.

use super::math;

/// Least value of a level knob, in dB; there it is silent.
pub const FADER_BOTTOM_DB: f32 = -72.0;

/// Decibels from the bottom up over which a level knob fades in from silence.
const FADE_DB: f32 = 6.0;

/// Gain of a level knob at `db`: exactly 1 at 0 dB, exactly 0 at [`FADER_BOTTOM_DB`], without a step between.
#[inline(always)]
pub fn fader(db: f32) -> f32 {
    const OCTAVES_PER_DB: f32 = std::f32::consts::LOG2_10 / 20.0;
    let fade = (db - FADER_BOTTOM_DB) * (1.0 / FADE_DB);
    let fade = if fade > 0.0 { fade } else { 0.0 };
    let fade = if fade < 1.0 { fade } else { 1.0 };
    math::exp2(db * OCTAVES_PER_DB) * fade
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_decibels_down_to_silence() {
        assert_eq!((fader(0.0), fader(FADER_BOTTOM_DB)), (1.0, 0.0));
        assert!((fader(6.0) - 1.995_262).abs() < 1e-5 && (fader(-60.0) - 0.001).abs() < 1e-8);
        assert!((0..720).all(|tenth| fader(tenth as f32 * -0.1) > fader((tenth + 1) as f32 * -0.1)));
    }
}
