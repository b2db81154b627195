//! `peers`: the reference patch in the languages of others, rendered offline side by side: csound, SuperCollider's
//! scsynth and supernova, and Faust. `tests/peers/README.md` says how the versions differ. The others are only run
//! as the programs that they are; one that cannot be had is named and left out.

mod case;
mod csound;
mod faust;
mod manycord;
mod race;
mod sound;
mod stopwatch;
mod supercollider;
mod take;
mod verdict;

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::sink::Sink;
use crate::report::Target;
use crate::{paths, process, setup};
use case::{BLOCK, Case, PROGRAMS, Program, Quality};
use faust::{Build, Flavour};
use race::Race;
use take::{Piece, RATE, Take};
use verdict::{HEAVY, LIGHT};

/// Voices that are measured.
const VOICES: [usize; 4] = [LIGHT, 16, 64, HEAVY];

/// Rounds, and seconds of a long render: in earnest and for a glance.
const EFFORT: [(usize, f64); 2] = [(5, 2.0), (1, 0.5)];

/// Pitches of the bare saw: bins of a spectrum of 65536 frames, so that no alias falls on a harmonic, and Hz.
const PITCHES: [(usize, usize); 5] = [(75, 55), (601, 440), (2_403, 1_760), (4_805, 3_520), (9_611, 7_040)];

/// By how many dB our saw is to be cleaner than SuperCollider's.
const CLEANER: f64 = 50.0;

/// Measures.
pub(super) fn run(sink: &mut Sink) -> Result<()> {
    if !cfg!(target_os = "linux") {
        bail!("the peers are installed and timed on Linux only");
    }
    let sources = paths::root().join("tests/peers");
    let folder = paths::target().join("bench/peers");
    std::fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let mut programs = there(sink);
    compile(sink, &mut programs, &sources, &folder);
    let (rounds, turn) = EFFORT[usize::from(sink.quick)];
    let race = Race { sources: &sources, folder: &folder, rounds, turn };
    for voices in VOICES {
        let entries = race.run(&Case::group(&programs, voices, HEAVY), |text| sink.note(text));
        verdict::tell(sink, &entries);
    }
    saws(sink, &programs, &sources, &folder);
    Ok(())
}

/// Installs what is missing; returns the programs that are there then.
fn there(sink: &Sink) -> Vec<Program> {
    for error in setup::each(setup::Group::Peers) {
        sink.tell(&format!("{error:#}"));
    }
    let (there, missing): (Vec<_>, Vec<_>) = PROGRAMS
        .into_iter()
        .partition(|program| program.needs().iter().all(|name| process::output("which", &[name]).is_some()));
    for program in missing {
        sink.tell(&format!(
            "{} is left out: {} is not installed",
            program.name(),
            program.needs().join(" or ")
        ));
    }
    there
}

/// Compiles all of Faust's programs; leaves those of a flavour out that cannot be.
fn compile(sink: &Sink, programs: &mut Vec<Program>, sources: &Path, folder: &Path) {
    let mut builds = Vec::new();
    for program in programs.iter() {
        let Program::Faust(flavour) = *program else { continue };
        let pieces = VOICES.into_iter().map(Piece::Voices);
        let saws = PITCHES.into_iter().map(|(bin, _)| Piece::Saw(hertz(bin)));
        let pieces = pieces.chain(saws.filter(|_| flavour == Flavour::Plain));
        builds.extend(pieces.map(|piece| Build { flavour, piece, block: BLOCK }));
    }
    let progress =
        |left| sink.note(&format!("g++ compiles what Faust made: {left} to go (minutes, the first time)"));
    for (build, error) in faust::build_all(&builds, sources, folder, progress) {
        let program = Program::Faust(build.flavour);
        sink.tell(&format!("{} is left out: {error:#}", program.name()));
        programs.retain(|known| *known != program);
    }
}

/// How clean each language's saw is: one that is quicker and aliases is no equal.
fn saws(sink: &mut Sink, programs: &[Program], sources: &Path, folder: &Path) {
    for (bin, nominal) in PITCHES {
        let mut scsynth = None;
        let others = [Program::Scsynth, Program::Csound, Program::Faust(Flavour::Plain)];
        let ours = [Quality::Full, Quality::Economy].map(Program::Manycord);
        for program in others.into_iter().chain(ours).filter(|program| programs.contains(program)) {
            let case = format!("{}-saw-{nominal}hz", program.name());
            sink.note(&case);
            let piece = Piece::Saw(hertz(bin));
            let take = Take { piece, threads: 1, block: BLOCK, seconds: 3.0, sources, folder };
            match saw(program, &take, bin) {
                Ok(nhr) => {
                    scsynth = scsynth.or(Some(nhr).filter(|_| program == Program::Scsynth));
                    let target = scsynth.and_then(|peer| match program {
                        Program::Manycord(Quality::Full) => Some(Target::AtMost((peer - CLEANER).round())),
                        Program::Manycord(Quality::Economy) => Some(Target::AtMost(peer.floor())),
                        _ => None,
                    });
                    sink.add(&case, "nhr_db", nhr, "dB", target);
                }
                Err(error) => sink.tell(&format!("{case}: {error:#}")),
            }
        }
    }
}

fn saw(program: Program, take: &Take<'_>, bin: usize) -> Result<f64> {
    const LIMIT: f64 = 30.0;
    let command: Command = program.command(take)?;
    let spent = stopwatch::run(&command, LIMIT, &take.folder.join("log.txt"))?;
    spent.with_context(|| format!("it was not done after {LIMIT} s"))?;
    sound::check(take)?;
    sound::nhr_db(&take.out(), bin)
}

/// Frequency of a bin.
fn hertz(bin: usize) -> f64 {
    (bin * RATE) as f64 / 65_536.0
}
