//! How the delay sounds: clean between the frames, no clicks, the dry sound untouched.

use manycord_modules::Group;
use manycord_tests::effect::{Effect, SAMPLE_RATE, sine};
use manycord_tests::measure::compare::{peak, snr_db};
use manycord_tests::measure::spectrum::{self, FRAMES, decibels, nhr_db, power};

#[test]
fn a_swaying_delay_is_exact_to_95_db() {
    for hertz in [1_000.0, 5_000.0, 10_000.0] {
        let knobs =
            [("time", 0.01), ("mod_rate", 0.7), ("mod_depth", 0.002), ("feedback", 0.0), ("mix", 1.0)];
        let mut effect = Effect::new("delay", &knobs);
        let frames = 96_000;
        let [left, right] = effect.render(frames, |n| [(5.0 * sine(hertz, n as f64)) as f32; 2], |_, _| {});
        let rate = f64::from(0.7f32);
        let seconds = |n: usize, turn: f64| {
            let sway = (std::f64::consts::TAU * (rate * n as f64 / SAMPLE_RATE + turn)).sin();
            f64::from(0.01f32) + f64::from(0.002f32) * sway
        };
        for (side, turn) in [(left, 0.0), (right, 0.25)] {
            let truth: Vec<f64> = (1_000..frames)
                .map(|n| 5.0 * sine(hertz, n as f64 - seconds(n, turn) * SAMPLE_RATE))
                .collect();
            let snr = snr_db(&side[1_000..], &truth);
            println!("{hertz} Hz: {snr:.1} dB");
            assert!(snr >= 95.0, "{hertz} Hz: {snr} dB");
        }
    }
}

#[test]
fn leaping_knobs_bend_the_pitch_and_click_nowhere() {
    let mut effect = Effect::new("delay", &[("feedback", 0.0), ("mix", 1.0)]);
    let time = effect.param("time");
    let second = SAMPLE_RATE as usize;
    let [left, _] = effect.render(
        4 * second,
        |n| [(5.0 * sine(200.0, n as f64)) as f32; 2],
        |n, drive| drive.param_at(time, Group::splat(if n / second % 2 == 0 { 0.05 } else { 0.3 })),
    );
    // The steepest slope of the sine while the glide has it a fifth up.
    let steepest = 5.0 * std::f64::consts::TAU * 200.0 * 1.5 / SAMPLE_RATE;
    let jump = left[second / 2..].windows(2).map(|w| f64::from((w[1] - w[0]).abs())).fold(0.0, f64::max);
    assert!(jump < steepest, "jump {jump} V, slope {steepest} V");
    // What lies above 2 kHz is what a click would leave.
    let power = power(&left[second..second + FRAMES]);
    let bin = (2_000.0 / SAMPLE_RATE * FRAMES as f64) as usize;
    let ratio = decibels(power[bin..].iter().sum::<f64>() / power[..bin].iter().sum::<f64>());
    println!("above 2 kHz: {ratio:.1} dB");
    assert!(ratio < -100.0, "{ratio} dB");
}

#[test]
fn a_steady_echo_adds_no_noise() {
    let mut effect = Effect::new("delay", &[("time", 0.0123), ("mix", 0.5), ("feedback", 0.3)]);
    let tone = spectrum::sine(601);
    let [left, _] = effect.render(48_000 + FRAMES, |n| [5.0 * tone[n % FRAMES]; 2], |_, _| {});
    let ratio = nhr_db(&left[48_000..], 601, SAMPLE_RATE);
    println!("noise: {ratio:.1} dB");
    assert!(ratio < -120.0, "{ratio} dB");
}

#[test]
fn the_dry_sound_passes_bit_for_bit() {
    let mut effect = Effect::new("delay", &[("mix", 0.0), ("feedback", 1.0), ("time", 0.002)]);
    let sound = |n: usize| [(5.0 * sine(997.0, n as f64)) as f32, (4.0 * sine(1_499.0, n as f64)) as f32];
    let [left, right] = effect.render(10_000, sound, |_, _| {});
    assert!((0..10_000).all(|n| [left[n], right[n]] == sound(n)));
}

#[test]
fn feedback_above_unity_builds_up_and_stays_bounded() {
    for tone in [-1.0, -0.2, 0.0, 0.2, 1.0] {
        let knobs = [("feedback", 1.1), ("time", 0.01), ("mix", 1.0), ("tone", tone)];
        let mut effect = Effect::new("delay", &knobs);
        let hit = |n: usize| [if n < 240 { (0.1 * sine(700.0, n as f64)) as f32 + 0.05 } else { 0.0 }; 2];
        let [left, _] = effect.render(480_000, hit, |_, _| {});
        let end = &left[432_000..];
        assert!(peak(&left) < 20.0, "tone {tone}: {} V", peak(&left));
        let mean = end.iter().map(|&x| f64::from(x)).sum::<f64>() / end.len() as f64;
        // Saturation of a lopsided wave leaves a little; a loop that passes DC would sit at its ceiling.
        assert!(mean.abs() < 0.5, "tone {tone}: {mean} V of DC");
        assert!(tone.abs() > 0.5 || peak(end) > 5.0, "tone {tone}: {} V at the end", peak(end));
    }
}

#[test]
fn echoes_end_in_silence() {
    let mut effect = Effect::new("delay", &[("feedback", 0.95), ("time", 0.002), ("mix", 1.0)]);
    let [left, _] = effect.impulse(144_000);
    assert!(left[139_000..].iter().all(|&x| x == 0.0), "{} V left", peak(&left[139_000..]));
}
