//! The bar above the rack: the patch, its steps, and how the engine does.

use egui::{Layout, RichText, Ui};
use manycord_engine::{Patch, Pulse};
use manycord_modules::Quality;

use crate::desk::{Ask, Desk};
use crate::edits::Edit;
use crate::field::NameField;
use crate::icon::{Icon, button};
use crate::library::Library;
use crate::meter::{self, Levels};
use crate::theme;

/// How the engine does.
pub(crate) struct Status {
    /// `None` while no engine runs.
    pub(crate) pulse: Option<Pulse>,
    pub(crate) workers: Option<usize>,
}

/// Which steps there are.
#[derive(Clone, Copy)]
pub(crate) struct Steps {
    pub(crate) undo: bool,
    pub(crate) redo: bool,
}

/// Draws the bar.
pub(crate) fn show(
    ui: &mut Ui,
    desk: &mut Desk<'_>,
    library: &Library,
    steps: Steps,
    (status, levels): (&Status, &Levels),
) {
    ui.horizontal(|ui| {
        ui.label(RichText::new("manycord").size(15.0).color(theme::ACCENT).strong());
        ui.add_space(8.0);
        let color = theme::BRIGHT;
        let value = desk.patch.name.as_str();
        let field =
            NameField { name: "Patch name", value, hint: "untitled patch", size: 15.0, color, width: 190.0 };
        if let Some(name) = field.show(ui) {
            desk.edit(Edit::NamePatch(name));
        }
        ui.menu_button("Library", |ui| shelves(ui, desk, library));
        ui.menu_button("Engine", |ui| costs(ui, desk))
            .response
            .on_hover_text("What the patch may cost, and how its work is shared out");
        if ui.button("Text").on_hover_text("The patch as text: read, edit, copy, paste").clicked() {
            desk.ask(Ask::ShowText);
        }
        if ui.button("+ Module").on_hover_text("Add a module (Enter)").clicked() {
            desk.ask(Ask::Browse);
        }
        ui.add_space(4.0);
        if button(ui, Icon::Undo, "Undo (Ctrl+Z)", steps.undo).clicked() {
            desk.ask(Ask::Undo);
        }
        if button(ui, Icon::Redo, "Redo (Ctrl+Shift+Z)", steps.redo).clicked() {
            desk.ask(Ask::Redo);
        }
        ui.with_layout(Layout::right_to_left(egui::Align::Center), |ui| engine(ui, status, levels));
    });
}

/// From right to left.
fn engine(ui: &mut Ui, status: &Status, levels: &Levels) {
    let (Some(pulse), Some(workers)) = (status.pulse, status.workers) else {
        ui.label(RichText::new("not running").size(theme::SMALL).color(theme::DIM));
        return;
    };
    levels.show(ui);
    ui.add_space(8.0);
    let count = |ui: &mut Ui, count: usize, one: &str, tip: &str| {
        let text = if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") };
        ui.label(RichText::new(text).size(theme::SMALL).color(theme::TEXT)).on_hover_text(tip.to_string());
        ui.add_space(6.0);
    };
    count(ui, pulse.voices as usize, "voice", "Notes that are held or sustained");
    count(ui, workers, "worker", "Threads that render besides the host's own");
    meter::load(ui, pulse.load, pulse.longest_block_us);
}

/// Switches of the patch that trade sound or latency for speed.
fn costs(ui: &mut Ui, desk: &mut Desk<'_>) {
    ui.set_min_width(220.0);
    let mut economy = desk.patch.quality == Quality::Economy;
    let tip = "A quarter less cost: filters run at the host's rate, oscillators alias a little more";
    if ui.checkbox(&mut economy, "Economy quality").on_hover_text(tip).clicked() {
        desk.edit(Edit::Quality(if economy { Quality::Economy } else { Quality::Full }));
    }
    let mut pipelined = desk.patch.pipelined;
    let tip = "Effects render beside the next voices, 64 frames late; the host is told";
    if ui.checkbox(&mut pipelined, "Pipelined effects").on_hover_text(tip).clicked() {
        desk.edit(Edit::Pipelined(pipelined));
    }
}

fn shelves(ui: &mut Ui, desk: &mut Desk<'_>, library: &Library) {
    ui.set_min_width(180.0);
    for patch in library.factory {
        if ui.button(patch.name).clicked() {
            desk.ask(match Patch::parse(patch.text, patch.name) {
                Ok(patch) => Ask::Load(patch),
                Err(error) => Ask::Tell(error.to_string()),
            });
            ui.close();
        }
    }
    if library.factory.is_empty() {
        ui.label(RichText::new("There are no factory patches here.").color(theme::DIM));
    }
}
