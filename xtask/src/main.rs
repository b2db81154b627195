//! `cargo xtask`: everything that is done with this repository besides plain cargo.

mod bench;
mod bundle;
mod demo;
mod fuzz;
mod options;
mod paths;
mod picture;
mod play;
mod process;
mod report;
mod setup;
mod test;
mod verify;
mod wav;

use std::process::ExitCode;

/// A command of `cargo xtask`.
struct Command {
    name: &'static str,
    usage: &'static str,
    run: fn(Vec<String>) -> anyhow::Result<()>,
}

const COMMANDS: &[Command] = &[
    Command { name: "demo", usage: demo::USAGE, run: demo::run },
    Command { name: "play", usage: play::USAGE, run: play::run },
    Command { name: "bundle", usage: bundle::USAGE, run: bundle::run },
    Command { name: "bench", usage: bench::USAGE, run: bench::run },
    Command { name: "setup", usage: setup::USAGE, run: setup::run },
    Command { name: "test", usage: test::USAGE, run: test::run },
    Command { name: "verify", usage: verify::USAGE, run: verify::run },
    Command { name: "fuzz", usage: fuzz::USAGE, run: fuzz::run },
];

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let name = args.next().unwrap_or_else(|| "--help".into());
    if matches!(name.as_str(), "help" | "--help" | "-h") {
        println!("cargo xtask COMMAND; COMMAND --help tells more\n");
        for command in COMMANDS {
            println!("{}", command.usage.lines().next().unwrap_or_default());
        }
        return ExitCode::SUCCESS;
    }
    let Some(command) = COMMANDS.iter().find(|command| command.name == name) else {
        let names: Vec<&str> = COMMANDS.iter().map(|command| command.name).collect();
        eprintln!("xtask: there is no command `{name}`; there are: {}", names.join(", "));
        return ExitCode::from(2);
    };
    let args: Vec<String> = args.collect();
    // What stands behind `--` is for the program that is started.
    let own = args.split(|arg| arg == "--").next().unwrap_or_default();
    if own.iter().any(|arg| arg == "--help" || arg == "-h") {
        println!("{}", command.usage);
        return ExitCode::SUCCESS;
    }
    match (command.run)(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask {name}: {error:#}");
            ExitCode::FAILURE
        }
    }
}
