//! Times renders. What a program needs to start does not count: each is timed twice, with a short and a long
//! render, and the difference is what the sound took. Cases take turns, so that what disturbs the machine disturbs
//! all of them alike.

use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::case::Case;
use super::sound;
use super::stopwatch::{self, Spent};
use super::take::{Piece, Take};

/// Length of the short render, and of the long one by which the length of the long ones is found, in seconds.
const SHORT: f64 = 0.5;
const TRIAL: f64 = 2.0;

/// Shortest and longest difference between two renders, in seconds of sound.
const LENGTHS: (f64, f64) = (1.0, 240.0);

/// Seconds after which a program is taken to hang.
const LIMIT: f64 = 30.0;

/// What a second of sound takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cost {
    /// Seconds of wall clock.
    pub(super) wall: f64,
    /// Seconds of all processors.
    pub(super) cpu: f64,
}

/// How cases are timed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Race<'a> {
    pub(super) sources: &'a Path,
    pub(super) folder: &'a Path,
    /// Times that each case is timed.
    pub(super) rounds: usize,
    /// About how many seconds a long render is to take.
    pub(super) turn: f64,
}

/// A case and its costs, one per round; or why it cannot be measured.
pub(super) type Entry = (Case, Result<Vec<Cost>>);

impl Race<'_> {
    /// Times cases against each other. Calls `note` with what is being done.
    pub(super) fn run(&self, cases: &[Case], note: impl Fn(&str)) -> Vec<Entry> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut lengths = Vec::new();
        for &case in cases {
            note(&format!("{}: first render", case.name()));
            let length = self.length(case);
            lengths.push(*length.as_ref().unwrap_or(&0.0));
            entries.push((case, length.map(|_| Vec::new())));
        }
        for round in 0..self.rounds {
            for place in 0..cases.len() {
                // Forwards and backwards, so that nobody is always first.
                let place = if round % 2 == 0 { place } else { cases.len() - 1 - place };
                let (case, costs) = &mut entries[place];
                let Ok(known) = costs else { continue };
                note(&format!("{}: round {} of {}", case.name(), round + 1, self.rounds));
                match self.cost(*case, lengths[place]) {
                    Ok(cost) => known.push(cost),
                    Err(error) => *costs = Err(error),
                }
            }
        }
        entries
    }

    /// Seconds by which the long render is to be longer than the short one. Sees to it that the program sounds.
    fn length(&self, case: Case) -> Result<f64> {
        let short = self.render(case, SHORT)?;
        let long = self.render(case, TRIAL)?;
        sound::check(&self.take(case, TRIAL)).context("its sound is wrong")?;
        let wall = (long.wall - short.wall).max(1e-3) / (TRIAL - SHORT);
        Ok((self.turn / wall).clamp(LENGTHS.0, LENGTHS.1))
    }

    fn cost(&self, case: Case, length: f64) -> Result<Cost> {
        let short = self.render(case, SHORT)?;
        let long = self.render(case, SHORT + length)?;
        let cost = Cost { wall: (long.wall - short.wall) / length, cpu: (long.cpu - short.cpu) / length };
        ensure!(cost.wall > 0.0, "the longer render was quicker: the machine is not at rest");
        Ok(cost)
    }

    fn render(&self, case: Case, seconds: f64) -> Result<Spent> {
        let take = self.take(case, seconds);
        let command = case.program.command(&take)?;
        stopwatch::run(&command, LIMIT, &self.folder.join("log.txt"))?
            .with_context(|| format!("it hung: {seconds:.1} s of sound were not done after {LIMIT} s"))
    }

    fn take(&self, case: Case, seconds: f64) -> Take<'_> {
        let (sources, folder) = (self.sources, self.folder);
        Take {
            piece: Piece::Voices(case.voices),
            threads: case.threads,
            block: case.block,
            seconds,
            sources,
            folder,
        }
    }
}

/// The middle one; between neighbours where there are two. NaN without figures.
pub(super) fn median(figures: impl IntoIterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.into_iter().collect();
    figures.sort_by(f64::total_cmp);
    let Some(last) = figures.len().checked_sub(1) else { return f64::NAN };
    (figures[last / 2] + figures[last.div_ceil(2)]) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_lies_in_the_middle() {
        assert_eq!(median([3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median([4.0, 1.0, 2.0, 3.0]), 2.5);
        assert_eq!(median([7.0]), 7.0);
        assert!(median([]).is_nan());
    }
}
