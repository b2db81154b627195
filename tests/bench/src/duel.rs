//! A patch on one thread against the same on several, in turns on the same notes.

use std::time::{Duration, Instant};

use crate::cpu::Usage;
use crate::pacing::SAMPLE_RATE;
use crate::piece::Piece;
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
