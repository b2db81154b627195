//! The patch as text: to read, to edit, to copy and paste whole patches.

use egui::{Context, RichText, ScrollArea, TextEdit, Ui, Window, vec2};
use manycord_engine::Patch;

use crate::desk::{Ask, Desk};
use crate::theme;

/// The window; closed at first.
#[derive(Default)]
pub(crate) struct TextWindow {
    open: bool,
    text: String,
    /// The patch's own text when it was last shown here; differs from `text` while that is edited.
    shown: String,
    /// What was applied last, until it plays.
    applied: Option<Patch>,
    error: Option<String>,
}

impl TextWindow {
    pub(crate) fn toggle(&mut self) {
        self.open = !self.open;
    }

    /// Shows it while it is open.
    pub(crate) fn show(&mut self, ctx: &Context, desk: &mut Desk<'_>) {
        if !self.open {
            return;
        }
        let mut open = true;
        Window::new("Patch as text")
            .open(&mut open)
            .default_size(vec2(560.0, 520.0))
            .collapsible(false)
            .show(ctx, |ui| self.content(ui, desk));
        self.open = open;
    }

    fn content(&mut self, ui: &mut Ui, desk: &mut Desk<'_>) {
        let current = desk.patch.to_toml();
        let applied = self.applied.take().is_some_and(|patch| patch == *desk.patch);
        if applied || (self.text == self.shown && current != self.shown) {
            self.text.clone_from(&current);
            self.shown.clone_from(&current);
        }
        let edited = self.text != self.shown;
        ui.horizontal(|ui| {
            if ui.add_enabled(edited, egui::Button::new("Apply")).clicked() {
                self.apply(desk);
            }
            if ui.add_enabled(edited, egui::Button::new("Revert")).clicked() {
                self.text.clone_from(&current);
                self.shown = current;
                self.error = None;
            }
            if ui.button("Copy all").clicked() {
                ui.ctx().copy_text(self.text.clone());
            }
            let state = if edited { "edited, not applied yet" } else { "as it plays" };
            ui.label(RichText::new(state).size(theme::SMALL).color(theme::DIM));
        });
        if let Some(error) = &self.error {
            ui.label(RichText::new(error).color(theme::ALARM));
        }
        ScrollArea::both().auto_shrink([false, false]).show(ui, |ui| {
            let field = TextEdit::multiline(&mut self.text).code_editor().desired_width(f32::INFINITY);
            ui.add(field.desired_rows(24)).accessible_name("Patch text");
        });
    }

    /// Plays what is written; what cannot be read leaves the patch alone.
    fn apply(&mut self, desk: &mut Desk<'_>) {
        match Patch::parse(&self.text, "text") {
            Ok(patch) => {
                self.error = None;
                self.applied = Some(patch.clone());
                desk.ask(Ask::Replace(patch));
            }
            Err(error) => self.error = Some(error.to_string()),
        }
    }
}
