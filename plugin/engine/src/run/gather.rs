//! What arrives at an input: cables added up in patch order, poly folded to mono, params modulated.

use std::ops::Range;

use atomic_refcell::AtomicRef;
use manycord_modules::{BLOCK, Buffer, Group, LaneMask, Param};

use super::body::masked;
use super::dial::{Ramp, from_travel, travel_per_volt};
use super::stage::Stage;
use crate::plan::{Feed, Feeds, PlanUnit, Tap};

/// Whether an input is nothing but one cable at full depth. Its source stays borrowed for as long as the unit renders,
/// so that one of which nobody knows when it returns must not have it.
#[inline(always)]
pub(crate) fn is_plain(place: usize, unit: &PlanUnit, stage: &Stage) -> bool {
    match unit.inputs[place].cables.as_slice() {
        [feed] => !unit.spec.unproven && plain_tap(feed, stage).is_some(),
        _ => false,
    }
}

/// Where a plain input lies: in the output that its cable comes from.
#[inline(always)]
pub(crate) fn plain<'a>(
    place: usize,
    unit: &PlanUnit,
    units: &'a [PlanUnit],
    stage: &Stage,
) -> AtomicRef<'a, [Group; BLOCK]> {
    source(&unit.inputs[place].cables[0].taps[0], units, stage)
}

/// The one tap of a cable that passes on what it reads.
#[inline(always)]
fn plain_tap<'f>(feed: &'f Feed, stage: &Stage) -> Option<&'f Tap> {
    scaled_tap(feed, stage).filter(|(_, depth)| *depth == 1.0).map(|(tap, _)| tap)
}

/// The one tap of a cable that passes all lanes on at a steady depth, and that depth.
#[inline(always)]
fn scaled_tap<'f>(feed: &'f Feed, stage: &Stage) -> Option<(&'f Tap, f32)> {
    match feed.taps.as_slice() {
        [tap] if !feed.fold && tap.lanes == LaneMask::ALL => {
            stage.dials[feed.depth as usize].steady().map(|depth| (tap, depth))
        }
        _ => None,
    }
}

/// Adds up the cables of an input for the staged range. Between an unplugged and a plugged-in cable the input's normal
/// voltage is crossfaded with the cable's.
#[inline(always)]
pub(crate) fn input(
    frames: &mut [Group; BLOCK],
    place: usize,
    unit: &PlanUnit,
    units: &[PlanUnit],
    stage: &Stage,
) {
    let (feeds, range) = (&unit.inputs[place], stage.range.clone());
    let mut cables = feeds.cables.as_slice();
    let plain = |feed: &Feed| plain_tap(feed, stage).map(|tap| source(tap, units, stage));
    match cables {
        [first, others @ ..] if let Some(output) = plain(first) => {
            cables = others;
            match cables {
                [second, others @ ..] if let Some(more) = plain(second) => {
                    cables = others;
                    for frame in range.clone() {
                        frames[frame] = output[frame] + more[frame];
                    }
                }
                _ => frames[range.clone()].copy_from_slice(&output[range.clone()]),
            }
        }
        _ => frames[range.clone()].fill(Group::ZERO),
    }
    for feed in cables {
        add(frames, feed, 1.0, units, stage);
    }
    let normal = unit.spec.inputs[place].normal;
    if normal != 0.0 {
        for frame in range {
            frames[frame] += Group::splat(normal * unplugged(feeds, stage, frame));
        }
    }
}

/// One frame of an input inside a cycle.
pub(crate) fn input_frame(
    feeds: &Feeds,
    normal: f32,
    units: &[PlanUnit],
    stage: &Stage,
    frame: usize,
) -> Group {
    let mut sum = Group::ZERO;
    for feed in &feeds.cables {
        sum += voltage(feed, units, stage, frame) * stage.dials[feed.depth as usize].at(frame);
    }
    if normal != 0.0 { sum + Group::splat(normal * unplugged(feeds, stage, frame)) } else { sum }
}

fn unplugged(feeds: &Feeds, stage: &Stage, frame: usize) -> f32 {
    let plugged: f32 = feeds.cables.iter().map(|feed| stage.dials[feed.depth as usize].at(frame)).sum();
    (1.0 - plugged).max(0.0)
}

/// Fills a param without cables for a range; `held` is the knob's travel that it holds, NaN for none.
#[inline(always)]
pub(crate) fn knob(buffer: &mut Buffer, held: &mut f32, param: &Param, knob: &Ramp, range: Range<usize>) {
    match knob.steady() {
        Some(travel) => {
            if travel.to_bits() != held.to_bits() {
                buffer.hold(from_travel(param, Group::splat(travel)));
                *held = travel;
            }
        }
        None => {
            *held = f32::NAN;
            let frames = buffer.moving();
            for frame in range {
                frames[frame] = from_travel(param, Group::splat(knob.at(frame)));
            }
        }
    }
}

/// Adds the cables of a param to its knob for the staged range.
#[inline(always)]
pub(crate) fn param(
    frames: &mut [Group; BLOCK],
    place: usize,
    unit: &PlanUnit,
    units: &[PlanUnit],
    stage: &Stage,
) {
    let (param, knob) = (&unit.spec.params[place], &stage.dials[unit.knob(place) as usize]);
    let (range, per_volt) = (stage.range.clone(), travel_per_volt(param));
    let cables = unit.params[place].cables.as_slice();
    if let (Some(travel), [feed]) = (knob.steady(), cables)
        && let Some((tap, depth)) = scaled_tap(feed, stage)
    {
        // The same in one go.
        let (output, factor) = (source(tap, units, stage), depth * per_volt);
        for frame in range {
            frames[frame] = from_travel(param, Group::splat(travel) + output[frame] * factor);
        }
        return;
    }
    for frame in range.clone() {
        frames[frame] = Group::splat(knob.at(frame));
    }
    for feed in cables {
        add(frames, feed, per_volt, units, stage);
    }
    for frame in range {
        frames[frame] = from_travel(param, frames[frame]);
    }
}

/// One frame of a param inside a cycle.
pub(crate) fn param_frame(
    param: &Param,
    feeds: &Feeds,
    knob: &Ramp,
    units: &[PlanUnit],
    stage: &Stage,
    frame: usize,
) -> Group {
    let mut travel = Group::splat(knob.at(frame));
    for feed in &feeds.cables {
        let depth = stage.dials[feed.depth as usize].at(frame);
        travel += voltage(feed, units, stage, frame) * (depth * travel_per_volt(param));
    }
    from_travel(param, travel)
}

/// Adds a cable's voltage × depth × `scale`, frame by frame.
#[inline(always)]
fn add(frames: &mut [Group; BLOCK], feed: &Feed, scale: f32, units: &[PlanUnit], stage: &Stage) {
    let (depth, range) = (&stage.dials[feed.depth as usize], stage.range.clone());
    if depth.steady() == Some(0.0) {
        return;
    }
    if let Some((tap, depth)) = scaled_tap(feed, stage) {
        let (output, factor) = (source(tap, units, stage), depth * scale);
        for (frame, &volts) in frames[range.clone()].iter_mut().zip(&output[range]) {
            *frame += volts * factor;
        }
        return;
    }
    if let (false, [tap]) = (feed.fold, feed.taps.as_slice()) {
        let output = source(tap, units, stage);
        for frame in range {
            frames[frame] += masked(output[frame], tap.lanes) * (depth.at(frame) * scale);
        }
        return;
    }
    let mut folded = [0.0; BLOCK];
    for tap in &feed.taps {
        let sums = sums(tap, units, stage);
        for (folded, &sum) in folded[range.clone()].iter_mut().zip(&sums[range.clone()]) {
            *folded += sum;
        }
    }
    for frame in range {
        frames[frame] += Group::splat(folded[frame]) * (depth.at(frame) * scale);
    }
}

/// A cable's voltage at one frame, before its depth.
fn voltage(feed: &Feed, units: &[PlanUnit], stage: &Stage, frame: usize) -> Group {
    let when = |tap: &Tap| if tap.back { (frame + BLOCK - 1) & (BLOCK - 1) } else { frame };
    match (feed.fold, feed.taps.as_slice()) {
        (false, [tap]) => masked(source(tap, units, stage)[when(tap)], tap.lanes),
        (_, taps) => {
            let mut folded = 0.0;
            for tap in taps {
                folded += sums(tap, units, stage)[when(tap)];
            }
            Group::splat(folded)
        }
    }
}

/// The lanes of what a tap reads, added up. Those of a unit that sleeps are 0.
#[inline(always)]
fn sums<'a>(tap: &Tap, units: &'a [PlanUnit], stage: &Stage) -> AtomicRef<'a, [f32; BLOCK]> {
    let (running, output) = (&units[tap.unit as usize].running, tap.output as usize);
    if let (true, Some(handed)) = (tap.handed, running.handed.get()) {
        return AtomicRef::map(handed.read(stage.block), |half| &half.sums[output]);
    }
    AtomicRef::map(running.cell.borrow(), |cell| &cell.body.sums[output])
}

/// The frames that a tap reads.
#[inline(always)]
fn source<'a>(tap: &Tap, units: &'a [PlanUnit], stage: &Stage) -> AtomicRef<'a, [Group; BLOCK]> {
    let (running, output) = (&units[tap.unit as usize].running, tap.output as usize);
    if let (true, Some(handed)) = (tap.handed, running.handed.get()) {
        return AtomicRef::map(handed.read(stage.block), |half| &half.outputs[output]);
    }
    AtomicRef::map(running.cell.borrow(), |cell| &cell.body.outputs[output])
}
