//! Noise: seven colours of it, independent on every voice.
//!
//! White noise is normally distributed; the other colours are made of it by filters, each with its own, and
//! all but black have the same power. Black is what is left when nearly all noise is taken away: silence with
//! sparse clicks at random times and heights.

use std::f64::consts::{PI, TAU};
use std::ops::Range;

use crate::dsp::Random;
use crate::dsp::slope::{HalfIntegrator, Straighten};
use crate::group::{Group, LaneMask};
use crate::io::Io;
use crate::module::{Module, Setup};
use crate::port::Out;
use crate::spec::{Class, Spec};

const WHITE: Out = Out::audio(0, "white").help("Equal power per Hz");
const PINK: Out = Out::audio(1, "pink").help("3 dB down per octave: equal power per octave");
const RED: Out = Out::audio(2, "red").help("6 dB down per octave, also called brown");
const BLUE: Out = Out::audio(3, "blue").help("3 dB up per octave");
const VIOLET: Out = Out::audio(4, "violet").help("6 dB up per octave");
const GREY: Out = Out::audio(5, "grey").help("Equally loud at every pitch: the ear's curve, inverted");
const BLACK: Out = Out::audio(6, "black").help("Silence with sparse clicks, about 30 per second");

/// Effective volts of all colours but black. White noise then stays within ±10 V.
const LEVEL: f32 = 1.7;

/// Clicks of black noise per second.
const CLICKS_PER_SECOND: f32 = 30.0;

/// Where red noise becomes level, in Hz.
const RED_CORNER: f64 = 3.0;

/// Where grey noise becomes level, in Hz.
const GREY_CORNER: f64 = 30.0;

/// Corners of the A-weighting curve, in Hz (IEC 61672-1). Those at 20.6 Hz lie below where grey is level.
const GREY_ZEROS: [f64; 4] = [107.7, 737.9, 12_194.0, 12_194.0];

/// Bound of every output in V.
const BOUND: f32 = 10.0;

/// A colour's way from white noise; it rests while nobody reads the output, and then starts anew.
trait Colour: Clone {
    fn tick(&mut self, white: Group) -> Group;
    fn reset(&mut self, lanes: LaneMask);
}

/// The module.
#[derive(Debug)]
pub struct Noise {
    random: Random,
    /// Chance of a click in a frame.
    click: f32,
    pink: Voice<Pink>,
    red: Voice<Red>,
    blue: Voice<Blue>,
    violet: Voice<Violet>,
    grey: Voice<Grey>,
}

impl Module for Noise {
    const SPEC: Spec = Spec::new("noise", "Noise", Class::Source)
        .help("White, pink, red, blue, violet, grey and black noise, independent on every voice.")
        .outputs(&[WHITE, PINK, RED, BLUE, VIOLET, GREY, BLACK])
        .free_running();

    fn new(setup: &Setup) -> Noise {
        let rate = f64::from(setup.sample_rate);
        Noise {
            random: Random::new(setup, 0),
            click: CLICKS_PER_SECOND / setup.sample_rate,
            pink: Voice::new(Pink::new()),
            red: Voice::new(Red::new(rate)),
            blue: Voice::new(Blue::new()),
            violet: Voice::new(Violet::new()),
            grey: Voice::new(Grey::new(rate)),
        }
    }

    fn reset(&mut self, lanes: LaneMask) {
        self.random.reset(lanes);
        self.pink.filter.reset(lanes);
        self.red.filter.reset(lanes);
        self.blue.filter.reset(lanes);
        self.violet.filter.reset(lanes);
        self.grey.filter.reset(lanes);
    }

    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_>, frames: Range<usize>) {
        for frame in frames {
            let white = self.random.normal() * LEVEL;
            let chance = self.random.unipolar();
            io.set(WHITE, frame, white);
            self.pink.put(io, PINK, frame, white);
            self.red.put(io, RED, frame, white);
            self.blue.put(io, BLUE, frame, white);
            self.violet.put(io, VIOLET, frame, white);
            self.grey.put(io, GREY, frame, white);
            // Where the chance falls within a click's share also tells its height.
            let height = chance * (2.0 * BOUND / self.click) - Group::splat(BOUND);
            io.set(BLACK, frame, height.zip(chance, |height, x| if x < self.click { height } else { 0.0 }));
        }
    }
}

/// A colour that can rest.
#[derive(Debug)]
struct Voice<C> {
    filter: C,
    rests: bool,
}

impl<C: Colour> Voice<C> {
    fn new(filter: C) -> Voice<C> {
        Voice { filter, rests: true }
    }

    #[inline(always)]
    fn put(&mut self, io: &mut Io<'_>, out: Out, frame: usize, white: Group) {
        if io.is_wanted(out) {
            self.rests = false;
            io.set(out, frame, self.filter.tick(white).clamp(-BOUND, BOUND));
        } else if !self.rests {
            self.filter.reset(LaneMask::ALL);
            self.rests = true;
        }
    }
}

#[derive(Clone, Debug)]
struct Pink(HalfIntegrator, Straighten, f32);

impl Pink {
    fn new() -> Pink {
        let filter = HalfIntegrator::at_rest();
        let gain = 1.0 / filter.power().sqrt();
        Pink(filter, Straighten::HALF_DOWN, gain as f32)
    }
}

impl Colour for Pink {
    #[inline(always)]
    fn tick(&mut self, white: Group) -> Group {
        self.1.tick(self.0.tick(white)) * self.2
    }
    fn reset(&mut self, lanes: LaneMask) {
        self.0.reset(lanes);
        self.1.reset(lanes);
    }
}

#[derive(Clone, Debug)]
struct Red {
    pole: f32,
    gain: f32,
    sum: Group,
    straighten: Straighten,
}

impl Red {
    fn new(rate: f64) -> Red {
        let pole = libm::exp(-TAU * RED_CORNER / rate);
        Red {
            pole: pole as f32,
            gain: (1.0 - pole * pole).sqrt() as f32,
            sum: Group::ZERO,
            straighten: Straighten::DOWN,
        }
    }
}

impl Colour for Red {
    #[inline(always)]
    fn tick(&mut self, white: Group) -> Group {
        self.sum = self.sum * self.pole + white * self.gain;
        self.straighten.tick(self.sum)
    }
    fn reset(&mut self, lanes: LaneMask) {
        self.sum = Group::ZERO.select(self.sum, lanes);
        self.straighten.reset(lanes);
    }
}

#[derive(Clone, Debug)]
struct Blue(HalfIntegrator, Group, Straighten);

impl Blue {
    fn new() -> Blue {
        Blue(HalfIntegrator::at_rest(), Group::ZERO, Straighten::HALF_UP)
    }
}

impl Colour for Blue {
    #[inline(always)]
    fn tick(&mut self, white: Group) -> Group {
        // Mean of ω over the band.
        const POWER: f64 = PI / 2.0;
        let pink = self.0.tick(white);
        let rise = pink - self.1;
        self.1 = pink;
        self.2.tick(rise) * (1.0 / POWER.sqrt()) as f32
    }
    fn reset(&mut self, lanes: LaneMask) {
        self.0.reset(lanes);
        self.1 = Group::ZERO.select(self.1, lanes);
        self.2.reset(lanes);
    }
}

#[derive(Clone, Debug)]
struct Violet(Group, Straighten);

impl Violet {
    fn new() -> Violet {
        Violet(Group::ZERO, Straighten::UP)
    }
}

impl Colour for Violet {
    #[inline(always)]
    fn tick(&mut self, white: Group) -> Group {
        // Mean of ω² over the band.
        const POWER: f64 = PI * PI / 3.0;
        let rise = white - self.0;
        self.0 = white;
        self.1.tick(rise) * (1.0 / POWER.sqrt()) as f32
    }
    fn reset(&mut self, lanes: LaneMask) {
        self.0 = Group::ZERO.select(self.0, lanes);
        self.1.reset(lanes);
    }
}

/// The inverse of A-weighting, each corner as a zero or pole at e^(−2π·corner/rate).
#[derive(Clone, Debug)]
struct Grey {
    pole: f32,
    gain: f32,
    zeros: [f32; 4],
    sums: [Group; 2],
    past: [Group; 4],
}

impl Grey {
    fn new(rate: f64) -> Grey {
        let place = |corner: f64| libm::exp(-TAU * corner / rate);
        let (pole, zeros) = (place(GREY_CORNER), GREY_ZEROS.map(place));
        // Mean power over the band, over steps of 1/20 octave.
        let gain = |root: f64, turns: f64| 1.0 + root * root - 2.0 * root * libm::cos(TAU * turns);
        let (mut power, step) = (0.0, libm::exp2(1.0 / 20.0));
        for octaves in 0..360 {
            let turns = 0.5 / libm::pow(step, f64::from(octaves) + 0.5);
            let lift: f64 = zeros.iter().map(|&zero| gain(zero, turns)).product();
            let width = turns * (step.sqrt() - 1.0 / step.sqrt()) * 2.0;
            power += width * lift / (gain(pole, turns) * gain(pole, turns));
        }
        Grey {
            pole: pole as f32,
            gain: (1.0 / power.sqrt()) as f32,
            zeros: zeros.map(|zero| zero as f32),
            sums: [Group::ZERO; 2],
            past: [Group::ZERO; 4],
        }
    }
}

impl Colour for Grey {
    #[inline(always)]
    fn tick(&mut self, white: Group) -> Group {
        let mut signal = white * self.gain;
        for place in 0..4 {
            let input = signal;
            signal = input - self.past[place] * self.zeros[place];
            self.past[place] = input;
            if place < 2 {
                self.sums[place] = self.sums[place] * self.pole + signal;
                signal = self.sums[place];
            }
        }
        signal
    }
    fn reset(&mut self, lanes: LaneMask) {
        for state in self.sums.iter_mut().chain(&mut self.past) {
            *state = Group::ZERO.select(*state, lanes);
        }
    }
}
