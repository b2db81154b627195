//! Inputs and outputs on a panel, and the cables at them as text.

use egui::{
    Align2, Id, Popup, PopupCloseBehavior, Rect, RichText, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2,
};
use manycord_engine::patch::{Cable, PortRef};

use crate::desk::Desk;
use crate::edits::Edit;
use crate::ends::{End, Port, kind_of_output, spoken};
use crate::{connect, theme};

/// A module's inputs at the left and outputs at the right, or one sort in two columns.
pub(crate) fn show(ui: &mut Ui, desk: &mut Desk<'_>, inputs: &[Port], outputs: &[Port]) {
    let (left, right) = match (inputs, outputs) {
        ([], ports) | (ports, []) => ports.split_at(ports.len().div_ceil(2)),
        sides => sides,
    };
    ui.columns_const(|[first, second]| {
        column(first, desk, left);
        column(second, desk, right);
    });
}

fn column(ui: &mut Ui, desk: &mut Desk<'_>, ports: &[Port]) {
    ui.spacing_mut().item_spacing.y = 1.0;
    ui.spacing_mut().interact_size.y = 14.0;
    for port in ports {
        show_port(ui, desk, port);
        for cable in cables_at(desk, &port.end) {
            ui.horizontal(|ui| {
                ui.add_space(14.0);
                show_cable(ui, desk, cable, &port.end, false);
            });
        }
    }
}

/// Cables into a module's params, a line each.
pub(crate) fn modulations(ui: &mut Ui, desk: &mut Desk<'_>, params: &[Port]) {
    for port in params {
        for cable in cables_at(desk, &port.end) {
            show_cable(ui, desk, cable, &port.end, true);
        }
    }
}

fn cables_at<'a>(desk: &Desk<'a>, end: &End) -> Vec<&'a Cable> {
    let here = |cable: &&Cable| match end {
        End::Output(port) => cable.from == *port,
        End::Input(port) => cable.to == *port,
    };
    desk.patch.cables.iter().filter(here).collect()
}

/// A dot and a name; a click patches, the other button shows where to.
fn show_port(ui: &mut Ui, desk: &mut Desk<'_>, port: &Port) {
    let side = if matches!(port.end, End::Output(_)) { "output" } else { "input" };
    let at = port.end.port();
    let name = format!("{} {} {side}", at.module, spoken(&at.port));
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), theme::ROW - 2.0));
    let response = ui.interact(rect, Id::unique(("port", side, &at.module, &at.port)), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), &name));
    if response.clicked() {
        desk.touch(&port.end);
    }
    let color = theme::cable(port.kind);
    let (begun, invited) = (desk.pending.as_ref() == Some(&port.end), desk.invites(&port.end));
    let patched = !cables_at(desk, &port.end).is_empty();
    let dot = pos2(rect.left() + 6.0, rect.center().y);
    let painter = ui.painter();
    if begun || invited || response.hovered() {
        let strength = if begun || response.hovered() { 0.30 } else { 0.14 };
        painter.rect_filled(rect, 4.0, color.gamma_multiply(strength));
    }
    if patched {
        painter.circle_filled(dot, 4.0, color);
    } else {
        painter.circle(dot, 3.5, theme::SUNK, Stroke::new(1.5, color));
    }
    let text = if begun || invited || response.hovered() { theme::BRIGHT } else { theme::TEXT };
    let place = (pos2(rect.left() + 15.0, rect.center().y), Align2::LEFT_CENTER);
    theme::write(painter, place, &spoken(&at.port), (theme::SMALL, text), rect.width() - 16.0);
    Popup::context_menu(&response)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .show(|ui| connect::menu(ui, desk, &port.end));
    if response.hovered() {
        response.on_hover_text(format!("{}\n{side}, {}", port.help, theme::kind_name(port.kind)));
    }
}

/// A cable as text; a click shows what can be done to it.
fn show_cable(ui: &mut Ui, desk: &mut Desk<'_>, cable: &Cable, end: &End, modulation: bool) {
    let text = match end {
        End::Output(_) => format!("→ {}", cable.to),
        End::Input(to) if modulation => {
            format!("{}  ← {}  × {:.2}", spoken(&to.port), cable.from, cable.depth)
        }
        End::Input(_) => format!("← {}", cable.from),
    };
    let color = theme::cable(kind_of_output(desk.patch, &cable.from));
    let galley = theme::line(ui.painter(), &text, theme::SMALL, color, ui.available_width());
    let (_, rect) = ui.allocate_space(vec2(galley.size().x, galley.size().y + 3.0));
    let side = matches!(end, End::Output(_));
    let id = Id::unique(("cable", side, cable.from.to_string(), cable.to.to_string()));
    let response = ui.interact(rect, id, Sense::click());
    let name = format!("cable {} to {}{}", cable.from, cable.to, if side { ", at its output" } else { "" });
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), &name));
    let at = pos2(rect.left(), rect.center().y - galley.size().y * 0.5);
    ui.painter().galley(at, galley, color);
    if response.hovered() {
        let under = Rect::from_min_max(pos2(rect.left(), rect.bottom() - 1.0), rect.right_bottom());
        ui.painter().rect_filled(under, 0.0, color);
    }
    let is_param = modulation || takes_depth(desk, &cable.to);
    Popup::menu(&response)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .show(|ui| cable_menu(ui, desk, cable, is_param));
}

fn cable_menu(ui: &mut Ui, desk: &mut Desk<'_>, cable: &Cable, is_param: bool) {
    ui.set_width(240.0);
    ui.label(RichText::new(format!("{}  →  {}", cable.from, cable.to)).color(theme::BRIGHT));
    let (from, to) = (cable.from.clone(), cable.to.clone());
    if is_param {
        let mut depth = cable.depth;
        ui.horizontal(|ui| {
            let label = ui.label("Depth");
            let slider = egui::Slider::new(&mut depth, -1.0..=1.0).fixed_decimals(2);
            if ui.add(slider).labelled_by(label.id).changed() {
                desk.edit(Edit::Depth { from: from.clone(), to: to.clone(), depth });
            }
        });
    }
    if ui.button("Remove cable").clicked() {
        desk.edit(Edit::Disconnect { from, to });
        ui.close();
    }
}

fn takes_depth(desk: &Desk<'_>, to: &PortRef) -> bool {
    let module = desk.patch.module(&to.module);
    module.is_some_and(|module| crate::ends::params(module).iter().any(|port| port.end.port() == to))
}
