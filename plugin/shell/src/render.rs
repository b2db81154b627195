//! `manycord-render`: a patch and a MIDI file to a WAV file, offline and deterministic.

mod args;
mod explain;
mod reference;
mod report;
mod take;
mod timeline;
mod watch;
mod wav;

use std::path::{Path, PathBuf};

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use manycord_engine::Patch;

pub use args::{Command, HELP, Options};

use crate::song::Song;

/// Does what the command line says.
///
/// # Errors
/// When a file cannot be read, understood or written; the message names it and the fix.
pub fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Help => print!("{HELP}"),
        Command::Modules(id) => {
            let unknown =
                || format!("there is no module `{}`; --modules alone lists all", id.as_deref().unwrap_or(""));
            print!("{}", reference::text(id.as_deref()).with_context(unknown)?);
        }
        Command::Render(options) => render(options)?,
    }
    Ok(())
}

fn render(options: &Options) -> anyhow::Result<()> {
    let origin = options.patch.display().to_string();
    let text = std::fs::read_to_string(&options.patch)
        .with_context(|| format!("{origin} cannot be read; name a patch file that is there"))?;
    let mut patch = Patch::parse(&text, &origin)?;
    patch.pipelined |= options.pipelined;
    patch.quality = options.quality.unwrap_or(patch.quality);
    let song = Song::load(&options.midi)?;
    let mut takes = vec![(options.out.clone(), song.clone())];
    if options.stems {
        let stems = song.channels().into_iter();
        takes.extend(stems.map(|channel| (stem_path(&options.out, channel), song.solo(channel))));
    }
    let mut rows = report::head();
    for (path, song) in &takes {
        let take = take::render(&patch, song, options, &progress(path, options.quiet))?;
        wav::write(path, &take.sides, options.rate).with_context(|| {
            format!("{} cannot be written; choose another file with --out", path.display())
        })?;
        report::print(path, &take);
        if options.explain {
            print!("{}", explain::text(&take));
        }
        if let (Some(path), Some(dearest)) = (&options.timeline, take.watch.dearest()) {
            std::fs::write(path, timeline::svg(dearest)).with_context(|| {
                format!("{} cannot be written; choose another file with --timeline", path.display())
            })?;
        }
        rows.extend(report::rows(path, &take));
    }
    if let Some(path) = &options.json {
        let text = serde_json::to_string_pretty(&rows)?;
        std::fs::write(path, text + "\n").with_context(|| {
            format!("{} cannot be written; choose another file with --json", path.display())
        })?;
    }
    Ok(())
}

/// `song.wav` → `song-ch3.wav` for channel 2, which musicians call the third.
fn stem_path(out: &Path, channel: u8) -> PathBuf {
    let stem = out.file_stem().map_or_else(Default::default, |stem| stem.to_string_lossy().into_owned());
    out.with_file_name(format!("{stem}-ch{}.wav", channel + 1))
}

fn progress(path: &Path, quiet: bool) -> ProgressBar {
    if quiet {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(0);
    let style = ProgressStyle::with_template("{msg} {bar:40} {percent:>3} %  {eta} left");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_message(path.file_name().unwrap_or_default().to_string_lossy().into_owned());
    bar
}
