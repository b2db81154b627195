//! What several tests share: random patches, performances and renders.
// The host loads plugins and looks the malloc shim up: each place that must says why.
#![deny(unsafe_code)]

pub mod effect;
pub mod held;
pub mod host;
pub mod life;
pub mod measure;
pub mod performance;
pub mod python;
pub mod random;
pub mod render;
pub mod stimulus;
pub mod studio;
