//! How much a patch spends on its sound.

/// How much a unit spends on its sound. Chosen per patch; another quality is another sound, with the same controls,
/// tuning and latency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Quality {
    /// What lies beyond the audible band is kept out of it: aliases stay 100 dB and more below the sound.
    #[default]
    Full,
    /// Less cost, for many voices on small machines: filters run at the host's rate, and what is mended
    /// or read between frames is so by shorter kernels.
    Economy,
}

impl Quality {
    /// All, with their names in patch files.
    pub const NAMED: [(&'static str, Quality); 2] = [("full", Quality::Full), ("economy", Quality::Economy)];

    /// The quality of this name.
    pub fn named(name: &str) -> Option<Quality> {
        Quality::NAMED.iter().find(|(known, _)| *known == name).map(|&(_, quality)| quality)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Quality::Full => "full",
            Quality::Economy => "economy",
        }
    }
}
