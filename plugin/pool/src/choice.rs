//! Whether running together pays, as far as experience goes: never slower than alone, for longer than it takes to find out.
//!
//! Estimates decide first ([`crate::Hint`]); but what a hand-off costs depends on the machine and on how a graph's tasks
//! share data, and only trying tells. Times are compared as shares of the estimate, so that short ranges and long ones
//! count alike. Steers only who takes part, never what is computed.

/// Runs alone with which a client begins, so that there is something to compare with.
const FIRST: u32 = 16;
/// Runs together that do not count, since workers wake and fetch what they need, and those that do.
const WARM_UP: u32 = 4;
const TRIAL: u32 = 48;
/// Share of the time alone from which running together has failed, and from which it has so plainly that fewer runs
/// show it.
const WORTH: f32 = 0.95;
const PLAIN: (f32, u32) = (1.05, 12);
/// First and longest span of runs alone after a trial that failed: at first one run in 17 is then a trial that plainly
/// loses, or one in six a trial that neither gains nor loses.
const SPAN: (u32, u32) = (256, 16_384);
/// The longest span where runs alone take more than this share of the host's period: there is much to gain.
const SHORT_OF_TIME: (f32, u32) = (0.7, 64);
/// A run together that takes so many times what it takes alone: somebody else has the workers' processors. The next runs
/// are then alone, where there is time enough for that: few at first, twice as many where the next one together is held
/// up again.
const HELD_UP: f32 = 2.0;
const BREAK: (u32, u32) = (4, 32);
/// Share of the host's period that a run alone may take for a break.
const FITS: f32 = 0.8;
/// Shares beyond this are the machine's doing, not the graph's.
const OUTLIER: f32 = 2.0;

/// What one client has learnt of its flow.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Choice {
    /// Time of a run as a share of the estimate, smoothed.
    alone: f32,
    together: f32,
    /// Runs alone so far.
    known: u32,
    /// Runs together since they were last judged to fail.
    tried: u32,
    /// Runs alone until the next trial, and how many it will be after one more failure.
    left: u32,
    span: u32,
    /// Runs alone until the end of a break, and how many the next break has.
    pause: u32,
    next_pause: u32,
}

impl Choice {
    /// Nothing is known.
    pub(crate) fn new() -> Choice {
        Choice {
            alone: 0.0,
            together: 0.0,
            known: 0,
            tried: 0,
            left: FIRST,
            span: SPAN.0,
            pause: 0,
            next_pause: BREAK.0,
        }
    }

    /// Another flow runs from here on, most often the same with a small change: what gained goes on, since a heavy one
    /// that suddenly runs alone is late; what did not is tried sooner.
    pub(crate) fn another_flow(&mut self) {
        self.left = self.left.min(SPAN.0);
        self.span = (self.span / 2).max(SPAN.0);
    }

    /// Whether to run together now.
    pub(crate) fn is_together(&self) -> bool {
        self.left == 0 && self.pause == 0
    }

    /// A run alone took a time; the host calls once in `period_ns`, 0 where nobody waits.
    pub(crate) fn ran_alone(&mut self, took_ns: u64, estimate_ns: u32, period_ns: u32) {
        self.known = self.known.saturating_add(1);
        self.alone += (share(took_ns, estimate_ns) - self.alone) / self.known.min(64) as f32;
        self.left = self.left.saturating_sub(1);
        if took_ns as f32 > period_ns as f32 * SHORT_OF_TIME.0 && period_ns > 0 {
            self.left = self.left.min(SHORT_OF_TIME.1);
        }
        self.pause = self.pause.saturating_sub(1);
    }

    /// A run together took a time; the host calls once in `period_ns`, 0 where nobody waits.
    pub(crate) fn ran_together(&mut self, took_ns: u64, estimate_ns: u32, period_ns: u32) {
        let alone_ns = self.alone * estimate_ns as f32;
        if took_ns as f32 > alone_ns * HELD_UP && alone_ns < period_ns as f32 * FITS {
            self.pause = self.next_pause;
            self.next_pause = (self.next_pause * 2).min(BREAK.1);
        } else {
            self.next_pause = BREAK.0;
        }
        self.tried = self.tried.saturating_add(1);
        let Some(counted @ 1..) = self.tried.checked_sub(WARM_UP) else { return };
        // A mean at first, later a moving one.
        self.together += (share(took_ns, estimate_ns) - self.together) / counted.min(64) as f32;
        let fails_plainly = counted >= PLAIN.1 && self.together > self.alone * PLAIN.0;
        if counted < TRIAL && !fails_plainly {
            return;
        }
        if self.together > self.alone * WORTH {
            self.left = self.span;
            self.span = (self.span * 2).min(SPAN.1);
            self.tried = 0;
        } else if self.tried >= 4 * TRIAL {
            self.span = SPAN.0;
        }
    }
}

fn share(took_ns: u64, estimate_ns: u32) -> f32 {
    (took_ns as f32 / estimate_ns.max(1) as f32).min(OUTLIER)
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::*;

    /// Runs of which those together take this share of those alone; returns how many were together.
    fn play(runs: u32, gain: f32) -> u32 {
        let (mut choice, mut together) = (Choice::new(), 0);
        for _ in 0..runs {
            if choice.is_together() {
                together += 1;
                choice.ran_together((110_000.0 * gain) as u64, 100_000, 0);
            } else {
                choice.ran_alone(110_000, 100_000, 0);
            }
        }
        together
    }

    #[test]
    fn what_pays_is_kept_and_what_does_not_is_tried_ever_more_rarely() {
        assert_eq!(play(100_000, 0.6), 100_000 - FIRST);
        assert!(play(100_000, 1.3) < 100_000 / 100);
    }

    #[test]
    fn an_edit_does_not_make_a_heavy_flow_run_alone() {
        let mut choice = Choice::new();
        let mut alone = 0;
        for run in 0..10_000 {
            if run % 75 == 0 {
                choice.another_flow();
            }
            if choice.is_together() {
                choice.ran_together(60_000, 100_000, 0);
            } else {
                alone += 1;
                choice.ran_alone(100_000, 100_000, 0);
            }
        }
        assert_eq!(alone, FIRST);
    }

    #[test]
    fn a_graph_that_begins_to_pay_is_found_out() {
        let mut choice = Choice::new();
        let mut together = 0;
        for run in 0..60_000 {
            let gain = if run < 20_000 { 1.2 } else { 0.7 };
            if choice.is_together() {
                together += u32::from(run >= 40_000);
                choice.ran_together((100_000.0 * gain) as u64, 100_000, 0);
            } else {
                choice.ran_alone(100_000, 100_000, 0);
            }
        }
        assert!(together > 15_000, "{together} of 20000");
    }

    #[test]
    fn who_is_held_up_takes_a_break_if_there_is_time_for_it() {
        for (period_ns, breaks) in [(1_000_000, [4, 8, 16, 32, 32]), (110_000, [0; 5]), (0, [0; 5])] {
            let mut choice = Choice::new();
            (0..FIRST).for_each(|_| choice.ran_alone(100_000, 100_000, 0));
            (0..200).for_each(|_| choice.ran_together(60_000, 100_000, period_ns));
            let counted = breaks.map(|_| {
                choice.ran_together(3_000_000, 100_000, period_ns);
                let mut counted = 0;
                while !choice.is_together() {
                    choice.ran_alone(100_000, 100_000, 0);
                    counted += 1;
                }
                counted
            });
            assert_eq!(counted, breaks, "called once in {period_ns} ns");
        }
    }

    #[test]
    fn who_is_short_of_time_tries_sooner() {
        let until_tried = |period_ns: u32| {
            let mut choice = Choice::new();
            (0..FIRST).for_each(|_| choice.ran_alone(100_000, 100_000, period_ns));
            while choice.is_together() {
                choice.ran_together(130_000, 100_000, period_ns);
            }
            let mut counted = 0;
            while !choice.is_together() {
                choice.ran_alone(100_000, 100_000, period_ns);
                counted += 1;
            }
            counted
        };
        assert_eq!(until_tried(1_000_000), SPAN.0);
        assert_eq!(until_tried(120_000), SHORT_OF_TIME.1 + 1);
    }
}
