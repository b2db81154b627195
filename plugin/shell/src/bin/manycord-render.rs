//! The offline renderer; see `manycord-render --help`.

use std::process::ExitCode;

use manycord::render::{Options, run};

fn main() -> ExitCode {
    match Options::parse(std::env::args_os().skip(1)).and_then(|command| run(&command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("manycord-render: {error:#}");
            ExitCode::FAILURE
        }
    }
}
