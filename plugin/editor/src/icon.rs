//! Buttons with a small drawn sign.

use egui::{Color32, Painter, Pos2, Response, Role, Sense, Shape, Stroke, Ui, Vec2, WidgetInfo, vec2};

use crate::theme;

/// What is drawn.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Icon {
    Cross,
    Undo,
    Redo,
}

/// A button with a sign, an accessible name and a tooltip.
pub(crate) fn button(ui: &mut Ui, icon: Icon, name: &str, enabled: bool) -> Response {
    let side = if icon == Icon::Cross { 16.0 } else { 26.0 };
    let sense = if enabled { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(side), sense);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, name));
    let lit = enabled && (response.hovered() || response.has_focus());
    if lit {
        ui.painter().rect_filled(rect, 5.0, theme::RAISED);
    }
    let color = match (enabled, lit) {
        (false, _) => theme::EDGE,
        (true, false) => theme::DIM,
        (true, true) => theme::BRIGHT,
    };
    paint(ui.painter(), icon, rect.center(), color);
    response.on_hover_text(name)
}

fn paint(painter: &Painter, icon: Icon, center: Pos2, color: Color32) {
    let stroke = Stroke::new(1.5, color);
    let mirrored = if icon == Icon::Redo { -1.0 } else { 1.0 };
    let at = |x: f32, y: f32| center + vec2(x * mirrored, y);
    if icon == Icon::Cross {
        painter.line_segment([at(-3.5, -3.5), at(3.5, 3.5)], stroke);
        painter.line_segment([at(3.5, -3.5), at(-3.5, 3.5)], stroke);
        return;
    }
    // An arrow that goes left and comes round from below.
    let bow = (0..=12).map(|step| {
        let angle = std::f32::consts::PI * (step as f32 / 12.0 - 0.5);
        at(1.5 + 4.0 * angle.cos(), 1.0 + 4.0 * angle.sin())
    });
    let points = std::iter::once(at(-6.0, -3.0)).chain(bow).chain([at(-3.0, 5.0)]);
    painter.add(Shape::line(points.collect(), stroke));
    painter.add(Shape::line(vec![at(-3.0, -6.0), at(-6.0, -3.0), at(-3.0, 0.0)], stroke));
}
