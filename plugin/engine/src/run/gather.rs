//! What arrives at an input: cables added up in patch order, poly folded to mono, params modulated.

use std::ops::Range;

use manycord_modules::{BLOCK, Group, LaneMask, Param, Signal};

use atomic_refcell::AtomicRef;

use super::dial::{Ramp, from_travel, travel_per_volt};
use super::stage::Stage;
use crate::plan::{Feed, Feeds, PlanUnit, Tap};

/// Fills an input for a range. Between an unplugged and a plugged-in cable the input's normal voltage is
/// crossfaded with the cable's.
#[inline(always)]
pub(crate) fn input(
    signal: &mut Signal,
    feeds: &Feeds,
    normal: f32,
    units: &[PlanUnit],
    stage: &Stage,
    range: Range<usize>,
) {
    if feeds.cables.is_empty() {
        signal.hold(Group::splat(normal));
        return;
    }
    let frames = signal.moving();
    let mut cables = feeds.cables.as_slice();
    match cables {
        [first, others @ ..] if copy(frames, first, units, stage, range.clone()) => cables = others,
        _ => frames[range.clone()].fill(Group::ZERO),
    }
    for feed in cables {
        add(frames, feed, 1.0, units, stage, range.clone());
    }
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

/// Fills a param for a range; `held` is the knob's travel that it holds, NaN for none.
#[inline(always)]
pub(crate) fn param(
    (signal, held): (&mut Signal, &mut f32),
    param: &Param,
    feeds: &Feeds,
    knob: &Ramp,
    units: &[PlanUnit],
    stage: &Stage,
    range: Range<usize>,
) {
    if feeds.cables.is_empty()
        && let Some(travel) = knob.steady()
    {
        if travel.to_bits() != held.to_bits() {
            signal.hold(from_travel(param, Group::splat(travel)));
            *held = travel;
        }
        return;
    }
    *held = f32::NAN;
    let frames = signal.moving();
    for frame in range.clone() {
        frames[frame] = Group::splat(knob.at(frame));
    }
    for feed in &feeds.cables {
        add(frames, feed, travel_per_volt(param), units, stage, range.clone());
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

/// Takes a plain cable at full depth over as it is. Returns whether it is one.
#[inline(always)]
fn copy(
    frames: &mut [Group; BLOCK],
    feed: &Feed,
    units: &[PlanUnit],
    stage: &Stage,
    range: Range<usize>,
) -> bool {
    match feed.taps.as_slice() {
        [tap] if !feed.fold && tap.lanes == LaneMask::ALL => {
            let plain = stage.dials[feed.depth as usize].steady() == Some(1.0);
            if plain {
                frames[range.clone()].copy_from_slice(&source(tap, units, stage)[range]);
            }
            plain
        }
        _ => false,
    }
}

/// Adds a cable's voltage × depth × `scale`, frame by frame.
#[inline(always)]
fn add(
    frames: &mut [Group; BLOCK],
    feed: &Feed,
    scale: f32,
    units: &[PlanUnit],
    stage: &Stage,
    range: Range<usize>,
) {
    let depth = &stage.dials[feed.depth as usize];
    if depth.steady() == Some(0.0) {
        return;
    }
    if let (false, [tap]) = (feed.fold, feed.taps.as_slice()) {
        let output = source(tap, units, stage);
        if let (Some(depth), LaneMask::ALL) = (depth.steady(), tap.lanes) {
            let factor = depth * scale;
            for (frame, &volts) in frames[range.clone()].iter_mut().zip(&output[range]) {
                *frame += volts * factor;
            }
        } else {
            for frame in range {
                frames[frame] += masked(output[frame], tap.lanes) * (depth.at(frame) * scale);
            }
        }
        return;
    }
    let mut folded = [Group::ZERO; BLOCK];
    for tap in &feed.taps {
        if sleeps(tap, units, stage) {
            continue;
        }
        let output = source(tap, units, stage);
        for (sum, &volts) in folded[range.clone()].iter_mut().zip(&output[range.clone()]) {
            *sum += masked(volts, tap.lanes);
        }
    }
    for frame in range {
        frames[frame] += Group::splat(folded[frame].sum()) * (depth.at(frame) * scale);
    }
}

/// A cable's voltage at one frame, before its depth.
fn voltage(feed: &Feed, units: &[PlanUnit], stage: &Stage, frame: usize) -> Group {
    let at = |tap: &Tap| {
        let frame = if tap.back { (frame + BLOCK - 1) & (BLOCK - 1) } else { frame };
        source(tap, units, stage)[frame]
    };
    match (feed.fold, feed.taps.as_slice()) {
        (false, [tap]) => masked(at(tap), tap.lanes),
        (_, taps) => {
            let mut folded = Group::ZERO;
            for tap in taps {
                folded += masked(at(tap), tap.lanes);
            }
            Group::splat(folded.sum())
        }
    }
}

/// The frames that a tap reads.
fn source<'a>(tap: &Tap, units: &'a [PlanUnit], stage: &Stage) -> AtomicRef<'a, [Group; BLOCK]> {
    let (running, output) = (&units[tap.unit as usize].running, tap.output as usize);
    if let (true, Some(handed)) = (tap.handed, running.handed.get()) {
        return AtomicRef::map(handed.read(stage.block), |half| &half.outputs[output]);
    }
    AtomicRef::map(running.cell.borrow(), |cell| &cell.outputs[output])
}

/// Whether a tap's unit slept: its lanes need not be added up.
fn sleeps(tap: &Tap, units: &[PlanUnit], stage: &Stage) -> bool {
    let running = &units[tap.unit as usize].running;
    match running.handed.get() {
        Some(handed) if tap.handed => handed.read(stage.block).silent,
        _ => running.cell.borrow().asleep,
    }
}

#[inline(always)]
fn masked(group: Group, lanes: LaneMask) -> Group {
    if lanes == LaneMask::ALL { group } else { group.select(Group::ZERO, lanes) }
}
