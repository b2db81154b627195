//! The unit itself with its outputs, and what keeps its neighbours from its mistakes.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;

use manycord_modules::dsp::sums::sums;
use manycord_modules::{
    BLOCK, Buffer, Group, In, Io, Kind, LANES, LaneEvent, LaneMask, Out, Setup, Signal, Simd, Unit, Value,
};

use super::running::Meter;
use super::scan::Scan;
use super::stage::Stage;

/// Why a unit does not put out what it computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Health {
    Good,
    /// Put out something non-finite: silent to the end of the grid block, then reset.
    Muted,
    /// Panicked: silent for good.
    Quarantined,
}

/// One unit for one group of lanes, and its outputs.
pub(crate) struct Body {
    unit: Box<dyn Unit>,
    /// Outputs of the block; older frames stay, so that a feedback cable finds the frame before.
    pub(crate) outputs: Box<[[Group; BLOCK]]>,
    /// The same with the lanes in use added up, of outputs that are folded to mono.
    pub(crate) sums: Box<[[f32; BLOCK]]>,
    /// Whether the unit's group sleeps; its outputs are then zero.
    pub(crate) asleep: bool,
    /// Greatest magnitude put out on the lanes in use since the last grid line, in volts.
    peak: f32,
    /// The same for the grid block before, and for the one before that.
    pub(crate) last_peak: f32,
    pub(crate) earlier_peak: f32,
    /// Grid blocks for which the unit's group has been silent; kept by its first unit.
    pub(crate) quiet: u32,
    health: Health,
    /// Whether it is bypassed for the rest of the grid block and does not move on; `None` until the first range.
    bypassed: Option<bool>,
}

/// The signals of one call of a unit.
pub(crate) struct Gathered<'a> {
    pub(crate) inputs: &'a [Signal<'a>],
    pub(crate) params: &'a [Buffer],
    /// Where the bypass switch rests, `None` while it moves.
    pub(crate) bypass: Option<f32>,
}

/// What one call of a unit needs to know besides its signals.
pub(crate) struct Call<'a> {
    pub(crate) stage: &'a Stage,
    pub(crate) meter: &'a Meter,
    pub(crate) events: &'a [LaneEvent],
    pub(crate) patched: u32,
    pub(crate) wanted: u32,
    /// Bit per output: whether its lanes are to be added up.
    pub(crate) folded: u32,
    /// Lanes in use.
    pub(crate) lanes: LaneMask,
    /// Pairs of input and output that a bypassed unit passes on.
    pub(crate) routes: &'static [(In, Out)],
    /// 0 in, 1 bypassed.
    pub(crate) bypass: u32,
}

impl Body {
    pub(crate) fn new(kind: &Kind, setup: &Setup, asleep: bool) -> Body {
        Body {
            unit: kind.make(setup),
            outputs: vec![[Group::ZERO; BLOCK]; kind.spec.outputs.len()].into(),
            sums: vec![[0.0; BLOCK]; kind.spec.outputs.len()].into(),
            asleep,
            peak: 0.0,
            last_peak: 0.0,
            earlier_peak: 0.0,
            quiet: 0,
            health: Health::Good,
            bypassed: None,
        }
    }

    /// Takes saved module state over; off the audio path, before the unit first runs.
    pub(crate) fn load(&mut self, state: &Value) -> Result<(), String> {
        self.unit.load(state)
    }

    /// Renders a range.
    #[inline(always)]
    pub(crate) fn process<S: Simd>(
        &mut self,
        simd: S,
        call: &Call<'_>,
        gathered: &Gathered<'_>,
        range: Range<usize>,
    ) {
        if range.start == 0 && self.health == Health::Muted {
            self.unit.reset(LaneMask::ALL);
            self.health = Health::Good;
        }
        // Decided once per grid block, so that the unit moves on for as long however the block is cut.
        let decided = self.bypassed.filter(|_| range.start > 0);
        let bypassed = decided.unwrap_or(gathered.bypass == Some(1.0));
        self.bypassed = Some(bypassed);
        if bypassed {
            self.silence(range.clone());
        } else if self.health == Health::Good {
            self.render(call, gathered, range.clone());
        } else {
            self.silence(range.clone());
        }
        if gathered.bypass != Some(0.0) {
            self.mix_bypass(call, gathered.inputs, range.clone());
        }
        self.measure(simd, call, range.clone());
        if call.folded != 0 {
            self.fold(simd, call, range.clone());
        }
        if range.end == BLOCK {
            self.close_block(call.meter);
        }
    }

    fn close_block(&mut self, meter: &Meter) {
        self.earlier_peak = std::mem::replace(&mut self.last_peak, std::mem::take(&mut self.peak));
        // About 300 ms of fall at 48 kHz: slow enough to be read.
        let shown = meter.level.load(Ordering::Relaxed) * 0.97;
        meter.level.store(shown.max(self.last_peak), Ordering::Relaxed);
    }

    fn render(&mut self, call: &Call<'_>, gathered: &Gathered<'_>, range: Range<usize>) {
        let mut io = Io {
            inputs: gathered.inputs,
            params: gathered.params,
            outputs: &mut self.outputs,
            events: call.events,
            host: &call.stage.host,
            patched: call.patched,
            wanted: call.wanted,
        };
        let unit = &mut self.unit;
        // A panic leaves the unit in an unknown state; it is never called again.
        if catch_unwind(AssertUnwindSafe(|| unit.process(&mut io, range.clone()))).is_err() {
            self.quarantine(call.meter);
            self.silence(range);
        }
    }

    /// What a bypassed unit puts out: its routes, crossfaded while the switch moves.
    #[inline(always)]
    fn mix_bypass(&mut self, call: &Call<'_>, inputs: &[Signal<'_>], range: Range<usize>) {
        let bypass = &call.stage.dials[call.bypass as usize];
        for (place, output) in self.outputs.iter_mut().enumerate() {
            let route = call.routes.iter().find(|(_, output)| output.index() == place);
            for frame in range.clone() {
                let share = bypass.at(frame);
                let around = route.map_or(Group::ZERO, |(input, _)| inputs[input.index()].at(frame));
                output[frame] = output[frame] * (1.0 - share) + around * share;
            }
        }
    }

    /// Looks for the peak, and for anything non-finite, which no neighbour may see.
    #[inline(always)]
    fn measure<S: Simd>(&mut self, simd: S, call: &Call<'_>, range: Range<usize>) {
        let mut scan = Scan::new(simd);
        for (place, output) in self.outputs.iter().enumerate() {
            if call.wanted >> place & 1 == 1 {
                scan.see(simd, &output[range.clone()]);
            }
        }
        if scan.is_finite() {
            self.peak = self.peak.max(scan.peak(call.lanes));
        } else {
            self.mute(call.meter, range);
        }
    }

    /// Adds up the lanes in use where the outputs have just been written: who mixes them then reads an eighth.
    #[inline(always)]
    fn fold<S: Simd>(&mut self, simd: S, call: &Call<'_>, range: Range<usize>) {
        for (place, output) in self.outputs.iter().enumerate() {
            if call.folded >> place & 1 == 0 {
                continue;
            }
            let folded = &mut self.sums[place];
            let mut frame = range.start;
            while frame + LANES <= range.end {
                let mut groups = [Group::ZERO; LANES];
                for (group, &volts) in groups.iter_mut().zip(&output[frame..frame + LANES]) {
                    *group = masked(volts, call.lanes);
                }
                folded[frame..frame + LANES].copy_from_slice(&sums(simd, &groups).0);
                frame += LANES;
            }
            for frame in frame..range.end {
                folded[frame] = masked(output[frame], call.lanes).sum();
            }
        }
    }

    /// Silences the unit from its first non-finite frame to the end of the grid block.
    fn mute(&mut self, meter: &Meter, range: Range<usize>) {
        let bad = |frame: &usize| self.outputs.iter().any(|output| !output[*frame].is_finite());
        let first = range.clone().find(bad).unwrap_or(range.start);
        self.silence(first..range.end);
        if self.health == Health::Good {
            self.health = Health::Muted;
        }
        meter.resets.fetch_add(1, Ordering::Relaxed);
    }

    fn silence(&mut self, range: Range<usize>) {
        for output in &mut self.outputs {
            output[range.clone()].fill(Group::ZERO);
        }
        for sums in &mut self.sums {
            sums[range.clone()].fill(0.0);
        }
    }

    /// The unit's group falls asleep: nothing audible leaves it.
    pub(crate) fn sleep(&mut self, meter: &Meter) {
        self.asleep = true;
        meter.asleep.store(true, Ordering::Relaxed);
        self.silence(0..BLOCK);
    }

    /// The unit's group wakes: whatever it did before is forgotten.
    pub(crate) fn wake(&mut self, meter: &Meter) {
        self.asleep = false;
        self.bypassed = None;
        meter.asleep.store(false, Ordering::Relaxed);
        self.forget(meter);
    }

    /// Forgets tails and voices.
    pub(crate) fn forget(&mut self, meter: &Meter) {
        self.silence(0..BLOCK);
        if self.health == Health::Quarantined {
            return;
        }
        let unit = &mut self.unit;
        self.health = Health::Good;
        if catch_unwind(AssertUnwindSafe(|| unit.reset(LaneMask::ALL))).is_err() {
            self.quarantine(meter);
        }
    }

    /// Silences the unit for good.
    pub(crate) fn quarantine(&mut self, meter: &Meter) {
        self.health = Health::Quarantined;
        meter.quarantine();
    }
}

/// The lanes of a set; 0 on others.
#[inline(always)]
pub(crate) fn masked(group: Group, lanes: LaneMask) -> Group {
    if lanes == LaneMask::ALL { group } else { group.select(Group::ZERO, lanes) }
}
