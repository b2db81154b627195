//! How the chorus sounds: wide, even in level, without a click, and its dry sound untouched.

use manycord_modules::Group;
use manycord_tests::effect::{Effect, SAMPLE_RATE, noise, sine};
use manycord_tests::measure::compare::{peak, rms};
use manycord_tests::measure::spectrum::{FRAMES, decibels, power};

#[test]
fn copies_are_clean_and_knobs_click_nowhere() {
    let mut effect = Effect::new("chorus", &[("mix", 1.0), ("rate", 1.0)]);
    let [depth, voices] = ["depth", "voices"].map(|id| effect.param(id));
    let [left, right] = effect.render(
        4_800 + FRAMES,
        |n| [(5.0 * sine(1_000.0, n as f64)) as f32; 2],
        |n, drive| {
            drive.param_at(depth, Group::splat(if n < 30_000 { 0.2 } else { 0.7 }));
            drive.param_at(voices, Group::splat([1.0, 4.0, 2.0, 3.0][n / 12_000 % 4]));
        },
    );
    for side in [left, right] {
        let power = power(&side[4_800..]);
        let bin = |hertz: f64| (hertz / SAMPLE_RATE * FRAMES as f64) as usize;
        let sound = bin(500.0)..bin(2_000.0);
        let rest: f64 = power[..sound.start].iter().chain(&power[sound.end..]).sum();
        let ratio = decibels(rest / power[sound].iter().sum::<f64>());
        println!("outside 500…2000 Hz: {ratio:.1} dB");
        assert!(ratio < -90.0, "{ratio} dB");
    }
}

#[test]
fn the_level_stays_whatever_the_number_of_voices() {
    for voices in 1..=4u8 {
        let knobs = [("mix", 1.0), ("voices", f32::from(voices)), ("rate", 1.0), ("depth", 1.0)];
        let mut noise = noise();
        let [left, right] = Effect::new("chorus", &knobs).render(96_000, |_| [noise() as f32; 2], |_, _| {});
        for side in [left, right] {
            let level = 2.0 * decibels(rms(&side[2_000..]) * 3f64.sqrt());
            println!("{voices} voices: {level:.2} dB");
            assert!(level.abs() < 1.0, "{voices} voices: {level} dB");
        }
    }
}

#[test]
fn width_takes_the_sides_apart() {
    let likeness = |width: f32| {
        let mut noise = noise();
        let [left, right] = Effect::new("chorus", &[("mix", 1.0), ("width", width)]).render(
            96_000,
            |_| [noise() as f32; 2],
            |_, _| {},
        );
        let product: f64 = left.iter().zip(&right).map(|(&l, &r)| f64::from(l) * f64::from(r)).sum();
        product / left.len() as f64 / (rms(&left) * rms(&right))
    };
    assert!((likeness(0.0) - 1.0).abs() < 1e-6);
    assert!(likeness(1.0).abs() < 0.2, "{}", likeness(1.0));
}

#[test]
fn the_dry_sound_passes_bit_for_bit_and_feedback_ends_in_silence() {
    let mut effect = Effect::new("chorus", &[("mix", 0.0), ("feedback", 0.9)]);
    let sound = |n: usize| [(5.0 * sine(997.0, n as f64)) as f32, (4.0 * sine(1_499.0, n as f64)) as f32];
    let [left, right] = effect.render(10_000, sound, |_, _| {});
    assert!((0..10_000).all(|n| [left[n], right[n]] == sound(n)));

    let [left, _] = Effect::new("chorus", &[("mix", 1.0), ("feedback", -0.95)]).impulse(480_000);
    assert!(left[470_000..].iter().all(|&x| x == 0.0), "{} V left", peak(&left[470_000..]));
}
