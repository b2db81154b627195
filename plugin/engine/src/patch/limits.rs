//! Bounds against hostile files; far beyond what a musician makes.

use super::error::{PatchError, Source};

/// Bytes of a patch's text.
pub(super) const TEXT: usize = 16 << 20;
/// Modules of a patch.
pub(super) const MODULES: usize = 2_048;
/// Cables of a patch.
pub(super) const CABLES: usize = 16_384;
/// Targets of a macro.
pub(super) const TARGETS: usize = 1_024;
/// Characters of a name, an id, a label; of the description, 64 times as many.
pub(super) const NAME: usize = 256;
/// Brackets within brackets.
const NESTING: usize = 32;
/// Dotted parts of a key; each nests too.
const DOTS: usize = 32;

/// Looks at size and nesting before anything recurses into the text.
pub(super) fn check_text(source: &Source<'_>) -> Result<(), PatchError> {
    if source.text.len() > TEXT {
        let what = format!("the text has {} bytes, of at most {TEXT}", source.text.len());
        return Err(source.error(None, "", what, "make the patch smaller"));
    }
    if let Some((at, deep)) = too_deep(source.text.as_bytes()) {
        let fix = format!("nest at most {NESTING} levels");
        return Err(source.error(Some(at..at), "", format!("{deep} nest too deeply"), fix));
    }
    Ok(())
}

/// Where brackets or dotted keys nest too deeply. Text in quotes and comments is passed over.
fn too_deep(text: &[u8]) -> Option<(usize, &'static str)> {
    let (mut at, mut depth, mut dots) = (0, 0usize, 0usize);
    while at < text.len() {
        match text[at] {
            quote @ (b'"' | b'\'') => at = skip_quoted(text, at, quote),
            b'#' => at += text[at..].iter().position(|&byte| byte == b'\n').unwrap_or(text.len() - at) - 1,
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            b'.' => dots += 1,
            b'\n' | b'=' | b',' => dots = 0,
            _ => {}
        }
        if depth > NESTING {
            return Some((at, "brackets"));
        }
        if dots > DOTS {
            return Some((at, "dotted keys"));
        }
        at += 1;
    }
    None
}

/// Place of the last byte of a quoted text that starts at `start`.
fn skip_quoted(text: &[u8], start: usize, quote: u8) -> usize {
    let triple = text[start..].starts_with(&[quote; 3]);
    let end: &[u8] = if triple { &[quote; 3] } else { &[quote] };
    let mut at = start + end.len();
    while at < text.len() {
        if quote == b'"' && text[at] == b'\\' {
            at += 2;
        } else if text[at..].starts_with(end) {
            return at + end.len() - 1;
        } else if !triple && text[at] == b'\n' {
            // An open quote: the parser will say so.
            return at;
        } else {
            at += 1;
        }
    }
    text.len()
}
