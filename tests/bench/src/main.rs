//! `manycord-bench SUITE... [--quick]`: runs suites and prints their rows.

use anyhow::{Result, bail};
use lexopt::Arg;
use manycord_bench::heap::Counting;
use manycord_bench::rows::Rows;
use manycord_bench::suites::SUITES;

#[global_allocator]
static HEAP: Counting = Counting;

fn main() -> Result<()> {
    let (mut names, mut quick) = (Vec::new(), false);
    let mut parser = lexopt::Parser::from_env();
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Value(name) => names.push(name.to_string_lossy().into_owned()),
            Arg::Long("quick") => quick = true,
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
    Ok(())
}
