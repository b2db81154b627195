//! The offline renderer; see `manycord-render --help`.

use std::process::ExitCode;

use manycord::render::{HELP, Options, run};

fn main() -> ExitCode {
    let result = match Options::parse(std::env::args_os().skip(1)) {
        Ok(None) => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Ok(Some(options)) => run(&options),
        Err(error) => Err(error),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("manycord-render: {error:#}");
            ExitCode::FAILURE
        }
    }
}
