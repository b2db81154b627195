//! Written in the next change.
