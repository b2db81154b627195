//! One module: name, health, knobs, ports.

use egui::{Color32, CornerRadius, Frame, Margin, Rect, RichText, Stroke, Ui, pos2, vec2};
use manycord_engine::ModuleReport;
use manycord_engine::patch::PatchModule;
use manycord_modules::{Param, Quantity};

use crate::desk::Desk;
use crate::dial::{CELL, Dial};
use crate::edits::Edit;
use crate::ends::{inputs, outputs, params, spec_of, title};
use crate::field::NameField;
use crate::icon::{Icon, button};
use crate::{ports, theme};

/// Knobs side by side.
const KNOBS: usize = 4;
/// Volts at which the lamp is brightest.
const LOUD_VOLTS: f32 = 5.0;

/// Draws a module's panel.
pub(crate) fn show(ui: &mut Ui, desk: &mut Desk<'_>, module: &PatchModule) {
    let spec = spec_of(module);
    let color = theme::class(spec.map(|spec| spec.class));
    let frame = Frame::new()
        .fill(theme::PANEL)
        .stroke(Stroke::new(1.0, theme::EDGE))
        .corner_radius(8)
        .inner_margin(Margin::same(theme::MODULE_MARGIN as i8));
    let shown = frame.show(ui, |ui| {
        ui.set_width(theme::MODULE_WIDTH - 2.0 * theme::MODULE_MARGIN);
        let report = desk.reports.iter().find(|report| report.id == module.id);
        header(ui, desk, module, report);
        health(ui, module, report);
        let strength = if module.bypass { 0.45 } else { 1.0 };
        ui.scope(|ui| {
            ui.multiply_opacity(strength);
            body(ui, desk, module, color);
        });
    });
    let rect = shown.response.rect;
    let edge = Rect::from_min_max(rect.min, pos2(rect.right(), rect.top() + 3.0));
    let radius = CornerRadius { nw: 8, ne: 8, sw: 0, se: 0 };
    ui.painter().rect_filled(edge, radius, color.gamma_multiply(0.9));
}

/// About how high a panel is, whatever is patched: patching must not move panels about.
pub(crate) fn height(module: &PatchModule) -> f32 {
    let Some(spec) = spec_of(module) else { return 90.0 };
    let knobs = spec.params.iter().filter(|param| Dial::is_knob(param)).count();
    let rows = spec.params.len() - knobs;
    let (inputs, outputs) = (spec.inputs.len(), spec.outputs.len());
    let ports =
        if inputs == 0 || outputs == 0 { (inputs + outputs).div_ceil(2) } else { inputs.max(outputs) };
    66.0 + knobs.div_ceil(KNOBS) as f32 * (CELL.y + theme::GAP) + (rows + ports) as f32 * (theme::ROW + 4.0)
}

fn header(ui: &mut Ui, desk: &mut Desk<'_>, module: &PatchModule, report: Option<&ModuleReport>) {
    ui.horizontal(|ui| {
        lamp(ui, report);
        let shown = title(module);
        let name = format!("Name of {}", module.id);
        let color = theme::BRIGHT;
        let field =
            NameField { name: &name, value: &shown, hint: "name", size: theme::TITLE, color, width: 118.0 };
        if let Some(label) = field.show(ui) {
            let fresh = spec_of(module).is_some_and(|spec| spec.name == label);
            let label = if fresh { String::new() } else { label };
            desk.edit(Edit::Label { module: module.id.clone(), label });
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if button(ui, Icon::Cross, &format!("Remove {}", module.id), true).clicked() {
                desk.edit(Edit::Remove { module: module.id.clone() });
            }
            let name = format!("{} on", module.id);
            let power = crate::switch::switch(ui, &name, !module.bypass, theme::GOOD);
            if power.on_hover_text("Off: the module only passes its inputs on").clicked() {
                desk.edit(Edit::Bypass { module: module.id.clone(), on: !module.bypass });
            }
            if let Some(report) = report {
                let text = format!("{:.1} %", report.load * 100.0);
                let color = if report.load > 0.25 { theme::ACCENT } else { theme::DIM };
                let load = ui.label(RichText::new(text).size(theme::SMALL - 1.0).color(color));
                load.on_hover_text("Share of the time that one core has for a block");
            }
        });
    });
}

/// The id where the title does not say it, and what went wrong.
fn health(ui: &mut Ui, module: &PatchModule, report: Option<&ModuleReport>) {
    let small = |text: String, color: Color32| RichText::new(text).size(theme::SMALL - 1.0).color(color);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        ui.spacing_mut().interact_size.y = 14.0;
        ui.add_space(16.0);
        ui.label(small(module.id.clone(), theme::DIM));
        if module.bypass {
            ui.label(small("bypassed".into(), theme::ACCENT));
        }
        let Some(report) = report else { return };
        if report.quarantined {
            let label = ui.label(small("silenced".into(), theme::ALARM));
            label.on_hover_text("The module failed and was silenced; the rest of the patch goes on");
        }
        if report.resets > 0 {
            let label = ui.label(small(format!("{} resets", report.resets), theme::ACCENT));
            label.on_hover_text("Times that it put out something that is no number, and began anew");
        }
    });
}

fn lamp(ui: &mut Ui, report: Option<&ModuleReport>) {
    let (rect, response) = ui.allocate_exact_size(vec2(8.0, 16.0), egui::Sense::hover());
    let level = report.map_or(0.0, |report| (report.level / LOUD_VOLTS).clamp(0.0, 1.0).sqrt());
    ui.painter().circle_filled(rect.center(), 4.0, theme::SUNK);
    ui.painter().circle_filled(rect.center(), 3.0, theme::GOOD.gamma_multiply(level));
    if let Some(report) = report {
        response.on_hover_text(format!("{:.2} V", report.level));
    }
}

fn body(ui: &mut Ui, desk: &mut Desk<'_>, module: &PatchModule, color: Color32) {
    let Some(spec) = spec_of(module) else {
        let text = format!("There is no module kind \"{}\" here. Its data and cables are kept.", module.kind);
        ui.label(RichText::new(text).size(theme::SMALL).color(theme::ACCENT));
        ports::show(ui, desk, &inputs(desk.patch, module), &outputs(desk.patch, module));
        return;
    };
    let knobs: Vec<&'static Param> = spec.params.iter().filter(|param| Dial::is_knob(param)).collect();
    ui.spacing_mut().item_spacing = vec2(0.0, theme::GAP);
    for row in knobs.chunks(KNOBS) {
        ui.horizontal(|ui| {
            for param in row {
                Dial::new(desk, module, param).knob(ui, desk, color);
            }
        });
    }
    ui.spacing_mut().item_spacing.y = 3.0;
    for param in spec.params {
        if let Quantity::Choice(names) = param.quantity {
            Dial::new(desk, module, param).row(ui, desk, names);
        }
    }
    ports::modulations(ui, desk, &params(module));
    if !spec.params.is_empty() {
        let (_, line) = ui.allocate_space(vec2(ui.available_width(), 5.0));
        ui.painter().hline(line.x_range(), line.center().y, Stroke::new(1.0, theme::EDGE));
    }
    ports::show(ui, desk, &inputs(desk.patch, module), &outputs(desk.patch, module));
}
