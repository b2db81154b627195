//! What went wrong, for the player to read: kept until the editor shows it.

use std::any::Any;
use std::sync::{Mutex, PoisonError};

/// Messages kept at most; the oldest go first.
const MOST: usize = 8;

/// The messages of one instance, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Notices(Mutex<Vec<String>>);

impl Notices {
    /// Keeps a message for the editor and writes it to the log. It locks: not for the audio thread.
    pub(crate) fn post(&self, text: impl Into<String>) {
        let text = text.into();
        nice_plug::nice_error!("{text}");
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|old| *old != text);
        if kept.len() == MOST {
            kept.remove(0);
        }
        kept.push(text);
    }

    /// What is kept now.
    pub(crate) fn all(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The player has read them.
    pub(crate) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// What a panic said.
pub(crate) fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_message_is_kept_once_and_the_oldest_go_first() {
        let notices = Notices::default();
        for number in 0..MOST + 2 {
            notices.post(format!("message {number}"));
        }
        notices.post("message 5");
        let kept = notices.all();
        assert_eq!((kept.len(), kept[0].as_str()), (MOST, "message 2"));
        assert_eq!(kept.last().map(String::as_str), Some("message 5"));
    }
}
