//! The state-variable filter measured: tuning, song, driven sound, calm.

use manycord_tests::measure::filter::{impulse, peak_under_a_wild_cutoff, play, song, sweep, unit};
use manycord_tests::measure::pitch::hertz;
use manycord_tests::measure::response::{cents, crossing, level_db};
use manycord_tests::measure::spectrum::{FRAMES, decibels, nhr_db, sine};

const LOW: usize = 0;
const BAND: usize = 1;
const HIGH: usize = 2;
const NOTCH: usize = 3;

#[test]
fn all_outputs_have_the_set_cutoff() {
    for rate in [44_100.0, 48_000.0, 96_000.0] {
        for cutoff in [200.0, 1_000.0, 4_000.0, 10_000.0, 16_000.0] {
            let response = |output| impulse(&mut unit("svf", rate, &[("cutoff", cutoff)]), output, 16_384);
            let (fs, hertz) = (f64::from(rate), f64::from(cutoff));
            // Without resonance the low-pass is two poles at one place: −6.02 dB there.
            let found = crossing(&response(LOW), decibels(0.25), (hertz * 0.8, hertz * 1.25), fs);
            let off = cents(found, hertz);
            assert!(off.abs() < 0.02, "{rate} Hz, {cutoff} Hz: {off:.4} cents");
            for output in [BAND, HIGH] {
                let level = level_db(&response(output), hertz, fs) - decibels(0.25);
                assert!(level.abs() < 0.001, "{rate} Hz, {cutoff} Hz, output {output}: {level:.5} dB");
            }
            let notch = level_db(&response(NOTCH), hertz, fs);
            assert!(notch < -80.0, "{rate} Hz, {cutoff} Hz: the notch is {notch:.1} dB deep");
        }
    }
}

#[test]
fn it_sings_at_the_cutoff() {
    for (rate, cutoffs) in [
        (48_000.0, &[30.0, 100.0, 440.0, 1_000.0, 4_000.0, 10_000.0, 16_000.0][..]),
        (44_100.0, &[30.0, 1_000.0, 16_000.0]),
        (96_000.0, &[30.0, 1_000.0, 16_000.0]),
    ] {
        for &cutoff in cutoffs {
            let mut rig = unit("svf", rate, &[("cutoff", cutoff), ("resonance", 1.0)]);
            let sound = song(&mut rig, BAND, rate);
            let off = cents(hertz(&sound, f64::from(rate)), f64::from(cutoff));
            let peak = sound.iter().fold(0.0, |peak: f32, x| peak.max(x.abs()));
            assert!(off.abs() < 0.02, "{rate} Hz, {cutoff} Hz: {off:.4} cents");
            assert!((4.2..5.1).contains(&peak), "{rate} Hz, {cutoff} Hz: {peak} V");
        }
    }
}

#[test]
fn it_sings_from_97_percent_of_resonance() {
    let level = |resonance| {
        let mut rig = unit("svf", 48_000.0, &[("cutoff", 1_000.0), ("resonance", resonance)]);
        song(&mut rig, LOW, 48_000.0).iter().fold(0.0, |peak: f32, x| peak.max(x.abs()))
    };
    assert!(level(0.968) < 1e-9, "{}", level(0.968));
    assert!(level(0.98) > 1.0, "{}", level(0.98));
}

#[test]
fn its_sound_has_harmonics_and_little_else() {
    for (drive, limits) in [(0.0, [-100.0, -115.0, -115.0]), (12.041_2, [-105.0, -120.0, -95.0])] {
        for (bin, limit) in [601, 2_403, 9_611].into_iter().zip(limits) {
            for output in [LOW, BAND, HIGH, NOTCH] {
                let knobs = [("cutoff", 3_000.0), ("resonance", 0.8), ("drive", drive)];
                let tone = sine(bin);
                let mut rig = unit("svf", 48_000.0, &knobs);
                let sound = play(&mut rig, output, |frame| 5.0 * tone[frame % FRAMES], 16_000 + FRAMES);
                let nhr = nhr_db(&sound[16_000..], bin, 48_000.0);
                assert!(nhr < limit, "drive {drive} dB, bin {bin}, output {output}: {nhr:.1} dB");
            }
        }
    }
}

#[test]
fn it_stays_calm_under_a_wild_cutoff() {
    let mut rig = unit("svf", 48_000.0, &[("resonance", 1.0), ("drive", 12.0)]);
    let peak = peak_under_a_wild_cutoff(&mut rig);
    assert!(peak < 150.0, "{peak} V");
}

#[test]
fn a_moving_cutoff_does_not_zip() {
    // What the engine delivers in blocks is the same as frame by frame, bit for bit: nothing is left to zip.
    assert_eq!(sweep("svf", &[64]), sweep("svf", &[1]));
}
