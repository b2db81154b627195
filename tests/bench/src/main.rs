//! `manycord-bench SUITE... [--quick]`: runs suites and prints their rows.
//! `manycord-bench --wav FILE [--fundamental BIN]`: what a WAV file holds, as JSON.
//! `manycord-bench --gate RENDER`: one render of the regression gate; prints the instruction set that it ran on.

use std::path::PathBuf;

use anyhow::{Result, bail};
use lexopt::{Arg, ValueExt};
use manycord_bench::gate;
use manycord_bench::heap::Counting;
use manycord_bench::rows::Rows;
use manycord_bench::suites::SUITES;
use manycord_bench::wav;

#[global_allocator]
static HEAP: Counting = Counting;

fn main() -> Result<()> {
    let (mut names, mut quick) = (Vec::new(), false);
    let (mut file, mut fundamental) = (None, None);
    let mut render = None;
    let mut parser = lexopt::Parser::from_env();
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Value(name) => names.push(name.to_string_lossy().into_owned()),
            Arg::Long("quick") => quick = true,
            Arg::Long("wav") => file = Some(PathBuf::from(parser.value()?)),
            Arg::Long("fundamental") => fundamental = Some(parser.value()?.parse()?),
            Arg::Long("gate") => render = Some(parser.value()?.string()?),
            _ => return Err(arg.unexpected().into()),
        }
    }
    for name in names {
        let Some(suite) = SUITES.iter().find(|suite| suite.name == name) else {
            let known: Vec<&str> = SUITES.iter().map(|suite| suite.name).collect();
            bail!("there is no suite `{name}`; there are: {}", known.join(", "));
        };
        (suite.run)(&mut Rows::new(suite.name, quick))?;
    }
    if let Some(name) = render {
        gate::play(&name)?;
        println!("{}", gate::level());
    }
    if let Some(file) = file {
        println!("{}", wav::figures(&file, fundamental)?);
    }
    Ok(())
}
