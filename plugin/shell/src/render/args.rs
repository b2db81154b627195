//! The command line of `manycord-render`.

use std::path::PathBuf;

use anyhow::{Context, bail};
use lexopt::{Arg, ValueExt};
use manycord_modules::Quality;

/// What `--help` prints.
pub const HELP: &str = "\
Renders a Manycord patch and a MIDI file to a WAV file: offline, the same bits on every machine.

manycord-render --patch P.toml --midi S.mid --out W.wav [options]

  --patch FILE    patch to play (TOML)
  --midi FILE     standard MIDI file to play it with
  --out FILE      WAV file to write: stereo, 24 bits
  --rate HZ       frames per second, 8000 to 384000 (48000)
  --block FRAMES  frames per block, 1 to 65536 (256); does not change the sound
  --workers N     worker threads besides this one, 0 to 63 (cores - 1); does not change the sound
  --seconds S     length, 0.1 to 36000; without it, to the end of the song and of its tail
  --pipelined     renders the effects one block of 64 frames behind the voices and beside them, as
                  `pipelined = true` in the patch does; does not change the sound
  --quality Q     how much is spent on the sound: full, or economy for less; without it,
                  as the patch says
  --stems         besides the mix, each MIDI channel by itself, as W-ch1.wav, W-ch2.wav ...
  --json FILE     figures of the render as JSON
  --explain       prints the tasks that the patch was compiled to, what they cost and what the cores gain
  --timeline FILE draws which core rendered what when in the block with the most work, as SVG
  --quiet         no progress bar

manycord-render --modules [ID]   lists the modules with their ports, for patches written by hand
";

/// What the command line asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// The help text.
    Help,
    /// What there is to patch: all modules, or one.
    Modules(Option<String>),
    /// A render.
    Render(Options),
}

/// What to render, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Patch file.
    pub patch: PathBuf,
    /// MIDI file.
    pub midi: PathBuf,
    /// WAV file.
    pub out: PathBuf,
    /// Frames per second.
    pub rate: u32,
    /// Frames per block.
    pub block: usize,
    /// Worker threads; `None`: as many as the machine suggests.
    pub workers: Option<usize>,
    /// Length; `None`: until the song's tail is silent.
    pub seconds: Option<f64>,
    /// Whether the patch is pipelined even if it does not say so.
    pub pipelined: bool,
    /// Quality; `None`: as the patch says.
    pub quality: Option<Quality>,
    /// Whether each channel is rendered by itself too.
    pub stems: bool,
    /// Report file.
    pub json: Option<PathBuf>,
    /// Whether the tasks of the plan are listed.
    pub explain: bool,
    /// Drawing of one block.
    pub timeline: Option<PathBuf>,
    /// No progress bar.
    pub quiet: bool,
}

impl Options {
    /// Reads a command line, without the program's name.
    ///
    /// # Errors
    /// When a flag or its value is wrong; the message names it and the fix.
    pub fn parse(args: impl IntoIterator<Item = std::ffi::OsString>) -> anyhow::Result<Command> {
        let mut parser = lexopt::Parser::from_args(args);
        let (mut patch, mut midi, mut out) = (None, None, None);
        let mut options = Options {
            patch: PathBuf::new(),
            midi: PathBuf::new(),
            out: PathBuf::new(),
            rate: 48_000,
            block: 256,
            workers: None,
            seconds: None,
            pipelined: false,
            quality: None,
            stems: false,
            json: None,
            explain: false,
            timeline: None,
            quiet: false,
        };
        while let Some(arg) = parser.next()? {
            let Arg::Long(flag) = arg else {
                if arg == Arg::Short('h') {
                    return Ok(Command::Help);
                }
                bail!("{}; `manycord-render --help` lists the flags", arg.unexpected());
            };
            let flag = flag.to_string();
            match flag.as_str() {
                "help" => return Ok(Command::Help),
                "modules" => {
                    let id = parser.optional_value().or_else(|| parser.value().ok());
                    return Ok(Command::Modules(id.map(|id| id.string()).transpose()?));
                }
                "patch" => patch = Some(parser.value()?.into()),
                "midi" => midi = Some(parser.value()?.into()),
                "out" => out = Some(parser.value()?.into()),
                "json" => options.json = Some(parser.value()?.into()),
                "pipelined" => options.pipelined = true,
                "quality" => options.quality = Some(quality(&parser.value()?.string()?)?),
                "stems" => options.stems = true,
                "explain" => options.explain = true,
                "timeline" => options.timeline = Some(parser.value()?.into()),
                "quiet" => options.quiet = true,
                "rate" => options.rate = number(&mut parser, &flag, 8_000, 384_000)?,
                "block" => options.block = number(&mut parser, &flag, 1, 65_536)?,
                "workers" => options.workers = Some(number(&mut parser, &flag, 0, 63)?),
                "seconds" => options.seconds = Some(number(&mut parser, &flag, 0.1, 36_000.0)?),
                _ => bail!("there is no flag --{flag}; `manycord-render --help` lists them"),
            }
        }
        options.patch = patch.context("--patch is missing; add `--patch P.toml`")?;
        options.midi = midi.context("--midi is missing; add `--midi S.mid`")?;
        options.out = out.context("--out is missing; add `--out W.wav`")?;
        Ok(Command::Render(options))
    }
}

/// A quality by its name.
fn quality(name: &str) -> anyhow::Result<Quality> {
    Quality::named(name).with_context(|| format!("--quality: `{name}` is none; use full or economy"))
}

/// A flag's number within its range.
fn number<T>(parser: &mut lexopt::Parser, flag: &str, least: T, most: T) -> anyhow::Result<T>
where
    T: std::str::FromStr + PartialOrd + std::fmt::Display,
{
    let text = parser.value()?.string()?;
    match text.parse() {
        Ok(value) if value >= least && value <= most => Ok(value),
        _ => bail!("--{flag} {text} is not a number from {least} to {most}; write `--{flag} {least}`, say"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> anyhow::Result<Command> {
        Options::parse(line.split_whitespace().map(Into::into))
    }

    #[test]
    fn flags_are_read_and_wrong_ones_named() {
        let options = parse("--patch p.toml --midi s.mid --out w.wav --block 64 --stems").expect("sound");
        assert!(matches!(options, Command::Render(options) if options.block == 64 && options.stems));
        let options = parse("--patch p --midi s --out w --pipelined").expect("sound");
        assert!(matches!(options, Command::Render(options) if options.pipelined && !options.stems));
        let options = parse("--patch p --midi s --out w --quality economy").expect("sound");
        let quality = Some(Quality::Economy);
        assert!(matches!(options, Command::Render(options) if options.quality == quality));
        let options = parse("--patch p --midi s --out w --explain --timeline t.svg").expect("sound");
        assert!(matches!(options, Command::Render(options) if options.explain && options.timeline.is_some()));
        assert_eq!(parse("--help").expect("sound"), Command::Help);
        assert_eq!(parse("--modules").expect("sound"), Command::Modules(None));
        assert_eq!(parse("--modules vco").expect("sound"), Command::Modules(Some("vco".into())));
        for (line, words) in [
            ("--midi s.mid --out w.wav", "--patch is missing"),
            ("--patch p --midi s --out w --block 0", "--block 0 is not a number from 1 to 65536"),
            ("--patch p --midi s --out w --seconds nan", "--seconds nan"),
            ("--patch p --midi s --out w --quality best", "`best` is none; use full or economy"),
            ("--patch p --midi s --out w --bock 3", "no flag --bock"),
            ("stray", "stray"),
        ] {
            let message = parse(line).expect_err(line).to_string();
            assert!(message.contains(words), "{message}");
        }
    }
}
