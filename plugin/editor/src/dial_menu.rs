//! The menu of a param: type a value, reset, map to a macro, patch.

use egui::{Id, TextEdit, Ui};
use manycord_engine::patch::{MacroTarget, parse_value, position, value_text};

use crate::desk::Desk;
use crate::dial::Dial;
use crate::edits::{Edit, free_macro, mapping};
use crate::ends::{End, spoken};
use crate::{connect, theme};

/// Shows the menu's content.
pub(crate) fn show(ui: &mut Ui, desk: &mut Desk<'_>, dial: &Dial<'_>) {
    ui.set_width(220.0);
    ui.label(egui::RichText::new(spoken(dial.param.id)).color(theme::BRIGHT));
    ui.label(egui::RichText::new(dial.param.help).size(theme::SMALL).color(theme::DIM));
    value_field(ui, desk, dial);
    if ui.button(format!("Reset to {}", value_text(dial.param, dial.param.default))).clicked() {
        dial.turn(desk, dial.param.default);
        ui.close();
    }
    if dial.param.structural {
        return;
    }
    ui.separator();
    match mapping(desk.patch, &dial.at) {
        Some((entry, _)) => {
            let text = format!("Unmap from M{} {}", entry.index, entry.name);
            if ui.button(text.trim()).clicked() {
                desk.edit(Edit::Unmap { param: dial.at.clone() });
                ui.close();
            }
        }
        None => map_row(ui, desk, dial),
    }
    ui.separator();
    connect::menu(ui, desk, &End::Input(dial.at.clone()));
}

/// A field that takes numbers with units; what it does not understand is marked.
fn value_field(ui: &mut Ui, desk: &mut Desk<'_>, dial: &Dial<'_>) {
    let id = Id::unique(("value of", &dial.at.module, &dial.at.port));
    let shown = dial.value_text();
    let mut text: String = ui.data(|data| data.get_temp(id)).unwrap_or_else(|| shown.clone());
    let parsed = parse_value(dial.param, &text);
    let color = if parsed.is_some() { theme::BRIGHT } else { theme::ALARM };
    let field = TextEdit::singleline(&mut text).id(id.with("field")).desired_width(200.0).text_color(color);
    let response = ui.add(field).accessible_name(format!("{} value", dial.name()));
    ui.data_mut(|data| data.insert_temp(id, text));
    if response.lost_focus() {
        ui.data_mut(|data| data.remove::<String>(id));
        if ui.input(|input| input.key_pressed(egui::Key::Enter))
            && let Some(value) = parsed
        {
            dial.turn(desk, value);
            ui.close();
        }
    } else if !response.has_focus() {
        ui.data_mut(|data| data.remove::<String>(id));
    }
}

/// Which macro, and a button.
fn map_row(ui: &mut Ui, desk: &mut Desk<'_>, dial: &Dial<'_>) {
    let id = Id::unique("macro to map to");
    let free = free_macro(desk.patch);
    let mut index: u16 = ui.data(|data| data.get_temp(id)).unwrap_or(free);
    ui.horizontal(|ui| {
        ui.label("Map to macro");
        let field = egui::DragValue::new(&mut index).range(1..=128).speed(0.1);
        ui.add(field).accessible_name("Macro number");
        ui.data_mut(|data| data.insert_temp(id, index));
        if ui.button("Map").clicked() {
            let (from, to) = (dial.param.min, dial.param.max);
            let target = MacroTarget { param: dial.at.clone(), from, to };
            desk.edit(Edit::Map { target, index, value: position(dial.param, dial.value) });
            ui.data_mut(|data| data.remove::<u16>(id));
            ui.close();
        }
    });
}
