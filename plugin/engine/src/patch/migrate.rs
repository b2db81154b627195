//! Older versions of the text form, made new step by step.

use toml_edit::DocumentMut;

use super::error::{PatchError, Source};

/// Version that this build writes.
pub const VERSION: i64 = 1;

/// One step: from the version at this place in the list, plus 1, to the next.
type Step = fn(&mut DocumentMut);

/// Steps in order; version 1 is the first that was released, so that none is needed yet.
const STEPS: &[Step] = &[];

/// Brings a text of an older version to the newest. `None`: it is new already.
pub(super) fn migrate(source: &Source<'_>, version: i64) -> Result<Option<String>, PatchError> {
    let steps = STEPS.get((version - 1) as usize..).unwrap_or(&[]);
    if steps.is_empty() {
        return Ok(None);
    }
    let mut document: DocumentMut = source.text.parse().map_err(|error: toml_edit::TomlError| {
        source.error(error.span(), "", error.message(), super::read::TOML_FIX)
    })?;
    steps.iter().for_each(|step| step(&mut document));
    document["manycord"] = toml_edit::value(VERSION);
    Ok(Some(document.to_string()))
}
