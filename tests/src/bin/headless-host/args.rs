//! The command line.

use std::path::PathBuf;
use std::str::FromStr;

use anyhow::{Context, Result, bail, ensure};
use lexopt::Arg;

pub const USAGE: &str = "\
headless-host: plays a CLAP plugin without window or sound card, as fast as it goes

usage: headless-host --plugin P.clap [options]
  --state FILE          start from a saved state
  --patch FILE.toml     start from a patch; more than one: see --edit-every
  --midi FILE.mid       play this song (default: nothing is played)
  --seconds S           length (default: the song and 2 s, or 2 s)
  --rate HZ             sample rate (default 48000)
  --block N[,N...]      block sizes, taken in turn (default 256)
  --sine HZ             what the plugin's inputs hear (default: silence)
  --new-thread-every N  hand the audio to a brand-new thread after each N blocks
  --edit-every MS       while playing, load the patches in turn at this interval
  --automate            move the params in turn, one each 10 ms
  --allocate            allocate once in each block, to see that it is counted
  --list                print the params
  --out FILE.wav        write what is heard, 24 bits
  --save-state FILE     write the state at the end
  --json FILE           write figures; - prints them
  --progress            print how much is played, as `progress 0.25`
  --hash                print a hash of the output's bits
";

/// What to do.
#[derive(Debug)]
pub struct Args {
    pub plugin: PathBuf,
    pub state: Option<PathBuf>,
    pub patches: Vec<PathBuf>,
    pub midi: Option<PathBuf>,
    pub seconds: Option<f64>,
    pub rate: f64,
    pub blocks: Vec<usize>,
    pub sine: Option<f64>,
    pub new_thread_every: Option<usize>,
    pub edit_every: Option<u64>,
    pub automate: bool,
    pub allocate: bool,
    pub list: bool,
    pub out: Option<PathBuf>,
    pub save_state: Option<PathBuf>,
    pub json: Option<PathBuf>,
    pub hash: bool,
    pub progress: bool,
}

impl Args {
    /// Reads the command line; `None` when only help is asked for.
    pub fn read() -> Result<Option<Args>> {
        let mut args = Args {
            plugin: PathBuf::new(),
            state: None,
            patches: Vec::new(),
            midi: None,
            seconds: None,
            rate: 48_000.0,
            blocks: vec![256],
            sine: None,
            new_thread_every: None,
            edit_every: None,
            automate: false,
            allocate: false,
            list: false,
            out: None,
            save_state: None,
            json: None,
            hash: false,
            progress: false,
        };
        let mut parser = lexopt::Parser::from_env();
        while let Some(arg) = parser.next()? {
            let Arg::Long(name) = arg else {
                if matches!(arg, Arg::Short('h')) {
                    return Ok(None);
                }
                bail!("{}; --help lists the options", arg.unexpected());
            };
            let name = name.to_string();
            let mut value = || -> Result<String> {
                let value = parser.value().with_context(|| format!("--{name} needs a value"))?;
                value.into_string().map_err(|_| anyhow::anyhow!("--{name}: the value is no readable text"))
            };
            match name.as_str() {
                "help" => return Ok(None),
                "plugin" => args.plugin = value()?.into(),
                "state" => args.state = Some(value()?.into()),
                "patch" => args.patches.push(value()?.into()),
                "midi" => args.midi = Some(value()?.into()),
                "seconds" => args.seconds = Some(number(&name, &value()?, 0.0..=36_000.0)?),
                "rate" => args.rate = number(&name, &value()?, 1_000.0..=768_000.0)?,
                "block" => {
                    let sizes = value()?;
                    let sizes = sizes.split(',').map(|size| number(&name, size, 1..=1 << 20));
                    args.blocks = sizes.collect::<Result<_>>()?;
                }
                "sine" => args.sine = Some(number(&name, &value()?, 0.0..=100_000.0)?),
                "new-thread-every" => args.new_thread_every = Some(number(&name, &value()?, 1..=usize::MAX)?),
                "edit-every" => args.edit_every = Some(number(&name, &value()?, 1..=3_600_000)?),
                "automate" => args.automate = true,
                "allocate" => args.allocate = true,
                "list" => args.list = true,
                "out" => args.out = Some(value()?.into()),
                "save-state" => args.save_state = Some(value()?.into()),
                "json" => args.json = Some(value()?.into()),
                "hash" => args.hash = true,
                "progress" => args.progress = true,
                _ => bail!("--{name} is no option; --help lists them"),
            }
        }
        ensure!(!args.plugin.as_os_str().is_empty(), "--plugin P.clap is missing; --help lists the options");
        Ok(Some(args))
    }
}

fn number<T: FromStr + PartialOrd + std::fmt::Display>(
    name: &str,
    text: &str,
    range: std::ops::RangeInclusive<T>,
) -> Result<T> {
    let value = text.parse::<T>().ok().filter(|value| range.contains(value));
    value.with_context(|| format!("--{name} {text}: give a number from {} to {}", range.start(), range.end()))
}
