//! Measures: runs suites, prints their rows while they come, and writes them as JSON and as a page with plots.
//! Nothing here judges but `gate`: a target that is missed is shown, and the command succeeds.

pub mod gate;
mod html;
mod peers;
mod plot;
mod proc02;
mod program;
mod sink;
mod suites;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use lexopt::Arg;

use crate::report::Report;
use crate::{bundle, options, paths, setup};
use sink::Sink;
use suites::{How, SUITES, Suite};

pub const USAGE: &str = "\
cargo xtask bench [SUITE...]    measures: figures, and a report with plots in target/bench/

  --quick        fewer repeats: to see that it works, not to compare
  --json FILE    write the rows of all suites that ran to this file too
  --accept       with the suite `gate` alone: keeps what it counts now as what is right

Without SUITE all suites run, which takes long; an unknown name lists them. Leave the machine alone meanwhile.
Targets that are missed are marked and do not fail the command; only `gate` does, where a cost changed.";

struct Options {
    suites: Vec<&'static Suite>,
    quick: bool,
    json: Option<PathBuf>,
    accept: bool,
}

pub fn run(args: Vec<String>) -> Result<()> {
    let options = read(args)?;
    setup::ensure(&[setup::Group::Build])?;
    bundle::release()?;
    if options.accept {
        return gate::accept();
    }
    let folder = paths::target().join("bench");
    std::fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let mut all = Report::new("bench");
    println!("\n{}", all.headline());
    let mut failed = Vec::new();
    for (place, suite) in options.suites.iter().enumerate() {
        println!("\n{} ({} of {}): {}", suite.name, place + 1, options.suites.len(), suite.about);
        let mut sink = Sink::new(suite.name, options.quick)?;
        let result = match suite.how {
            How::Program => program::run(suite.name, &mut sink),
            How::Here(measure) => measure(&mut sink),
        };
        if let Err(error) = result {
            eprintln!("{}: {error:#}", suite.name);
            failed.push(suite.name);
        }
        let report = sink.finish();
        if suite.name == proc02::SUITE {
            println!("\n{}", proc02::table(&report));
        }
        write(&report, &folder, suite.name)?;
        report.figures().iter().for_each(|row| all.push(row.clone()));
    }
    write(&all, &folder, "report")?;
    let rows = folder.join("rows.json");
    std::fs::rename(folder.join("report.json"), &rows)?;
    if let Some(path) = &options.json {
        all.write(path)?;
    }
    tell(&all);
    println!("\n  {}\n  {}", rows.display(), folder.join("report.html").display());
    if !failed.is_empty() {
        bail!("these suites failed: {}", failed.join(", "));
    }
    Ok(())
}

fn read(args: Vec<String>) -> Result<Options> {
    let mut options = Options { suites: Vec::new(), quick: false, json: None, accept: false };
    let mut parser = lexopt::Parser::from_args(args);
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Value(name) => options.suites.push(suites::find(&name.to_string_lossy())?),
            Arg::Long("quick") => options.quick = true,
            Arg::Long("json") => options.json = Some(options::text(&mut parser, "json")?.into()),
            Arg::Long("accept") => options.accept = true,
            _ => return Err(options::unknown(arg, "there are --quick, --json FILE and --accept")),
        }
    }
    if options.accept && !matches!(options.suites[..], [suite] if suite.name == gate::SUITE) {
        bail!("--accept goes with one suite: `cargo xtask bench gate --accept`");
    }
    if options.suites.is_empty() {
        options.suites = SUITES.iter().collect();
    }
    Ok(options)
}

/// Writes NAME.json and NAME.html.
fn write(report: &Report, folder: &Path, name: &str) -> Result<()> {
    report.write(&folder.join(format!("{name}.json")))?;
    let page = folder.join(format!("{name}.html"));
    std::fs::write(&page, html::page(report)).with_context(|| format!("{} cannot be written", page.display()))
}

/// How many targets are met, and the rows that miss theirs.
fn tell(all: &Report) {
    let aimed: Vec<_> = all.figures().iter().filter(|row| row.target.is_some()).collect();
    let missed: Vec<_> = aimed.iter().filter(|row| row.met() == Some(false)).collect();
    println!("\n{} of {} targets met", aimed.len() - missed.len(), aimed.len());
    for row in missed {
        println!("  {:<10}{}", row.suite, row.line(30).trim_start());
    }
}
