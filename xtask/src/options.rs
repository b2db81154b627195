//! Values of options, with errors that name the fix.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use anyhow::{Context, Result, anyhow};
use lexopt::{Arg, Parser};

/// The value of `--name`, as text.
pub fn text(parser: &mut Parser, name: &str) -> Result<String> {
    let value = parser.value().with_context(|| format!("--{name} needs a value"))?;
    value.into_string().map_err(|_| anyhow!("--{name}: the value is no readable text"))
}

/// The value of `--name`, as a number within a range.
pub fn number<T: FromStr + PartialOrd + Display>(
    parser: &mut Parser,
    name: &str,
    range: RangeInclusive<T>,
) -> Result<T> {
    let text = text(parser, name)?;
    let value = text.parse::<T>().ok().filter(|value| range.contains(value));
    value.with_context(|| {
        format!("--{name} {text} cannot be: give a number from {} to {}", range.start(), range.end())
    })
}

/// The error for an option or word that a command does not know.
pub fn unknown(arg: Arg<'_>, known: &str) -> anyhow::Error {
    anyhow!("{}; {known}", arg.unexpected())
}
