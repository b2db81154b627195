//! Faust: a compiler from its language to C++, which the machine's g++ then compiles for this processor.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use anyhow::{Context, Result, bail};

use super::stopwatch;
use super::take::{Piece, Take};

/// What kind of code Faust makes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Flavour {
    /// One loop over the frames.
    Plain,
    /// Loops over vectors of a block's length.
    Vec,
    /// The same on OpenMP threads.
    Omp,
    /// The same under Faust's own work-stealing scheduler.
    Sch,
}

impl Flavour {
    fn options(self) -> &'static [&'static str] {
        match self {
            Flavour::Plain => &[],
            Flavour::Vec => &["-vec"],
            Flavour::Omp => &["-omp"],
            Flavour::Sch => &["-sch"],
        }
    }
}

/// What is compiled to one program.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Build {
    pub(super) flavour: Flavour,
    pub(super) piece: Piece,
    /// Frames per vector.
    pub(super) block: usize,
}

/// Seconds after which g++ is given up.
const LIMIT: f64 = 1_200.0;

impl Build {
    fn program(self, folder: &Path) -> PathBuf {
        let piece = match self.piece {
            Piece::Voices(voices) => format!("{voices}v"),
            Piece::Saw(hertz) => format!("saw-{hertz}"),
        };
        folder.join(format!("faust-{:?}-{piece}-b{}", self.flavour, self.block).to_lowercase())
    }

    /// Compiles, unless the program is there and made of the same text by the same commands.
    fn make(self, sources: &Path, folder: &Path) -> Result<()> {
        let sources = sources.join("faust");
        let (file, line) = match self.piece {
            Piece::Voices(voices) => ("heavy.dsp", format!("VOICES = {voices};")),
            Piece::Saw(hertz) => ("saw.dsp", format!("HERTZ = {hertz:?};")),
        };
        let program = self.program(folder);
        let beside = |extension: &str| program.with_file_name(format!("{}.{extension}", name(&program)));
        let (main, code, log, stamp) = (beside("dsp"), beside("cpp"), beside("log"), beside("stamp"));

        let mut faust = Command::new("faust");
        faust.args(self.flavour.options());
        if self.flavour != Flavour::Plain {
            faust.args(["-vs", &self.block.to_string()]);
        }
        faust
            .arg("-I")
            .arg(&sources)
            .arg("-a")
            .arg(sources.join("render.cpp"))
            .arg(&main)
            .arg("-o")
            .arg(&code);
        let mut gcc = Command::new("g++");
        gcc.args(["-O3", "-march=native", "-fopenmp", "-pthread", "-w"]).arg(&code).arg("-o").arg(&program);

        let read = |file: &str| std::fs::read_to_string(sources.join(file)).with_context(|| file.to_string());
        let made_of = format!("{line}\n{}\n{}\n{faust:?}\n{gcc:?}\n", read(file)?, read("render.cpp")?);
        if program.exists() && std::fs::read_to_string(&stamp).is_ok_and(|known| known == made_of) {
            return Ok(());
        }
        std::fs::write(&main, format!("{line}\nimport(\"{file}\");\n"))?;
        for command in [faust, gcc] {
            if stopwatch::run(&command, LIMIT, &log)?.is_none() {
                bail!("{} took longer than {LIMIT} s", command.get_program().to_string_lossy());
            }
        }
        std::fs::write(&stamp, made_of)?;
        Ok(())
    }
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Compiles what is missing, on all cores; returns what failed and why. Calls `progress` with how many are left.
pub(super) fn build_all(
    builds: &[Build],
    sources: &Path,
    folder: &Path,
    progress: impl Fn(usize) + Sync,
) -> Vec<(Build, anyhow::Error)> {
    // The longest first, so that no core is left with one at the end.
    let mut queue = builds.to_vec();
    queue.sort_by_key(|build| match build.piece {
        Piece::Voices(voices) => voices,
        Piece::Saw(_) => 0,
    });
    let (queue, failed) = (Mutex::new(queue), Mutex::new(Vec::new()));
    let next = || {
        let mut queue = queue.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        progress(queue.len());
        queue.pop()
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(build) = next() {
                    if let Err(error) = build.make(sources, folder) {
                        failed.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push((build, error));
                    }
                }
            });
        }
    });
    failed.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Renders with a program that [`build_all`] made.
pub(super) fn command(flavour: Flavour, take: &Take<'_>) -> Result<Command> {
    let build = Build { flavour, piece: take.piece, block: take.block };
    let mut command = Command::new(build.program(take.folder));
    command.args([&take.seconds.to_string(), &take.block.to_string()]).arg(take.out());
    // OpenMP and Faust's scheduler both ask this.
    command.env("OMP_NUM_THREADS", take.threads.to_string());
    Ok(command)
}
