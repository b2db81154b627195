//! What several tests share: random patches, performances and renders.
#![forbid(unsafe_code)]

pub mod measure;
pub mod performance;
pub mod random;
pub mod render;
pub mod stimulus;
