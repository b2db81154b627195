//! The ladder measured: tuning, slope, song, driven sound, calm.

use manycord_tests::measure::filter::{impulse, peak_under_a_wild_cutoff, play, song, sweep, unit};
use manycord_tests::measure::pitch::hertz;
use manycord_tests::measure::response::{cents, crossing, level_db};
use manycord_tests::measure::spectrum::{FRAMES, decibels, nhr_db, sine};

const RATES: [f32; 3] = [44_100.0, 48_000.0, 96_000.0];

#[test]
fn each_pole_takes_3_db_at_the_cutoff_and_nothing_at_dc() {
    for rate in RATES {
        for slope in 0..4u8 {
            for cutoff in [1_000.0, 4_000.0, 10_000.0, 16_000.0] {
                let mut rig = unit("ladder", rate, &[("cutoff", cutoff), ("slope", f32::from(slope))]);
                let response = impulse(&mut rig, 0, 4_096);
                let (rate, cutoff) = (f64::from(rate), f64::from(cutoff));
                let level = decibels(0.5) * f64::from(slope + 1);
                let found = crossing(&response, level, (cutoff * 0.8, cutoff * 1.25), rate);
                let off = cents(found, cutoff);
                assert!(off.abs() < 0.02, "{rate} Hz, slope {slope}, {cutoff} Hz: {off:.4} cents");
                let dc = level_db(&response, 0.0, rate);
                assert!(dc.abs() < 0.001, "{rate} Hz, slope {slope}, {cutoff} Hz: {dc:.5} dB at DC");
            }
        }
    }
}

#[test]
fn it_falls_as_an_analog_ladder_below_an_eighth_of_the_rate() {
    for slope in 0..4u8 {
        for cutoff in [200.0, 400.0, 740.0] {
            let mut rig = unit("ladder", 48_000.0, &[("cutoff", cutoff), ("slope", f32::from(slope))]);
            let response = impulse(&mut rig, 0, 16_384);
            let level = |ratio: f32| level_db(&response, f64::from(cutoff * ratio), 48_000.0);
            let analog = f64::from(slope + 1) * decibels(17.0 / 65.0);
            let off = level(8.0) - level(4.0) - analog;
            assert!(off.abs() < 0.02, "slope {slope}, {cutoff} Hz: {off:.4} dB per octave");
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
            let mut rig = unit("ladder", rate, &[("cutoff", cutoff), ("resonance", 1.0)]);
            let sound = song(&mut rig, 0, rate);
            let off = cents(hertz(&sound, f64::from(rate)), f64::from(cutoff));
            assert!(off.abs() < 0.7, "{rate} Hz, {cutoff} Hz: {off:.3} cents");
            let peak = sound.iter().fold(0.0, |peak: f32, x| peak.max(x.abs()));
            assert!((4.2..4.5).contains(&peak), "{cutoff} Hz: {peak} V");
        }
    }
}

#[test]
fn it_sings_from_80_percent_of_resonance() {
    let level = |resonance| {
        let mut rig = unit("ladder", 48_000.0, &[("cutoff", 1_000.0), ("resonance", resonance)]);
        song(&mut rig, 0, 48_000.0).iter().fold(0.0, |peak: f32, x| peak.max(x.abs()))
    };
    assert!(level(0.79) < 1e-9, "{}", level(0.79));
    assert!(level(0.81) > 0.5, "{}", level(0.81));
}

#[test]
fn driven_it_adds_harmonics_and_little_else() {
    for (bin, cutoff, resonance) in [
        (601, 4_000.0, 0.5),
        (2_403, 4_000.0, 0.5),
        (2_403, 20_000.0, 0.0),
        (4_805, 8_000.0, 0.7),
        (9_611, 20_000.0, 0.0),
    ] {
        let knobs = [("cutoff", cutoff), ("resonance", resonance), ("drive", 12.041_2)];
        let tone = sine(bin);
        let mut rig = unit("ladder", 48_000.0, &knobs);
        let sound = play(&mut rig, 0, |frame| 5.0 * tone[frame % FRAMES], 48_000 + FRAMES);
        let nhr = nhr_db(&sound[48_000..], bin, 48_000.0);
        assert!(nhr < -120.0, "bin {bin}, {cutoff} Hz, resonance {resonance}: {nhr:.1} dB");
    }
}

#[test]
fn it_passes_the_treble() {
    // 6 dB slope at 20 kHz: what is left of the analog curve's level at 15 kHz is the droop of the oversampling.
    let mut rig = unit("ladder", 48_000.0, &[("cutoff", 20_000.0), ("slope", 0.0)]);
    let response = impulse(&mut rig, 0, 4_096);
    let droop = level_db(&response, 15_000.0, 48_000.0) + decibels(1.0 + 0.75 * 0.75);
    assert!(droop.abs() < 0.1, "{droop:.4} dB");
}

#[test]
fn it_stays_calm_under_a_wild_cutoff() {
    let mut rig = unit("ladder", 48_000.0, &[("resonance", 1.0), ("drive", 12.0)]);
    let peak = peak_under_a_wild_cutoff(&mut rig);
    assert!(peak < 20.0, "{peak} V");
}

#[test]
fn a_moving_cutoff_does_not_zip() {
    // What the engine delivers in blocks is the same as frame by frame, bit for bit: nothing is left to zip.
    assert_eq!(sweep("ladder", &[64]), sweep("ladder", &[1]));
}
