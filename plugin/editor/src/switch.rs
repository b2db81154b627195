//! A small sliding switch.

use egui::{Color32, Response, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use crate::theme;

/// Draws a switch; the caller turns it over when it is clicked.
pub(crate) fn switch(ui: &mut Ui, name: &str, on: bool, color: Color32) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(28.0, 16.0), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Switch, ui.is_enabled(), on, name));
    if ui.is_rect_visible(rect) {
        let lit = response.hovered() || response.has_focus();
        let radius = rect.height() * 0.5;
        let fill = if on { color.gamma_multiply(0.75) } else { theme::SUNK };
        let edge = if lit { theme::DIM } else { theme::EDGE };
        ui.painter().rect(rect, radius, fill, Stroke::new(1.0, edge), egui::StrokeKind::Inside);
        let place = ui.ctx().animate_bool_responsive(response.id, on);
        let x = egui::lerp(rect.left() + radius..=rect.right() - radius, place);
        let knob = if on || lit { theme::BRIGHT } else { theme::DIM };
        ui.painter().circle_filled(pos2(x, rect.center().y), radius - 3.5, knob);
    }
    response
}
