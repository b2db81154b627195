//! Envelope timing and smoothness: every segment takes its nominal number of frames, to the frame.

use manycord_modules::rig::{Drive, Rig};
use manycord_modules::{Group, Kind, Param, Setup, find};

const RATES: [f32; 3] = [44_100.0, 48_000.0, 96_000.0];
const GATE: usize = 0;
const RETRIGGER: usize = 1;
/// Frame on which the gate rises; not on a grid line.
const GATE_FRAME: usize = 37;
const LANE: usize = 6;

fn adsr() -> &'static Kind {
    find("adsr").expect("the catalog has an ADSR")
}

fn knob(id: &str) -> Param {
    *adsr().spec.params.iter().find(|param| param.id == id).expect("a param of the ADSR")
}

fn rig(sample_rate: f32, knobs: &[(&str, f32)]) -> Rig {
    let mut rig = Rig::new(adsr(), &Setup::at(sample_rate));
    for &(id, value) in knobs {
        rig.knob(knob(id), value);
    }
    rig
}

fn volts(high: bool) -> Group {
    Group::splat(if high { 10.0 } else { 0.0 })
}

/// Levels of one lane, as f64.
fn render(rig: &mut Rig, frames: usize, drive: impl FnMut(usize, &mut Drive)) -> Vec<f64> {
    rig.render(frames, drive)[0].iter().map(|group| f64::from(group[LANE])).collect()
}

fn nominal(seconds: f64, sample_rate: f32) -> usize {
    (seconds * f64::from(sample_rate)).round() as usize
}

/// Cuts of 16, 64, 480 and 512 frames, as a grid of 64 frames splits the latter; and single frames.
fn cuts() -> [&'static [usize]; 5] {
    [&[16], &[64], &[64, 64, 64, 64, 64, 64, 64, 32, 32], &[31, 33, 64], &[1]]
}

#[test]
fn the_peak_falls_on_its_frame_at_any_block_size_and_rate() {
    for rate in RATES {
        for seconds in [0.001, 0.01, 0.123_4] {
            for curve in [-0.7, 0.0, 1.0] {
                for cuts in cuts() {
                    let mut rig = rig(rate, &[("attack", seconds as f32), ("curve", curve)]);
                    rig.cuts = cuts.to_vec();
                    let length = nominal(seconds, rate);
                    let env = render(&mut rig, GATE_FRAME + length + 500, |frame, drive| {
                        drive.input_at(GATE, volts(frame >= GATE_FRAME));
                    });
                    let peak = (0..env.len()).max_by(|&a, &b| env[a].total_cmp(&env[b])).unwrap_or(0);
                    assert_eq!(peak - GATE_FRAME, length, "{seconds} s at {rate} Hz in {cuts:?}");
                    assert_eq!(env[peak], 10.0);
                    assert!(env[GATE_FRAME..=peak].windows(2).all(|pair| pair[1] > pair[0]));
                }
            }
        }
    }
}

#[test]
fn decay_and_release_take_their_time_and_land_exactly() {
    for rate in RATES {
        for (decay, release) in [(0.001, 0.002), (0.05, 0.123_4), (0.3, 0.7)] {
            let knobs =
                [("attack", 0.001), ("decay", decay as f32), ("sustain", 0.25), ("release", release as f32)];
            let mut rig = rig(rate, &knobs);
            let landed = GATE_FRAME + nominal(0.001, rate) + nominal(decay, rate);
            let off = landed + 321;
            let silent = off + nominal(release, rate);
            let env = render(&mut rig, silent + 2_000, |frame, drive| {
                drive.input_at(GATE, volts((GATE_FRAME..off).contains(&frame)));
            });
            assert!(env[landed - 1] > 2.5 && env[landed..=off].iter().all(|&level| level == 2.5));
            assert!(env[off + 1] < 2.5 && env[silent - 1] > 0.0);
            assert!(env[silent..].iter().all(|&level| level == 0.0), "{release} s at {rate} Hz");
        }
    }
}

/// The analog curves: attack towards e^b/(e^b − 1) times the peak with e^b = 1.3/0.3, falls over five time
/// constants.
#[test]
fn the_curves_are_those_of_a_capacitor() {
    let knobs = [("attack", 10.0), ("decay", 20.0), ("sustain", 0.0), ("curve", 1.0)];
    let mut rig = rig(48_000.0, &knobs);
    let (attack, decay) = (480_000, 960_000);
    let env = render(&mut rig, attack + decay + 1, |_, drive| drive.input_at(GATE, volts(true)));
    let curve = |bend: f64, t: f64| 10.0 * ((-bend * t).exp() - (-bend).exp()) / (1.0 - (-bend).exp());
    for (frame, &level) in env.iter().enumerate() {
        let ideal = match frame.checked_sub(attack) {
            None => 10.0 - curve(1.466, frame as f64 / attack as f64),
            Some(frame) => curve(5.0, frame as f64 / decay as f64),
        };
        assert!((level - ideal).abs() < 5e-6, "frame {frame}: {level} V, not {ideal}");
    }
}

#[test]
fn a_retrigger_is_continuous_from_any_level_and_peaks_on_time() {
    let knobs = [("attack", 0.01), ("decay", 0.1), ("sustain", 0.3), ("release", 0.1)];
    for again in [100, 300, 480, 481, 2_000, 5_000, 6_000] {
        let mut rig = rig(48_000.0, &knobs);
        let env = render(&mut rig, 12_000, |frame, drive| {
            drive.input_at(GATE, volts(frame != again - 1));
            drive.input_at(RETRIGGER, volts((again..again + 48).contains(&frame)));
        });
        let steps = env.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f64::max);
        // The steepest that an attack of 480 frames is by itself.
        assert!(steps <= 10.0 / 480.0 * 1.466 / (1.0 - 0.3 / 1.3) * 1.001, "again at {again}: {steps} V");
        assert_eq!(env[again + 480], 10.0);
        assert!(env[again + 479] < 10.0 && env[again + 481] < 10.0);
    }
}

/// What a moving time knob leaves of a segment is stretched: half of it at one length and half at another.
#[test]
fn a_segment_follows_its_knob_while_it_runs() {
    let mut rig = rig(48_000.0, &[("curve", 0.0), ("sustain", 0.0)]);
    let attack = knob("attack");
    let env = render(&mut rig, 1_000, |frame, drive| {
        drive.input_at(GATE, volts(true));
        drive.param(attack, Group::splat(if frame < 240 { 0.01 } else { 0.005 }));
    });
    assert_eq!((env[360], env[359] < 10.0, env[361] < 10.0), (10.0, true, true));
    let second = |frame: usize| (env[frame + 1] - 2.0 * env[frame] + env[frame - 1]).abs();
    assert!((2..239).chain(242..358).all(|frame| second(frame) < 1e-5), "the line is not straight");
    // A knob swept in every frame: no step beyond the steepest of the lengths that it passes.
    let mut swept = self::rig(48_000.0, &[("sustain", 0.0)]);
    let env = render(&mut swept, 4_000, |frame, drive| {
        drive.input_at(GATE, volts(true));
        let seconds = 0.01 + 0.005 * (frame as f32 * 0.05).cos();
        drive.param(attack, Group::splat(seconds));
    });
    let steps = env.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f64::max);
    assert!(env.contains(&10.0) && steps < 10.0 / 240.0 * 1.91, "{steps} V");
}
