//! Any text: reading it never panics; what is read is written canonically, reads back the same, and either
//! plays or is refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use manycord_engine::{Patch, Session};
use manycord_modules::CATALOG;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    match Patch::parse(&text, "fuzz.toml") {
        Err(error) => {
            assert!(error.line >= 1 && !error.what.is_empty() && !error.fix.is_empty());
            assert!(error.to_string().starts_with("fuzz.toml:"));
        }
        Ok(patch) => {
            let written = patch.to_toml();
            let again = Patch::parse(&written, "again.toml").expect("what we write is read");
            assert_eq!(again.to_toml(), written);
            let small = |module: &manycord_engine::patch::PatchModule| {
                module.params.get("voices").is_none_or(|&voices| voices <= 16.0)
            };
            // Large patches are legal but too slow to be made thousands of times.
            if patch.modules.len() <= 8 && patch.modules.iter().all(small) {
                let _ = Session::new(patch, CATALOG);
            }
        }
    }
});
