//! How the reverb sounds: it rings as long as its knob says, dense and even, and ends.

use manycord_modules::Group;
use manycord_tests::effect::{Effect, SAMPLE_RATE, noise, sine};
use manycord_tests::measure::compare::{peak, rms};
use manycord_tests::measure::decay::rt60_seconds;
use manycord_tests::measure::diffusion::{mixing_seconds, modal_deviation_db};
use manycord_tests::measure::spectrum::{FRAMES, decibels, power};

/// From each side to each side: four responses of one room.
fn responses(knobs: &[(&str, f32)], seconds: f64) -> Vec<Vec<f32>> {
    let knobs: Vec<(&str, f32)> = [("mix", 1.0), ("pre_delay", 0.0)].iter().chain(knobs).copied().collect();
    let from = |side: usize| {
        let impulse = |frame: usize| [0, 1].map(|other| f32::from(u8::from(frame == 0 && side == other)));
        Effect::new("reverb", &knobs).render((seconds * SAMPLE_RATE) as usize, impulse, |_, _| {})
    };
    [0, 1].map(from).concat()
}

fn slices(responses: &[Vec<f32>]) -> Vec<&[f32]> {
    responses.iter().map(Vec::as_slice).collect()
}

#[test]
fn the_tail_lasts_as_long_as_the_knob_says() {
    for (size, decay) in [(0.3, 0.4), (0.7, 1.0), (0.7, 2.5), (1.0, 4.0), (0.0, 8.0)] {
        let room = responses(&[("decay", decay), ("size", size)], f64::from(decay) * 1.2);
        let seconds = rt60_seconds(&slices(&room), 1_000.0, SAMPLE_RATE);
        let off = seconds / f64::from(decay) - 1.0;
        println!("size {size}: {decay} s is {seconds:.3} s, {:+.2} %", off * 100.0);
        assert!(off.abs() < 0.02, "size {size}: {seconds} s instead of {decay} s");
    }
}

#[test]
fn damping_shortens_the_highs_and_leaves_the_middle() {
    let room = responses(&[("decay", 2.0), ("damp", 4_000.0)], 2.4);
    let [middle, high] = [1_000.0, 8_000.0].map(|hertz| rt60_seconds(&slices(&room), hertz, SAMPLE_RATE));
    println!("1 kHz {middle:.3} s, 8 kHz {high:.3} s");
    assert!((middle / 2.0 - 1.0).abs() < 0.04, "{middle} s at 1 kHz");
    assert!(high < 0.8, "{high} s at 8 kHz");
}

#[test]
fn echoes_are_dense_after_70_ms() {
    for size in [0.0, 0.3, 0.7, 1.0] {
        let seconds = mixing_seconds(&slices(&responses(&[("size", size)], 0.5)), 0.3, SAMPLE_RATE);
        println!("size {size}: dense after {:.0} ms", seconds * 1e3);
        assert!(seconds <= 0.07, "size {size}: {seconds} s");
    }
}

#[test]
fn resonances_are_as_even_as_in_a_diffuse_room() {
    let room = responses(&[], 3.0);
    // Without the first 100 ms, in which the sides are not yet mixed.
    let late = |response: &[f32]| modal_deviation_db(&response[4_800..], 500.0, 8_000.0, SAMPLE_RATE);
    let square = |response: &Vec<f32>| late(response).powi(2);
    let deviation = (room.iter().map(square).sum::<f64>() / room.len() as f64).sqrt();
    println!("{deviation:.3} dB");
    assert!((deviation - 5.57).abs() < 0.06, "{deviation} dB");
}

#[test]
fn the_tail_ends_in_silence() {
    let [left, right] = Effect::new("reverb", &[("decay", 0.3), ("mix", 1.0)]).impulse(192_000);
    assert!(
        left[180_000..].iter().chain(&right[180_000..]).all(|&x| x == 0.0),
        "{} V",
        peak(&left[180_000..])
    );
}

#[test]
fn the_wet_sound_is_about_as_loud_as_the_dry() {
    for decay in [0.3, 2.0, 6.0] {
        let mut noise = noise();
        let mut effect = Effect::new("reverb", &[("decay", decay), ("damp", 20_000.0), ("mix", 1.0)]);
        let sound = |_: usize| [noise() as f32, noise() as f32];
        let [left, right] = effect.render(240_000, sound, |_, _| {});
        for side in [left, right] {
            let level = 2.0 * decibels(rms(&side[120_000..]) * 3f64.sqrt());
            println!("decay {decay}: {level:.1} dB");
            assert!((-5.0..1.0).contains(&level), "decay {decay}: {level} dB");
        }
    }
}

#[test]
fn the_dry_sound_passes_bit_for_bit() {
    let mut effect = Effect::new("reverb", &[("mix", 0.0)]);
    let sound = |n: usize| [(5.0 * sine(997.0, n as f64)) as f32, (4.0 * sine(1_499.0, n as f64)) as f32];
    let [left, right] = effect.render(10_000, sound, |_, _| {});
    assert!((0..10_000).all(|n| [left[n], right[n]] == sound(n)));
}

#[test]
fn leaping_knobs_do_not_click() {
    let mut effect = Effect::new("reverb", &[("mix", 1.0), ("decay", 1.0), ("pre_delay", 0.0)]);
    let [size, pre_delay] = ["size", "pre_delay"].map(|id| effect.param(id));
    let [left, _] = effect.render(
        24_000 + FRAMES,
        |n| [(5.0 * sine(100.0, n as f64)) as f32; 2],
        |n, drive| {
            let high = n / 24_000 % 2 == 1;
            drive.param_at(size, Group::splat(if high { 0.9 } else { 0.5 }));
            drive.param_at(pre_delay, Group::splat(if high { 0.05 } else { 0.0 }));
        },
    );
    let power = power(&left[24_000..]);
    let bin = (5_000.0 / SAMPLE_RATE * FRAMES as f64) as usize;
    let ratio = decibels(power[bin..].iter().sum::<f64>() / power[..bin].iter().sum::<f64>());
    println!("above 5 kHz: {ratio:.1} dB");
    assert!(ratio < -80.0, "{ratio} dB");
}
