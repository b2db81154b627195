//! Output: what the host hears, kept below 0 dBFS by a limiter.
//!
//! The limiter looks at the present frame only, so that it adds no latency: a peak above 10 V turns both
//! sides down at once, the gain then holds for 20 ms and comes back smoothly. A steady tone is so turned down
//! without distortion. While nothing exceeds 10 V each sample passes with its bits; for that reason nothing
//! takes DC away either.

use std::ops::Range;

use crate::dsp::guard::sane;
use crate::dsp::{FADER_BOTTOM_DB, fader, runs};
use crate::group::{Group, LaneMask};
use crate::io::Io;
use crate::module::{Module, Setup};
use crate::port::{In, Out, Param, Quantity};
use crate::spec::{Class, Role, Spec};

const LEFT: In = In::audio(0, "left").help("Left, or both sides while right is unpatched");
const RIGHT: In = In::audio(1, "right").help("Right");
const LEVEL: Param = Param::linear(0, "level", FADER_BOTTOM_DB, 12.0, Quantity::Decibels)
    .default(0.0)
    .opens()
    .help("Loudness; silent at the lowest");
const LIMITER: Param = Param::toggle(1, "limiter").default(1.0).help("Holds peaks at 0 dBFS");
const HOST_LEFT: Out = Out::audio(0, "host_left").help("What the host gets; 10 V is 0 dBFS");
const HOST_RIGHT: Out = Out::audio(1, "host_right").help("What the host gets; 10 V is 0 dBFS");

/// Volts of 0 dBFS, which the limiter holds.
const CEILING: f32 = 10.0;
/// Seconds for which a peak is held: half a period of 25 Hz.
const HOLD_SECONDS: f32 = 0.02;
/// Share of the held excess from which a peak counts as the same height again, so that a steady tone, whose
/// frames miss its crests by a little, keeps a steady gain.
const NEAR: f32 = 0.97;
/// Seconds in which the excess falls to 1/e.
const RELEASE_SECONDS: f32 = 0.15;
/// Seconds of a switch or of the mono follower's fade.
const FADE_SECONDS: f32 = 0.005;
/// Share that has not been set yet: the first frame sets it at once.
const UNSET: f32 = -1.0;

/// The module. All lanes carry the same mono signal: the first is what is looked at.
#[derive(Debug)]
pub struct Output {
    hold_frames: f32,
    /// Share of the excess that stays after a frame.
    release: f32,
    fade_step: f32,
    /// Volts by which the louder side exceeds the ceiling, held and falling.
    excess: Group,
    /// Frames for which the excess is still held.
    hold: Group,
    /// How much the limiter acts, 0…1, or [`UNSET`].
    limiting: Group,
    /// How much of left plays on the right side, 0…1, or [`UNSET`].
    follow: Group,
}

impl Module for Output {
    const SPEC: Spec = Spec::new("output", "Output", Class::Io)
        .help("What the host hears. One cable to the left plays on both sides.")
        .mono()
        .role(Role::Output)
        .inputs(&[LEFT, RIGHT])
        .outputs(&[HOST_LEFT, HOST_RIGHT])
        .params(&[LEVEL, LIMITER])
        .bypass(&[(LEFT, HOST_LEFT), (RIGHT, HOST_RIGHT)]);

    fn new(setup: &Setup) -> Output {
        let rate = f64::from(setup.sample_rate);
        Output {
            hold_frames: (HOLD_SECONDS * setup.sample_rate).floor(),
            release: libm::exp(-1.0 / (f64::from(RELEASE_SECONDS) * rate)) as f32,
            fade_step: 1.0 / (FADE_SECONDS * setup.sample_rate),
            excess: Group::ZERO,
            hold: Group::ZERO,
            limiting: Group::splat(UNSET),
            follow: Group::splat(UNSET),
        }
    }

    fn reset(&mut self, lanes: LaneMask) {
        self.excess = Group::ZERO.select(self.excess, lanes);
        self.hold = Group::ZERO.select(self.hold, lanes);
        self.limiting = Group::splat(UNSET).select(self.limiting, lanes);
        self.follow = Group::splat(UNSET).select(self.follow, lanes);
    }

    #[inline(always)]
    fn process(&mut self, io: &mut Io<'_>, frames: Range<usize>) {
        let (left, right) = (io.input(LEFT), io.input(RIGHT));
        let (level, limiter) = (io.param(LEVEL), io.param(LIMITER));
        let alone = io.is_patched(LEFT) && !io.is_patched(RIGHT);
        let alone = Group::splat(if alone { 1.0 } else { 0.0 });
        let steady_gain = level.steady().map(|db| db.map(fader));
        let on = Group::splat(1.0);
        for run in runs(frames) {
            let settled = self.follow == alone && self.limiting == on && limiter.steady() == Some(on);
            if let (true, Some(gain)) = (settled && self.is_idle(), steady_gain) {
                let sides = self.sides([left.row(run.start), right.row(run.start)], gain);
                if sides.iter().all(|side| side.peak() <= CEILING) {
                    io.set_row(HOST_LEFT, run.clone(), sides[0]);
                    io.set_row(HOST_RIGHT, run, sides[1]);
                    continue;
                }
            }
            for frame in run {
                let gain = steady_gain.unwrap_or_else(|| level.at(frame).map(fader));
                self.follow = slew(self.follow, alone, self.fade_step);
                self.limiting = slew(self.limiting, limiter.at(frame), self.fade_step);
                let sides = [left, right].map(|side| Group::splat(side.at(frame)[0]));
                let sides = self.sides(sides, gain);
                let limit = self.limit(sides[0].abs().max(sides[1].abs()));
                io.set(HOST_LEFT, frame, self.limited(sides[0], limit));
                io.set(HOST_RIGHT, frame, self.limited(sides[1], limit));
            }
        }
    }
}

impl Output {
    /// Both sides before the limiter.
    #[inline(always)]
    fn sides(&self, [left, right]: [Group; 2], gain: Group) -> [Group; 2] {
        let left = left.map(sane);
        let right = right.map(sane) + left * self.follow;
        [(left * gain).map(sane), (right * gain).map(sane)]
    }

    /// Whether the limiter turns nothing down: what stays below the ceiling then passes as it is.
    #[inline(always)]
    fn is_idle(&self) -> bool {
        self.excess == Group::ZERO && self.hold == Group::ZERO
    }

    /// Takes the louder side's magnitude in; returns the gain that holds it at the ceiling, exactly 1 below.
    #[inline(always)]
    fn limit(&mut self, peak: Group) -> Group {
        let over = (peak - Group::splat(CEILING)).max(Group::ZERO);
        let hold_frames = self.hold_frames;
        let hold = over.zip(self.excess, |over, excess| {
            let near = over > 0.0 && over >= excess * NEAR;
            if near { hold_frames } else { 0.0 }
        });
        let fallen = self.excess * self.release;
        // What is too small to turn anything down is nothing.
        let fallen = fallen.map(|excess| if excess > 1e-7 * CEILING { excess } else { 0.0 });
        let held =
            Group::from_fn(|lane| if self.hold[lane] > 0.0 { self.excess[lane] } else { fallen[lane] });
        self.excess = held.max(over);
        self.hold = (self.hold - Group::splat(1.0)).max(hold);
        self.excess.map(|excess| CEILING / (CEILING + excess))
    }

    /// A side under the limiter; the clamp takes away what rounding adds.
    #[inline(always)]
    fn limited(&self, volts: Group, gain: Group) -> Group {
        let held = (volts * gain).clamp(-CEILING, CEILING);
        Group::from_fn(|lane| {
            let share = self.limiting[lane];
            if share >= 1.0 { held[lane] } else { volts[lane] + (held[lane] - volts[lane]) * share }
        })
    }
}

/// Moves a share towards its target by at most `step`; an unset one jumps.
#[inline(always)]
fn slew(share: Group, target: Group, step: f32) -> Group {
    share.zip(target, |share, target| {
        let up = if share + step < target { share + step } else { target };
        let down = if share - step > target { share - step } else { target };
        let moved = if share < target { up } else { down };
        if share < 0.0 { target } else { moved }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsp::math::sin_turns;
    use crate::rig::Rig;

    /// A tone whose frames miss its crests by a little, each time another little.
    fn tone(frame: usize) -> f32 {
        sin_turns(frame as f32 / 100.3)
    }

    fn sine(rig: &mut Rig, amplitude: f32, frames: usize) -> Vec<Vec<Group>> {
        rig.render(frames, |frame, drive| {
            drive.input(LEFT, Group::splat(amplitude * tone(frame)));
            drive.input(RIGHT, Group::splat(0.5));
        })
    }

    #[test]
    fn below_full_scale_every_bit_passes() {
        let mut rig = Rig::of::<Output>(48_000.0);
        let out = sine(&mut rig, 10.0, 500);
        for (frame, left) in out[0].iter().enumerate() {
            assert_eq!(left[0].to_bits(), (10.0 * tone(frame)).to_bits());
            assert_eq!(out[1][frame][0], 0.5);
        }
    }

    #[test]
    fn a_loud_tone_is_turned_down_undistorted_with_its_other_side() {
        let mut rig = Rig::of::<Output>(48_000.0);
        let out = sine(&mut rig, 40.0, 20_000);
        assert!(out[0].iter().all(|left| left[0].abs() <= CEILING));
        for (frame, (left, right)) in out[0].iter().zip(&out[1]).enumerate().skip(10_000) {
            assert!((left[0] - 10.0 * tone(frame)).abs() < 2e-2, "frame {frame}: {}", left[0]);
            assert!((right[0] - 0.125).abs() < 2e-4 && (right[0] - out[1][10_000][0]).abs() < 1e-6);
        }
        let after = sine(&mut rig, 1.0, 200_000);
        assert_eq!(after[1][199_999][0], 0.5, "the gain comes back to exactly 1");
        rig.knob(LIMITER, 0.0);
        assert!(sine(&mut rig, 40.0, 1_000)[0].iter().any(|left| left[0] > 39.0));
    }

    #[test]
    fn one_cable_plays_on_both_sides_and_wild_input_is_survived() {
        let mut rig = Rig::of::<Output>(48_000.0);
        let wild = [f32::NAN, f32::INFINITY, -1e30, 3.0];
        let out = rig.render(4, |frame, drive| drive.input(LEFT, Group::splat(wild[frame])));
        assert_eq!(out[0], out[1]);
        assert_eq!([0, 1, 2].map(|frame| out[0][frame][0]), [0.0, 10.0, -10.0]);
        rig.knob(LEVEL, FADER_BOTTOM_DB);
        let silent = rig.render(1, |_, drive| drive.input(LEFT, Group::splat(5.0)));
        assert_eq!(silent[0][0], Group::ZERO);
    }
}
