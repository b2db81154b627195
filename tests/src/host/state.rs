//! The plugin's state as a host's project file keeps it: eight bytes of length, then JSON in which the patch is a
//! field of its own.

use serde_json::json;

/// A state that makes a fresh instance play this patch (TOML text).
pub fn of_patch(patch: &str) -> Vec<u8> {
    // Fields are JSON within JSON, so that one that cannot be read leaves the others alone.
    let field = json!(patch).to_string();
    let text = json!({ "version": "", "params": {}, "fields": { "patch": field } }).to_string();
    let mut bytes = (text.len() as u64).to_le_bytes().to_vec();
    bytes.extend(text.into_bytes());
    bytes
}
