//! A knob: an arc with a pointer. Knows a place on its travel, 0…1, and nothing of params.

use std::f32::consts::TAU;

use egui::accesskit::{Action, ActionData};
use egui::{
    Color32, EventFilter, Id, Key, Painter, Pos2, Rect, Response, Role, Sense, Shape, Stroke, Ui, Vec2,
    WidgetInfo,
};

use crate::theme;

/// Points of a drag over the whole travel.
const DRAG_POINTS: f32 = 180.0;
/// Points of the wheel over the whole travel.
const WHEEL_POINTS: f32 = 1_200.0;
/// Part of the travel that an arrow key moves.
const KEY_STEP: f32 = 0.02;
/// Factor with Ctrl.
const FINE: f32 = 0.1;
/// Factor with Shift.
const COARSE: f32 = 4.0;
/// Seconds for which the wheel goes on to scroll the rack when a knob comes under the pointer.
const SCROLL_HOLD: f64 = 0.4;

/// What a knob shows.
pub(crate) struct Knob<'a> {
    /// Accessible name.
    pub(crate) name: &'a str,
    /// Value with unit, for screen readers.
    pub(crate) text: &'a str,
    /// Place on the travel, 0…1.
    pub(crate) position: f32,
    /// Where the arc begins: the travel's start, or the place of zero.
    pub(crate) origin: f32,
    /// Number of places, for travels in steps.
    pub(crate) steps: Option<u32>,
    pub(crate) color: Color32,
    /// How far cables move it, up and down from its place, with their colour.
    pub(crate) ring: Option<(f32, f32, Color32)>,
    /// Whether a macro moves it.
    pub(crate) mapped: bool,
}

impl Knob<'_> {
    /// Draws the knob; returns where it was moved to.
    pub(crate) fn show(&self, ui: &mut Ui, rect: Rect, id: Id) -> (Response, Option<f32>) {
        let response = ui.interact(rect, id, Sense::click_and_drag());
        let moved = self.moved(ui, &response);
        response.widget_info(|| {
            let mut info = WidgetInfo::slider(ui.is_enabled(), f64::from(self.position), self.name);
            info.role = Role::Slider;
            info
        });
        ui.ctx().accesskit_node_builder(id, |node| {
            node.set_min_numeric_value(0.0);
            node.set_max_numeric_value(1.0);
            node.set_value(self.text);
            node.add_action(Action::SetValue);
            node.add_action(Action::Increment);
            node.add_action(Action::Decrement);
        });
        if ui.is_rect_visible(rect) {
            let lit = response.hovered() || response.dragged() || response.has_focus();
            self.paint(ui.painter(), rect, lit);
        }
        (response, moved)
    }

    fn moved(&self, ui: &Ui, response: &Response) -> Option<f32> {
        let pace = ui.input(|input| match (input.modifiers.command, input.modifiers.shift) {
            (true, _) => FINE,
            (_, true) => COARSE,
            _ => 1.0,
        });
        // In steps the travel of a drag adds up until it reaches the next one.
        let carried = response.id.with("carried");
        if response.drag_started() {
            ui.data_mut(|data| data.insert_temp(carried, self.position));
        }
        let drag = if response.dragged() { -response.drag_motion().y * pace / DRAG_POINTS } else { 0.0 };
        if drag != 0.0 {
            let from = ui.data(|data| data.get_temp(carried)).unwrap_or(self.position);
            let to = (from + drag).clamp(0.0, 1.0);
            ui.data_mut(|data| data.insert_temp(carried, to));
            return Some(to);
        }
        let step = self.steps.map_or(KEY_STEP * pace, |steps| 1.0 / steps.max(1) as f32);
        let keys = self.keys(ui, response) * step;
        let wheel = if response.hovered() { wheel(ui) } else { 0.0 };
        let wheel = match self.steps {
            Some(_) if wheel != 0.0 => wheel.signum() * step,
            _ => wheel * pace / WHEEL_POINTS,
        };
        let set = ui.input(|input| {
            let requests = input.accesskit_action_requests(response.id, Action::SetValue);
            requests
                .filter_map(|request| match request.data {
                    Some(ActionData::NumericValue(value)) => Some(value as f32),
                    _ => None,
                })
                .last()
        });
        let moved = set.or((keys + wheel != 0.0).then_some(self.position + keys + wheel));
        moved.map(|position| position.clamp(0.0, 1.0))
    }

    /// Steps by arrow keys and by screen readers.
    fn keys(&self, ui: &Ui, response: &Response) -> f32 {
        let focused = response.has_focus();
        if focused {
            let arrows = EventFilter { vertical_arrows: true, ..EventFilter::default() };
            ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, arrows));
        }
        ui.input(|input| {
            let key = |key| if focused { input.num_presses(key) } else { 0 };
            let asked = |action| input.num_accesskit_action_requests(response.id, action);
            let up = key(Key::ArrowUp) + asked(Action::Increment);
            up as f32 - (key(Key::ArrowDown) + asked(Action::Decrement)) as f32
        })
    }

    fn paint(&self, painter: &Painter, rect: Rect, lit: bool) {
        let center = rect.center();
        let radius = rect.width().min(rect.height()) * 0.5 - 4.0;
        let track = Stroke::new(3.0, theme::SUNK);
        arc(painter, center, radius, (0.0, 1.0), track);
        let color = if lit { self.color } else { self.color.gamma_multiply(0.85) };
        arc(painter, center, radius, (self.origin, self.position), Stroke::new(3.0, color));
        if let Some((low, high, color)) = self.ring {
            let span = ((self.position + low).max(0.0), (self.position + high).min(1.0));
            arc(painter, center, radius + 3.5, span, Stroke::new(1.5, color));
        }
        let face = if lit { theme::RAISED.gamma_multiply(1.25) } else { theme::RAISED };
        painter.circle_filled(center + Vec2::new(0.0, 1.0), radius - 3.5, Color32::from_black_alpha(70));
        painter.circle(center, radius - 4.0, face, Stroke::new(1.0, theme::EDGE));
        let tip = toward(self.position);
        let hand = Stroke::new(2.0, if lit { theme::BRIGHT } else { theme::TEXT });
        painter.line_segment([center + tip * (radius * 0.25), center + tip * (radius - 6.5)], hand);
        if self.mapped {
            painter.circle_filled(center + Vec2::new(0.0, radius), 2.5, theme::ACCENT);
        }
    }
}

/// Points that the wheel has turned, taken away from the rack's scrolling; nothing while that goes on.
fn wheel(ui: &Ui) -> f32 {
    let now = ui.input(|input| input.time);
    let scrolled: f64 = ui.data(|data| data.get_temp(scrolled_id())).unwrap_or(f64::NEG_INFINITY);
    if now - scrolled < SCROLL_HOLD {
        return 0.0;
    }
    ui.input_mut(|input| std::mem::take(&mut input.smooth_scroll_delta).y)
}

/// To be called after all knobs: notes when the wheel was for the rack.
pub(crate) fn note_scrolling(ui: &Ui) {
    let (now, scroll) = ui.input(|input| (input.time, input.smooth_scroll_delta));
    if scroll != Vec2::ZERO {
        ui.data_mut(|data| data.insert_temp(scrolled_id(), now));
    }
}

fn scrolled_id() -> Id {
    Id::unique("time of the rack's last scrolling")
}

/// Direction of a place on the travel: from lower left over the top to lower right.
fn toward(position: f32) -> Vec2 {
    Vec2::angled(TAU * (0.375 + 0.75 * position))
}

fn arc(painter: &Painter, center: Pos2, radius: f32, (from, to): (f32, f32), stroke: Stroke) {
    let (from, to) = (from.min(to), from.max(to));
    let pieces = ((to - from) * 40.0).ceil().max(1.0) as usize;
    let place = |piece: usize| from + (to - from) * piece as f32 / pieces as f32;
    let points = (0..=pieces).map(|piece| center + toward(place(piece)) * radius).collect();
    painter.add(Shape::line(points, stroke));
}
