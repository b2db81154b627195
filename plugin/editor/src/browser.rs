//! The module browser: every kind by shelf, found by name or by what it does.

use egui::{Align2, Context, Key, RichText, ScrollArea, TextEdit, Ui, Window, vec2};
use manycord_modules::{CATALOG, Class, Spec};

use crate::desk::Desk;
use crate::edits::Edit;
use crate::theme;

/// Shelves in the order of the signal.
const SHELVES: [Class; 11] = [
    Class::Io,
    Class::Source,
    Class::Filter,
    Class::Shape,
    Class::Modulation,
    Class::Level,
    Class::Sequence,
    Class::Pitch,
    Class::Logic,
    Class::Effect,
    Class::Utility,
];

/// The browser; closed at first.
#[derive(Default)]
pub(crate) struct Browser {
    open: bool,
    /// The search field has still to be given the keyboard.
    fresh: bool,
    search: String,
}

impl Browser {
    pub(crate) fn open(&mut self) {
        *self = Browser { open: true, fresh: true, search: String::new() };
    }

    /// Shows it while it is open.
    pub(crate) fn show(&mut self, ctx: &Context, desk: &mut Desk<'_>) {
        let mut open = self.open;
        Window::new("Add a module")
            .open(&mut open)
            .anchor(Align2::CENTER_CENTER, vec2(0.0, 0.0))
            .fixed_size(vec2(460.0, 440.0))
            .collapsible(false)
            .show(ctx, |ui| self.content(ui, desk));
        self.open &= open;
    }

    fn content(&mut self, ui: &mut Ui, desk: &mut Desk<'_>) {
        let field = TextEdit::singleline(&mut self.search).hint_text("Search").desired_width(f32::INFINITY);
        let response = ui.add(field).accessible_name("Search modules");
        if std::mem::take(&mut self.fresh) {
            response.request_focus();
        }
        let found = found(&self.search);
        let (enter, escape) =
            ui.input(|input| (input.key_pressed(Key::Enter), input.key_pressed(Key::Escape)));
        let first = found.first().filter(|_| enter && response.lost_focus());
        let mut chosen = first.copied();
        ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
            for shelf in SHELVES {
                let kinds: Vec<_> = found.iter().filter(|spec| spec.class == shelf).copied().collect();
                if kinds.is_empty() {
                    continue;
                }
                ui.add_space(4.0);
                let heading = RichText::new(theme::class_name(shelf)).size(theme::SMALL);
                ui.label(heading.color(theme::class(Some(shelf))));
                for spec in kinds {
                    if entry(ui, spec) {
                        chosen = Some(spec);
                    }
                }
            }
            if found.is_empty() {
                ui.label(RichText::new("No module is called so or does so.").color(theme::DIM));
            }
        });
        if let Some(spec) = chosen {
            desk.edit(Edit::Add { kind: spec.id });
        }
        self.open = chosen.is_none() && !escape;
    }
}

fn entry(ui: &mut Ui, spec: &'static Spec) -> bool {
    let size = vec2(ui.available_width(), 42.0);
    let (rect, response) = ui.allocate_exact_size(size, egui::Sense::click());
    let name = format!("Add {}", spec.name);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
    let painter = ui.painter();
    let lit = response.hovered() || response.has_focus();
    painter.rect_filled(rect, 5.0, if lit { theme::RAISED } else { theme::BAR });
    let edge = egui::Rect::from_min_size(rect.min, vec2(3.0, rect.height()));
    painter.rect_filled(edge, 2.0, theme::class(Some(spec.class)));
    let at = |y: f32| (rect.left_top() + vec2(12.0, y), Align2::LEFT_CENTER);
    theme::write(painter, at(13.0), spec.name, (theme::BODY, theme::BRIGHT), rect.width() - 20.0);
    theme::write(painter, at(29.0), spec.help, (theme::SMALL, theme::DIM), rect.width() - 20.0);
    response.on_hover_text(spec.help).clicked()
}

/// Kinds with every searched word in name, id, shelf or help; matches of the name come first.
fn found(search: &str) -> Vec<&'static Spec> {
    let search = search.to_lowercase();
    let words: Vec<&str> = search.split_whitespace().collect();
    let holds = |spec: &Spec| {
        let all = [spec.name, spec.id, theme::class_name(spec.class), spec.help].join(" ").to_lowercase();
        words.iter().all(|word| all.contains(word))
    };
    let mut found: Vec<_> = CATALOG.iter().map(|kind| kind.spec).filter(|spec| holds(spec)).collect();
    found
        .sort_by_key(|spec| !(spec.name.to_lowercase().starts_with(&search) || spec.id.starts_with(&search)));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_found_by_name_and_by_what_they_do() {
        let ids = |search| found(search).iter().map(|spec| spec.id).collect::<Vec<_>>();
        assert_eq!(ids("VCA").first(), Some(&"vca"));
        assert!(ids("turns voltage").contains(&"vca"));
        assert!(ids("no such thing").is_empty());
        assert_eq!(ids("").len(), CATALOG.len());
    }

    #[test]
    fn every_module_has_a_shelf() {
        assert!(CATALOG.iter().all(|kind| SHELVES.contains(&kind.spec.class)));
    }
}
