//! The host's macros: those that move something, as knobs of the whole patch.

use egui::{Align2, Id, Rect, ScrollArea, Sense, Ui, Vec2, pos2, vec2};
use manycord_engine::patch::Macro;

use crate::desk::{Ask, Desk};
use crate::edits::Edit;
use crate::field::NameField;
use crate::knob::Knob;
use crate::theme;

/// The host's macros, 1…128, each 0…1. A move is a gesture that the host may record.
pub trait Macros {
    /// Where the macro stands.
    fn value(&self, index: u16) -> f32;
    /// The user takes hold of it.
    fn begin(&mut self, index: u16);
    /// The user moves it.
    fn set(&mut self, index: u16, value: f32);
    /// The user lets go.
    fn end(&mut self, index: u16);
}

/// The macro that the user has hold of, so that every gesture begins and ends once.
#[derive(Default)]
pub(crate) struct Grip(Option<u16>);

impl Grip {
    pub(crate) fn set(&mut self, macros: &mut dyn Macros, index: u16, value: f32) {
        if self.0 != Some(index) {
            self.release(macros);
            macros.begin(index);
            self.0 = Some(index);
        }
        macros.set(index, value);
    }

    pub(crate) fn release(&mut self, macros: &mut dyn Macros) {
        if let Some(index) = self.0.take() {
            macros.end(index);
        }
    }
}

/// The strip below the rack.
pub(crate) fn strip(ui: &mut Ui, desk: &mut Desk<'_>, macros: &dyn Macros) {
    ScrollArea::horizontal().auto_shrink([false, true]).show(ui, |ui| {
        ui.horizontal_top(|ui| {
            let patch = desk.patch;
            for entry in patch.macros.iter().filter(|entry| !entry.targets.is_empty()) {
                show(ui, desk, entry, macros.value(entry.index));
                ui.add_space(theme::GAP);
            }
        });
    });
}

fn show(ui: &mut Ui, desk: &mut Desk<'_>, entry: &Macro, value: f32) {
    let index = entry.index;
    ui.horizontal_top(|ui| {
        let (cell, _) = ui.allocate_exact_size(vec2(42.0, 44.0), Sense::hover());
        let rect = Rect::from_center_size(cell.center(), Vec2::splat(40.0));
        let (name, text) = (format!("Macro {index}"), format!("{:.0} %", value * 100.0));
        let knob = Knob {
            name: &name,
            text: &text,
            position: value,
            origin: 0.0,
            steps: None,
            color: theme::ACCENT,
            ring: None,
            mapped: false,
        };
        let (response, moved) = knob.show(ui, rect, Id::unique(("macro", index)));
        let asked = moved.filter(|&moved| moved != value);
        if let Some(value) = asked {
            desk.ask(Ask::Macro { index, value });
        }
        if response.hovered() {
            let targets = entry.targets.iter().map(|target| target.param.to_string());
            response.on_hover_text(format!("{text}\nmoves {}", targets.collect::<Vec<_>>().join(", ")));
        }
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            let field = format!("Name of macro {index}");
            let (hint, size, color) = ("name", theme::BODY, theme::BRIGHT);
            let field = NameField { name: &field, value: &entry.name, hint, size, color, width: 84.0 };
            if let Some(name) = field.show(ui) {
                desk.edit(Edit::NameMacro { index, name });
            }
            let (line, _) = ui.allocate_exact_size(vec2(84.0, 16.0), Sense::hover());
            let left = (line.left_center() + vec2(2.0, 0.0), Align2::LEFT_CENTER);
            theme::write(ui.painter(), left, &format!("M{index}"), (theme::SMALL, theme::ACCENT), 40.0);
            let right = (pos2(line.left() + 34.0, line.center().y), Align2::LEFT_CENTER);
            theme::write(ui.painter(), right, &text, (theme::SMALL, theme::DIM), 50.0);
        });
    });
}
