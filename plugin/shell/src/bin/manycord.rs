//! Manycord as a program: `manycord --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    manycord::standalone::run(std::env::args())
}
