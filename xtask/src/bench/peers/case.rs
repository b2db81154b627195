//! Who is measured: programs, and what each of them is asked for.

use std::process::Command;

use anyhow::Result;

use super::faust::{self, Flavour};
use super::take::Take;
use super::{csound, manycord, supercollider};

/// A program that renders the reference patch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Program {
    Manycord(Quality),
    Scsynth,
    Supernova,
    Csound,
    Faust(Flavour),
}

/// Quality at which ours plays.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Quality {
    Full,
    Economy,
}

/// All of them, ours first.
pub(super) const PROGRAMS: [Program; 9] = [
    Program::Manycord(Quality::Full),
    Program::Manycord(Quality::Economy),
    Program::Scsynth,
    Program::Supernova,
    Program::Csound,
    Program::Faust(Flavour::Plain),
    Program::Faust(Flavour::Vec),
    Program::Faust(Flavour::Omp),
    Program::Faust(Flavour::Sch),
];

impl Program {
    /// The name in the rows.
    pub(super) fn name(self) -> &'static str {
        match self {
            Program::Manycord(Quality::Full) => "manycord-full",
            Program::Manycord(Quality::Economy) => "manycord-economy",
            Program::Scsynth => "scsynth",
            Program::Supernova => "supernova",
            Program::Csound => "csound",
            Program::Faust(Flavour::Plain) => "faust-plain",
            Program::Faust(Flavour::Vec) => "faust-vec",
            Program::Faust(Flavour::Omp) => "faust-omp",
            Program::Faust(Flavour::Sch) => "faust-sch",
        }
    }

    pub(super) fn is_ours(self) -> bool {
        matches!(self, Program::Manycord(_))
    }

    /// What must be installed, by the names of the executables.
    pub(super) fn needs(self) -> &'static [&'static str] {
        match self {
            Program::Manycord(_) => &[],
            Program::Scsynth => &["scsynth"],
            Program::Supernova => &["supernova"],
            Program::Csound => &["csound"],
            Program::Faust(_) => &["faust", "g++"],
        }
    }

    /// The letter before a number of threads in a case; `None` for a program that only knows one.
    fn threads_letter(self) -> Option<char> {
        match self {
            Program::Scsynth | Program::Faust(Flavour::Plain | Flavour::Vec) => None,
            Program::Csound => Some('j'),
            Program::Manycord(_) | Program::Supernova | Program::Faust(_) => Some('w'),
        }
    }

    /// How to render.
    pub(super) fn command(self, take: &Take<'_>) -> Result<Command> {
        match self {
            Program::Manycord(quality) => manycord::command(quality, take),
            Program::Scsynth => supercollider::scsynth(take),
            Program::Supernova => supercollider::supernova(take),
            Program::Csound => csound::command(take),
            Program::Faust(flavour) => faust::command(flavour, take),
        }
    }
}

/// A program, voices, threads and block that are measured together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Case {
    pub(super) program: Program,
    pub(super) voices: usize,
    pub(super) threads: usize,
    /// Frames.
    pub(super) block: usize,
}

/// Frames per block where a case does not say so.
pub(super) const BLOCK: usize = 64;

impl Case {
    /// `supernova-128v-w2-b256`, say.
    pub(super) fn name(self) -> String {
        let threads = self.program.threads_letter().map(|letter| format!("-{letter}{}", self.threads));
        let block = if self.block == BLOCK { String::new() } else { format!("-b{}", self.block) };
        format!("{}-{}v{}{block}", self.program.name(), self.voices, threads.unwrap_or_default())
    }

    /// The cases of one number of voices: each program with one thread, and with two where it can. With the most
    /// voices those whose threads gain most by larger blocks are measured with these too.
    pub(super) fn group(programs: &[Program], voices: usize, most: usize) -> Vec<Case> {
        const LARGE: usize = 256;
        let mut cases = Vec::new();
        for &program in programs {
            let threads: &[usize] = if program.threads_letter().is_some() { &[1, 2] } else { &[1] };
            let large = voices == most && matches!(program, Program::Manycord(_) | Program::Supernova);
            for &block in if large { &[BLOCK, LARGE][..] } else { &[BLOCK] } {
                cases.extend(threads.iter().map(|&threads| Case { program, voices, threads, block }));
            }
        }
        cases
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_say_what_is_measured() {
        let names: Vec<String> = Case::group(&PROGRAMS, 128, 128).into_iter().map(Case::name).collect();
        for name in [
            "manycord-full-128v-w2",
            "manycord-economy-128v-w1",
            "scsynth-128v",
            "supernova-128v-w2-b256",
            "csound-128v-j2",
        ] {
            assert!(names.iter().any(|known| known == name), "{name}: {names:?}");
        }
        assert_eq!(Case::group(&[Program::Supernova], 64, 128).len(), 2);
    }
}
