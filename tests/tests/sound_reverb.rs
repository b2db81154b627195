//! How the reverb sounds.

use manycord_tests::effect::{Effect, SAMPLE_RATE};
use manycord_tests::measure::decay::rt60_seconds;
use manycord_tests::measure::diffusion::{echo_density, mixing_seconds, modal_deviation_db};

#[test]
fn explore() {
    for (size, m) in [(0.0, 0.4), (0.6, 0.4), (1.0, 0.4), (0.6, 0.0), (0.6, 1.0)] {
        for decay in [0.1f32, 0.3, 0.5, 1.0, 2.5, 8.0, 20.0] {
            let knobs =
                [("decay", decay), ("mix", 1.0), ("size", size), ("pre_delay", 0.0), ("modulation", m)];
            let frames = (f64::from(decay).max(0.6) * 1.2 * SAMPLE_RATE) as usize;
            let [left, right] = Effect::new("reverb", &knobs).impulse(frames.max(65536));
            let rt = rt60_seconds(&left, 1000.0, SAMPLE_RATE);
            let rtr = rt60_seconds(&right, 1000.0, SAMPLE_RATE);
            let e: f64 = left.iter().map(|&x| f64::from(x) * f64::from(x)).sum();
            let ned = mixing_seconds(&left, SAMPLE_RATE);
            let dens: Vec<String> = [10, 20, 30, 40, 50, 60, 80, 100, 150, 200]
                .iter()
                .map(|&ms| format!("{:.2}", echo_density(&left, ms * 48, SAMPLE_RATE)))
                .collect();
            println!(
                "size {size} m {m} decay {decay} rt {:+.2}% {:+.2}% ned {:.1} ms e {:.2} {}",
                (rt / f64::from(decay) - 1.0) * 100.0,
                (rtr / f64::from(decay) - 1.0) * 100.0,
                ned * 1e3,
                e,
                dens.join(" ")
            );
            println!(
                "      modal whole {:.2} late {:.2}",
                modal_deviation_db(&left, 500.0, 8000.0, SAMPLE_RATE),
                modal_deviation_db(&left[4800..4800 + 32768], 500.0, 8000.0, SAMPLE_RATE)
            );
        }
    }
}
