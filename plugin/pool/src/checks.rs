//! Checkers' suites: protocols one by one under loom, which tries all interleavings and what weak memory allows; the
//! whole pool under shuttle, which tries many schedules. See `README.md`, "Checked by".

#[cfg(loom)]
mod loom;
#[cfg(shuttle)]
mod shuttle;
