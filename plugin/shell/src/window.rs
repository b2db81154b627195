//! Size of the editor's window in logical pixels, kept with the host's project.

use std::sync::atomic::{AtomicU32, Ordering};

use nice_plug::params::persist::PersistentField;
use serde::{Deserialize, Serialize};

/// Least and greatest side of a window that is believed from a saved state.
const SIDES: std::ops::RangeInclusive<u32> = 320..=8_192;

/// Width and height.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Size {
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// The size that the window has, had last, or will have when it opens.
#[derive(Debug)]
pub(crate) struct WindowSize {
    width: AtomicU32,
    height: AtomicU32,
}

impl Default for WindowSize {
    fn default() -> WindowSize {
        WindowSize { width: AtomicU32::new(1_200), height: AtomicU32::new(760) }
    }
}

impl WindowSize {
    // Ordering: numbers that stand for themselves; a torn pair is a window of another shape.
    pub(crate) fn get(&self) -> Size {
        Size { width: self.width.load(Ordering::Relaxed), height: self.height.load(Ordering::Relaxed) }
    }

    pub(crate) fn keep(&self, size: Size) {
        if SIDES.contains(&size.width) && SIDES.contains(&size.height) {
            self.width.store(size.width, Ordering::Relaxed);
            self.height.store(size.height, Ordering::Relaxed);
        }
    }
}

impl PersistentField<'_, Size> for WindowSize {
    fn set(&self, size: Size) {
        self.keep(size);
    }

    fn map<F: Fn(&Size) -> R, R>(&self, read: F) -> R {
        read(&self.get())
    }
}

impl PersistentField<'_, Size> for std::sync::Arc<WindowSize> {
    fn set(&self, size: Size) {
        self.keep(size);
    }

    fn map<F: Fn(&Size) -> R, R>(&self, read: F) -> R {
        read(&self.get())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absurd_sizes_are_not_believed() {
        let window = WindowSize::default();
        let before = window.get();
        for side in [0, 319, 100_000] {
            PersistentField::set(&window, Size { width: side, height: 700 });
        }
        assert_eq!(window.get(), before);
        PersistentField::set(&window, Size { width: 800, height: 600 });
        assert_eq!(window.map(|size| *size), Size { width: 800, height: 600 });
    }
}
