//! Patches that come with the instrument.

/// What the Library menu offers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Library {
    /// Patches that everybody has.
    pub factory: &'static [FactoryPatch],
}

/// A patch that everybody has.
#[derive(Clone, Copy, Debug)]
pub struct FactoryPatch {
    /// Name in the menu.
    pub name: &'static str,
    /// The patch in its text form.
    pub text: &'static str,
}
