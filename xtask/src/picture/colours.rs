//! From dark to bright: how loud something is, as a colour.

/// Colours at equal steps of loudness; brightness grows evenly along them.
const STEPS: [[f32; 3]; 7] = [
    [12.0, 12.0, 20.0],
    [44.0, 24.0, 88.0],
    [112.0, 32.0, 128.0],
    [186.0, 52.0, 108.0],
    [240.0, 106.0, 70.0],
    [252.0, 180.0, 88.0],
    [252.0, 250.0, 196.0],
];

/// The colour of a loudness, 0…1.
pub fn heat(loudness: f32) -> [u8; 3] {
    let place = loudness.clamp(0.0, 1.0) * (STEPS.len() - 1) as f32;
    let step = (place as usize).min(STEPS.len() - 2);
    let share = place - step as f32;
    std::array::from_fn(|part| (STEPS[step][part] * (1.0 - share) + STEPS[step + 1][part] * share) as u8)
}
