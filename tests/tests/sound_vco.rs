//! How pure and how steady the VCO is. Tones lie on bins of the measurement, so that no alias falls on a
//! harmonic; each is let run for a second first.

use std::f64::consts::PI;

use manycord_modules::rig::{Drive, Rig};
use manycord_modules::{Group, Setup, find};
use manycord_tests::measure::spectrum::{FRAMES, line_db, nhr_db, power};

const RATE: usize = 48_000;
const C4_HERTZ: f64 = 261.625_565_300_598_6;

/// 55, 440, 1760, 3520 and 7040 Hz, nearly.
const BINS: [usize; 5] = [75, 601, 2_403, 4_805, 9_611];

fn vco() -> Rig {
    let setup = Setup::at(RATE as f32);
    Rig::new(find("vco").expect("it is in the catalog"), &setup)
}

fn input(rig: &Rig, id: &str) -> usize {
    rig.spec.inputs.iter().position(|port| port.id == id).expect("no such input")
}

fn param(rig: &Rig, id: &str) -> usize {
    rig.spec.params.iter().position(|param| param.id == id).expect("no such param")
}

fn output(rig: &Rig, id: &str) -> usize {
    rig.spec.outputs.iter().position(|port| port.id == id).expect("no such output")
}

/// Volts of a frequency in bins.
fn volts(bins: f64) -> f64 {
    (bins * RATE as f64 / FRAMES as f64 / C4_HERTZ).log2()
}

/// Lane 0 of an output: [`FRAMES`] frames after a second.
fn settled(mut rig: Rig, wave: &str, drive: impl FnMut(usize, &mut Drive)) -> Vec<f32> {
    let place = output(&rig, wave);
    rig.render(RATE + FRAMES, drive)[place][RATE..].iter().map(|frame| frame[0]).collect()
}

/// A steady tone at a frequency in bins.
fn tone(wave: &str, bins: usize) -> Vec<f32> {
    let rig = vco();
    let (voct, pitch) = (input(&rig, "voct"), Group::splat(volts(bins as f64) as f32));
    settled(rig, wave, |_, drive| drive.input_at(voct, pitch))
}

/// A sine of some volts at a bin.
fn sine(bins: usize, frame: usize) -> f64 {
    (2.0 * PI * ((bins * frame) % FRAMES) as f64 / FRAMES as f64).sin()
}

#[test]
fn waves_have_no_aliases() {
    for (wave, limits) in [
        ("saw", [-120.0, -115.0, -110.0, -108.0, -106.0]),
        ("square", [-120.0, -115.0, -110.0, -108.0, -106.0]),
        ("triangle", [-136.0, -125.0, -115.0, -110.0, -110.0]),
    ] {
        for (bins, limit) in BINS.into_iter().zip(limits) {
            let nhr = nhr_db(&tone(wave, bins), bins, RATE as f64);
            println!("{wave} {bins}: {nhr:.1} dB");
            assert!(nhr <= limit, "{wave} at bin {bins}: {nhr:.1} dB, not {limit}");
        }
    }
}

#[test]
fn harmonics_keep_their_level_up_to_20_khz() {
    for bins in [75, 601] {
        let power = power(&tone("saw", bins));
        let order = |hertz: f64| (hertz * FRAMES as f64 / RATE as f64) as usize / bins;
        let droop = |harmonic: usize| {
            let ideal = 20.0 * (10.0 / (PI * harmonic as f64)).log10();
            (line_db(&power, harmonic * bins) - ideal).abs()
        };
        let worst = |hertz: f64| (1..=order(hertz)).map(droop).fold(0.0, f64::max);
        println!("droop {bins}: {:.3} {:.3}", worst(15_000.0), worst(20_000.0));
        assert!(worst(15_000.0) <= 0.1, "{} dB up to 15 kHz", worst(15_000.0));
        assert!(worst(20_000.0) <= 0.15, "{} dB up to 20 kHz", worst(20_000.0));
    }
}

/// A wave of one VCO that is synced by a wave of another, both in bins.
fn synced(wave: &str, bins: f64, master_wave: &str, master_bins: usize) -> Vec<f32> {
    let mut master = vco();
    let (voct, place) = (input(&master, "voct"), output(&master, master_wave));
    let pitch = Group::splat(volts(master_bins as f64) as f32);
    let sound = master.render(RATE + FRAMES, |_, drive| drive.input_at(voct, pitch)).swap_remove(place);
    let rig = vco();
    let (sync, pitch) = (input(&rig, "sync"), Group::splat(volts(bins) as f32));
    settled(rig, wave, |frame, drive| {
        drive.input_at(voct, pitch);
        drive.input_at(sync, sound[frame]);
    })
}

#[test]
fn hard_sync_has_no_aliases() {
    for (bins, limit) in [(601, -110.0), (2_403, -100.0)] {
        for (wave, master) in
            [("saw", "sine"), ("square", "sine"), ("triangle", "sine"), ("saw", "saw"), ("saw", "square")]
        {
            let nhr = nhr_db(&synced(wave, bins as f64 * 2.7, master, bins), bins, RATE as f64);
            println!("{wave} synced by {master} {bins}: {nhr:.1} dB");
            assert!(nhr <= limit, "{wave} synced by a {master} at bin {bins}: {nhr:.1} dB, not {limit}");
        }
    }
}

/// Of a sine only the jump and the bend are mended, not the jump of its curvature, which straight waves lack.
#[test]
fn hard_synced_sines_have_few_aliases() {
    for (bins, limit) in [(601, -85.0), (2_403, -55.0)] {
        let nhr = nhr_db(&synced("sine", bins as f64 * 2.7, "sine", bins), bins, RATE as f64);
        println!("sine synced by sine {bins}: {nhr:.1} dB");
        assert!(nhr <= limit, "synced at bin {bins}: {nhr:.1} dB, not {limit}");
    }
}

/// 2400 bins, modulated at 225 and 525 bins: all that may come of it lies on a grid of 75.
const GRID: usize = 75;

#[test]
fn pulse_width_modulation_has_no_aliases() {
    for modulator in [225, 525] {
        let rig = vco();
        let (voct, width) = (input(&rig, "voct"), param(&rig, "pulse_width"));
        let pitch = Group::splat(volts(2_400.0) as f32);
        let signal = settled(rig, "square", |frame, drive| {
            drive.input_at(voct, pitch);
            drive.param_at(width, Group::splat((0.5 + 0.4 * sine(modulator, frame)) as f32));
        });
        let nhr = nhr_db(&signal, GRID, RATE as f64);
        println!("pwm {modulator}: {nhr:.1} dB");
        assert!(nhr <= -105.0, "at {modulator} bins: {nhr:.1} dB");
    }
}

#[test]
fn linear_fm_has_no_aliases() {
    for modulator in [225, 525] {
        for wave in ["saw", "square"] {
            let mut rig = vco();
            let (voct, fm) = (input(&rig, "voct"), input(&rig, "fm"));
            for (id, value) in [("fm_depth", 0.1), ("fm_mode", 1.0)] {
                let knob = rig.spec.params[param(&rig, id)];
                rig.knob(knob, value);
            }
            let pitch = Group::splat(volts(2_400.0) as f32);
            let signal = settled(rig, wave, |frame, drive| {
                drive.input_at(voct, pitch);
                drive.input_at(fm, Group::splat((5.0 * sine(modulator, frame)) as f32));
            });
            let nhr = nhr_db(&signal, GRID, RATE as f64);
            println!("fm {wave} {modulator}: {nhr:.1} dB");
            assert!(nhr <= -95.0, "{wave} at {modulator} bins: {nhr:.1} dB");
        }
    }
}

/// Frames over which a phase is taken.
const WINDOW: usize = 32_768;

/// Phase of a sine about the middle of its first [`WINDOW`] frames, in turns against a tone of `hertz` that was
/// at 0 at frame 0; the signal starts at frame `start`.
fn lead(signal: &[f32], start: usize, hertz: f64) -> f64 {
    let (mut re, mut im) = (0.0, 0.0);
    for (n, &value) in signal[..WINDOW].iter().enumerate() {
        let fade = 0.5 - 0.5 * (2.0 * PI * n as f64 / WINDOW as f64).cos();
        let angle = 2.0 * PI * (hertz * (start + n) as f64 / RATE as f64).fract();
        re += f64::from(value) * fade * fade * angle.cos();
        im -= f64::from(value) * fade * fade * angle.sin();
    }
    im.atan2(re) / (2.0 * PI)
}

#[test]
fn pitch_is_exact_over_eight_octaves() {
    // Tenths of a volt besides whole ones, so that interpolation between octaves is seen as well.
    for step in -8..=8 {
        let pitch = f64::from(step) * 0.5 + f64::from(step % 3) * 0.1;
        let rig = vco();
        let voct = input(&rig, "voct");
        let signal = settled(rig, "sine", |_, drive| drive.input_at(voct, Group::splat(pitch as f32)));
        let ideal = C4_HERTZ * pitch.exp2();
        let apart = FRAMES - WINDOW;
        let turns = lead(&signal[apart..], apart, ideal) - lead(&signal, 0, ideal);
        let off_hertz = (turns - turns.round()) * RATE as f64 / apart as f64;
        let error = 1_200.0 * (1.0 + off_hertz / ideal).log2();
        println!("{pitch} V: {error:.6} cents");
        assert!(error.abs() <= 0.001, "{pitch} V: {error:.5} cents off");
    }
}

#[test]
fn a_minute_of_440_hz_ends_where_it_should() {
    let mut rig = vco();
    let (voct, sine) = (input(&rig, "voct"), output(&rig, "sine"));
    let mut lead_after = |frames: usize, start: usize| {
        let mut out =
            rig.render(frames, |_, drive| drive.input_at(voct, Group::splat(0.75))).swap_remove(sine);
        assert!(out.iter().all(|frame| *frame == Group::splat(frame[0])), "equal oscillators differ");
        let end: Vec<f32> = out.split_off(frames - WINDOW).iter().map(|frame| frame[0]).collect();
        lead(&end, start + frames - WINDOW, 440.0)
    };
    let first = lead_after(2 * RATE, 0);
    // In parts, for the memory's sake.
    let last = (1..=30).map(|part| lead_after(2 * RATE, part * 2 * RATE)).last();
    let turns = last.expect("a minute has parts") - first;
    let drift = (turns - turns.round()) * RATE as f64 / 440.0;
    println!("drift {drift:.6} samples");
    assert!(drift.abs() <= 0.01, "{drift} samples");
}
