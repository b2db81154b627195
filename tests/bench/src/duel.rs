//! A patch on one thread against the same on several, in turns on the same notes.

use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

use anyhow::Result;
use manycord_pool::Pool;

use crate::cpu::Usage;
use crate::pacing::SAMPLE_RATE;
use crate::piece::Piece;
use crate::quantile::Quantiles;
use crate::tune::Tune;
use crate::turns::take_turns;

/// After a turn workers look out for more before they sleep; what that costs counts as theirs.
const PARKING: Duration = Duration::from_millis(2);

/// What a turn cost, in seconds.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// Time from its begin to its end.
    pub wall: f64,
    /// CPU time of the whole process.
    pub cpu: f64,
}

/// Lets both pieces play the same frames back to back, in so many turns of which a serial one takes about
/// `seconds`.
pub fn duel(
    [serial, parallel]: [&mut Piece; 2],
    block: usize,
    (rounds, seconds): (usize, f64),
) -> [Vec<Cost>; 2] {
    let frames = frames_of(serial, block, seconds);
    parallel.play(PROBE, block);
    let contestants: &mut [&mut dyn FnMut() -> Cost; 2] =
        &mut [&mut || turn(serial, frames, block), &mut || turn(parallel, frames, block)];
    take_turns(rounds, contestants)
}

/// What `threads` instances gain that render at once, each on a thread of its own, over one after the other: the most
/// that this machine lets anybody gain.
///
/// # Errors
/// When the patch does not compile.
pub fn ceiling(tune: &Tune, serial: &Arc<Pool>, block: usize, threads: usize, seconds: f64) -> Result<f64> {
    let piece = |_| {
        let mut piece = Piece::new(&tune.patch, serial, tune.score.clone())?;
        piece.settle()?;
        Ok(piece)
    };
    let mut pieces = (0..threads).map(piece).collect::<Result<Vec<Piece>>>()?;
    let frames = frames_of(&mut pieces[0], block, seconds);
    let gain = |_| {
        let begun = Instant::now();
        pieces.iter_mut().for_each(|piece| piece.play(frames, block));
        let in_a_row = begun.elapsed().as_secs_f64();
        let start = Barrier::new(threads + 1);
        let at_once = std::thread::scope(|scope| {
            let start = &start;
            for piece in &mut pieces {
                scope.spawn(move || {
                    start.wait();
                    piece.play(frames, block);
                });
            }
            start.wait();
            Instant::now()
        });
        in_a_row / at_once.elapsed().as_secs_f64()
    };
    Ok(Quantiles::of((0..CEILING_ROUNDS).map(gain).collect()).median())
}

/// Turns from which the ceiling is told.
const CEILING_ROUNDS: usize = 5;

/// Frames from which the speed of a piece is told.
const PROBE: usize = SAMPLE_RATE as usize / 10;

/// Frames that this piece renders in so many seconds.
fn frames_of(piece: &mut Piece, block: usize, seconds: f64) -> usize {
    let begun = Instant::now();
    piece.play(PROBE, block);
    ((seconds / begun.elapsed().as_secs_f64() * PROBE as f64) as usize).max(4 * block)
}

fn turn(piece: &mut Piece, frames: usize, block: usize) -> Cost {
    let (usage, begun) = (Usage::now(), Instant::now());
    piece.play(frames, block);
    let wall = begun.elapsed().as_secs_f64();
    std::thread::sleep(PARKING);
    let cpu = Usage::now().since(usage).cpu_s;
    piece.control.collect();
    Cost { wall, cpu }
}

/// Numbers of threads worth a look on a machine with so many CPUs: all of them, and some below.
pub fn thread_counts(cpus: usize) -> Vec<usize> {
    let below = [1, 2, 4, 8, 12, 16, 24, 32, 48].into_iter().filter(|&threads| threads < cpus);
    below.chain([cpus]).collect()
}
