//! The process's pool, as the environment asks for it.

use std::sync::Arc;

use manycord_pool::{Config, Pool};

/// Environment variable with the number of worker threads.
const WORKERS: &str = "MANYCORD_WORKERS";

/// The pool that all active instances share; and a message if the environment asks for nonsense.
pub(crate) fn shared() -> (Arc<Pool>, Option<String>) {
    let (workers, message) = match std::env::var(WORKERS).ok().map(|text| parse(&text)) {
        None => (None, None),
        Some(Ok(count)) => (Some(count), None),
        Some(Err(message)) => (None, Some(message)),
    };
    (Pool::shared(&Config { workers, ..Config::default() }), message)
}

fn parse(text: &str) -> Result<usize, String> {
    let count = text.trim().parse().ok().filter(|&count| count <= Config::MOST);
    count.ok_or_else(|| {
        let most = Config::MOST;
        format!("{WORKERS} is {text:?} and was ignored; set it to a number from 0 to {most}, or unset it")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonsense_is_named_with_its_fix() {
        assert_eq!((parse(" 3 "), parse("0")), (Ok(3), Ok(0)));
        for text in ["many", "-1", "64", ""] {
            let message = parse(text).expect_err(text);
            assert!(message.contains(WORKERS) && message.contains("0 to 63") && message.contains(text));
        }
    }
}
