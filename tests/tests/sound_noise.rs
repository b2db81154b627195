//! The colours of noise: slopes, levels, independence.

use manycord_modules::rig::Rig;
use manycord_modules::{Group, LANES, Setup, find};
use manycord_tests::measure::noise::{slope_errors, welch};

const RATE: usize = 48_000;

/// Seconds of noise on each of eight lanes.
const SECONDS: usize = 40;

/// Every output, second by second.
fn listen(mut take: impl FnMut(&[Vec<Group>])) {
    let setup = Setup { seed: 5, ..Setup::at(RATE as f32) };
    let mut rig = Rig::new(find("noise").expect("it is in the catalog"), &setup);
    rig.render(RATE, |_, _| {});
    for _ in 0..SECONDS {
        take(&rig.render(RATE, |_, _| {}));
    }
}

/// Power per Hz of some colours, over all lanes.
fn densities(places: &[usize]) -> Vec<Vec<f64>> {
    let mut densities = vec![Vec::new(); places.len()];
    listen(|out| {
        for (density, &place) in densities.iter_mut().zip(places) {
            for lane in 0..LANES {
                welch(&out[place].iter().map(|frame| frame[lane]).collect::<Vec<f32>>(), density);
            }
        }
    });
    densities
}

fn place(id: &str) -> usize {
    let spec = find("noise").expect("it is in the catalog").spec;
    spec.outputs.iter().position(|out| out.id == id).expect("no such colour")
}

#[test]
fn colours_have_their_slopes() {
    let colours = [("white", 0.0), ("pink", -1.0), ("red", -2.0), ("blue", 1.0), ("violet", 2.0)];
    let densities = densities(&colours.map(|(id, _)| place(id)));
    for ((id, power), density) in colours.into_iter().zip(densities) {
        // Below 60 Hz a band has too few bins for its level to be told from chance.
        let errors = slope_errors(&density, RATE as f64, (60.0, 20_000.0), |hertz| hertz.powf(power));
        let worst = errors.iter().fold(0.0f64, |worst, error| worst.max(error.abs()));
        println!("{id}: {worst:.3} dB {errors:.2?}");
        assert!(worst <= 0.15, "{id}: {worst:.3} dB from its slope");
    }
}

#[test]
fn grey_follows_the_ear() {
    let density = densities(&[place("grey")]).remove(0);
    let errors = slope_errors(&density, RATE as f64, (150.0, 6_000.0), |hertz| {
        let square = hertz * hertz;
        let weight = 12_194f64.powi(2) * square * square
            / ((square + 20.6f64.powi(2))
                * ((square + 107.7f64.powi(2)) * (square + 737.9f64.powi(2))).sqrt()
                * (square + 12_194f64.powi(2)));
        1.0 / (weight * weight)
    });
    let worst = errors.iter().fold(0.0f64, |worst, error| worst.max(error.abs()));
    println!("grey: {worst:.3} dB {errors:.2?}");
    assert!(worst <= 0.5, "{worst:.3} dB from the inverse of A-weighting");
}

#[test]
fn colours_are_equally_strong_and_lanes_independent() {
    let mut power = [0.0f64; 7];
    let (mut peak, mut clicks, mut across) = (0.0f32, 0, 0.0f64);
    listen(|out| {
        for (power, out) in power.iter_mut().zip(out) {
            *power += out.iter().map(|frame| f64::from((*frame * *frame).sum())).sum::<f64>();
            peak = out.iter().fold(peak, |peak, frame| peak.max(frame.peak()));
        }
        let black = &out[place("black")];
        clicks += black.iter().flat_map(|frame| frame.0).filter(|&x| x != 0.0).count();
        across += out[place("white")].iter().map(|frame| f64::from(frame[0] * frame[1])).sum::<f64>();
    });
    let frames = (SECONDS * RATE) as f64;
    let volts = power.map(|power| (power / frames / LANES as f64).sqrt());
    println!("{volts:.3?} V, peak {peak:.2} V, {clicks} clicks, {across:.0}");
    for id in ["white", "pink", "red", "blue", "violet", "grey"] {
        let volts = volts[place(id)];
        assert!((1.6..1.8).contains(&volts), "{id}: {volts} V");
    }
    assert!(peak <= 10.0, "{peak} V");
    let per_second = clicks as f64 / (SECONDS * LANES) as f64;
    assert!((28.0..32.0).contains(&per_second), "{per_second} clicks per second");
    assert!((across / frames / (volts[0] * volts[0])).abs() < 0.003, "lanes are alike");
}
