//! Undo and redo: whole patches, which are small, so that no edit needs an inverse of its own.

use std::collections::VecDeque;

use manycord_engine::Patch;

/// Steps that can be undone.
const DEPTH: usize = 200;

/// What the patch was before each step.
#[derive(Default)]
pub(crate) struct History {
    past: VecDeque<Patch>,
    future: Vec<Patch>,
    /// The gesture that the newest step belongs to, while it lasts.
    gesture: Option<String>,
}

impl History {
    /// Notes what the patch was before a step. Steps of one gesture (a knob drag) become one, until
    /// [`History::settle`].
    pub(crate) fn note(&mut self, before: &Patch, gesture: Option<&str>) {
        if gesture.is_some() && gesture == self.gesture.as_deref() {
            return;
        }
        self.gesture = gesture.map(str::to_string);
        self.future.clear();
        if self.past.len() == DEPTH {
            self.past.pop_front();
        }
        self.past.push_back(before.clone());
    }

    /// The gesture is over.
    pub(crate) fn settle(&mut self) {
        self.gesture = None;
    }

    /// The patch before the newest step; `current` can be had back by [`History::redo`].
    pub(crate) fn undo(&mut self, current: &Patch) -> Option<Patch> {
        self.gesture = None;
        let mut patch = self.past.pop_back()?;
        self.future.push(current.clone());
        keep_macros(&mut patch, current);
        Some(patch)
    }

    /// The patch after the step that was undone last.
    pub(crate) fn redo(&mut self, current: &Patch) -> Option<Patch> {
        self.gesture = None;
        let mut patch = self.future.pop()?;
        self.past.push_back(current.clone());
        keep_macros(&mut patch, current);
        Some(patch)
    }

    pub(crate) fn can_undo(&self) -> bool {
        !self.past.is_empty()
    }

    pub(crate) fn can_redo(&self) -> bool {
        !self.future.is_empty()
    }
}

/// Where a macro stands is the host's business: undoing another step must not fight its automation.
fn keep_macros(patch: &mut Patch, current: &Patch) {
    for entry in &mut patch.macros {
        let same = current.macros.iter().find(|other| other.index == entry.index);
        if let Some(same) = same.filter(|other| other.targets == entry.targets) {
            entry.value = same.value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> Patch {
        Patch { name: name.to_string(), ..Patch::default() }
    }

    #[test]
    fn steps_go_back_and_forth_and_a_new_one_ends_redo() {
        let mut history = History::default();
        history.note(&named("a"), None);
        history.note(&named("b"), None);
        assert_eq!(history.undo(&named("c")), Some(named("b")));
        assert_eq!(history.undo(&named("b")), Some(named("a")));
        assert_eq!(history.undo(&named("a")), None);
        assert_eq!(history.redo(&named("a")), Some(named("b")));
        history.note(&named("b"), None);
        assert!(!history.can_redo());
        assert!(history.can_undo());
    }

    #[test]
    fn a_gesture_is_one_step() {
        let mut history = History::default();
        for name in ["a", "b", "c"] {
            history.note(&named(name), Some("cutoff"));
        }
        history.note(&named("d"), Some("resonance"));
        history.settle();
        history.note(&named("e"), Some("resonance"));
        assert_eq!(history.undo(&named("f")), Some(named("e")));
        assert_eq!(history.undo(&named("e")), Some(named("d")));
        assert_eq!(history.undo(&named("d")), Some(named("a")));
        assert!(!history.can_undo());
    }

    #[test]
    fn only_the_newest_steps_are_kept() {
        let mut history = History::default();
        for step in 0..DEPTH + 50 {
            history.note(&named(&step.to_string()), None);
        }
        let mut current = named("now");
        let mut steps = 0;
        while let Some(patch) = history.undo(&current) {
            current = patch;
            steps += 1;
        }
        assert_eq!((steps, current.name.as_str()), (DEPTH, "50"));
    }
}
