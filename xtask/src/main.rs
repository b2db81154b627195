//! Written in the next change.
fn main() {}
