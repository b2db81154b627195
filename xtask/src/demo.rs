//! The demo song through the real plugin in a headless host: a WAV file, a picture of it, and figures.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use indicatif::{ProgressBar, ProgressStyle};
use lexopt::Arg;
use serde_json::Value;

use crate::report::{Report, Target};
use crate::wav::Sound;
use crate::{bundle, options, paths, picture, process, setup};

pub const USAGE: &str = "\
cargo xtask demo    the demo song through the plugin: target/demo/manycord-demo.wav and .png, and figures

  --seconds S    length (default: the song and its tail)
  --workers N    worker threads besides the host's (default: cores - 1)
  --json FILE    write the figures as JSON rows too

No sound card and no display are needed.";

struct Options {
    seconds: Option<f64>,
    workers: Option<usize>,
    json: Option<PathBuf>,
}

pub fn run(args: Vec<String>) -> Result<()> {
    let options = read(args)?;
    setup::ensure(&[setup::Group::Build])?;
    bundle::release()?;
    let folder = paths::target().join("demo");
    std::fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let wav = folder.join("manycord-demo.wav");
    let figures = render(&options, &folder, &wav)?;
    let sound = Sound::read(&wav)?;
    let png = folder.join("manycord-demo.png");
    picture::draw(&sound, "MANYCORD DEMO", &png)?;

    let report = report(&figures)?;
    println!("\n{}\n  {}\n  {}", report.table(), wav.display(), png.display());
    if let Some(path) = &options.json {
        report.write(path)?;
    }
    let missed = report.missed();
    if missed.contains(&"audio_path_allocations") {
        eprintln!("the first allocation came from: {:#}", figures["first_allocation"]);
    }
    ensure!(missed.is_empty(), "missed: {}", missed.join(", "));
    Ok(())
}

fn read(args: Vec<String>) -> Result<Options> {
    let mut options = Options { seconds: None, workers: None, json: None };
    let mut parser = lexopt::Parser::from_args(args);
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Long("seconds") => {
                options.seconds = Some(options::number(&mut parser, "seconds", 0.1..=3_600.0)?);
            }
            Arg::Long("workers") => {
                options.workers = Some(options::number(&mut parser, "workers", 0..=256)?);
            }
            Arg::Long("json") => options.json = Some(options::text(&mut parser, "json")?.into()),
            _ => return Err(options::unknown(arg, "there are --seconds S, --workers N and --json FILE")),
        }
    }
    Ok(options)
}

fn render(options: &Options, folder: &Path, wav: &Path) -> Result<Value> {
    let shell = paths::root().join("plugin/shell");
    let json = folder.join("figures.json");
    let mut host = Command::new(paths::release("headless-host"));
    host.arg("--plugin").arg(paths::target().join("bundled/manycord.clap"));
    host.arg("--midi").arg(shell.join("songs/demo.mid"));
    host.arg("--patch").arg(shell.join("patches/demo.toml"));
    host.arg("--out").arg(wav).arg("--json").arg(&json).arg("--progress");
    if let Some(seconds) = options.seconds {
        host.arg("--seconds").arg(seconds.to_string());
    }
    if let Some(workers) = options.workers {
        host.env("MANYCORD_WORKERS", workers.to_string());
    }
    if cfg!(target_os = "linux") {
        host.env("LD_PRELOAD", paths::target().join("release/libmanycord_malloc_shim.so"));
    }
    follow(&mut host)?;
    let text = std::fs::read_to_string(&json).with_context(|| format!("{} is missing", json.display()))?;
    Ok(serde_json::from_str(&text)?)
}

/// Runs the host and shows how far it is.
fn follow(host: &mut Command) -> Result<()> {
    let shown = process::shown(host);
    let mut child =
        host.stdout(Stdio::piped()).spawn().with_context(|| format!("`{shown}` cannot be started"))?;
    let bar = ProgressBar::new(1_000)
        .with_style(ProgressStyle::with_template("rendering {wide_bar} {percent}% {eta}")?);
    if let Some(lines) = child.stdout.take() {
        for line in BufReader::new(lines).lines() {
            if let Some(done) = line?.strip_prefix("progress ").and_then(|share| share.parse::<f64>().ok()) {
                bar.set_position((done * 1_000.0) as u64);
            }
        }
    }
    bar.finish_and_clear();
    let status = child.wait()?;
    if !status.success() {
        bail!("`{shown}` failed ({status})");
    }
    Ok(())
}

fn report(figures: &Value) -> Result<Report> {
    let figure =
        |name: &str| figures[name].as_f64().with_context(|| format!("the host did not tell `{name}`"));
    let decibels = |value: f64| 20.0 * value.max(1e-10).log10();
    let mut report = Report::new("demo");
    let mut add = |metric, value, unit, target| report.add("demo", metric, value, unit, target);
    add("length_s", figure("length_s")?, "s", None);
    add("peak_dbfs", decibels(figure("peak")?), "dBFS", Some(Target::AtMost(0.0)));
    add("rms_dbfs", decibels(figure("rms")?), "dBFS", Some(Target::AtLeast(-60.0)));
    add("realtime_factor", figure("realtime_factor")?, "x", None);
    if cfg!(target_os = "linux") {
        add("workers", figure("workers")?, "", None);
        add("audio_path_allocations", figure("audio_path_allocations")?, "", Some(Target::AtMost(0.0)));
    }
    add("longest_block_us", figure("longest_block_us")?, "us", None);
    add("deadline_us", figure("deadline_us")?, "us", None);
    Ok(report)
}
