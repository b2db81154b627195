//! A module's param on its panel: a knob, a dropdown or a switch, with name, value and menu.

use egui::{Align2, Id, PopupCloseBehavior, Rect, Response, Role, Sense, Ui, Vec2, WidgetInfo, pos2, vec2};
use manycord_engine::patch::{MacroTarget, PatchModule, PortRef, from_position, position, value_text};
use manycord_modules::{Param, Quantity, Scale};

use crate::desk::{Ask, Desk};
use crate::edits::mapping;
use crate::ends::{End, kind_of_output, spoken};
use crate::knob::Knob;
use crate::{dial_menu, theme};

/// Size of a knob with its name and value.
pub(crate) const CELL: Vec2 = vec2(60.0, 76.0);
const KNOB: f32 = 42.0;

/// A param of a module, as it stands.
pub(crate) struct Dial<'a> {
    pub(crate) param: &'static Param,
    pub(crate) at: PortRef,
    /// Value in the param's own unit; where a macro moves it, the value that the macro gives.
    pub(crate) value: f32,
    /// The macro that moves it: index, place, and the knob.
    pub(crate) moved_by: Option<(u16, f32, &'a MacroTarget)>,
}

impl<'a> Dial<'a> {
    pub(crate) fn new(desk: &Desk<'a>, module: &PatchModule, param: &'static Param) -> Dial<'a> {
        let at = PortRef { module: module.id.clone(), port: param.id.to_string() };
        let own = module.params.get(param.id).copied().unwrap_or(param.default);
        let moved_by =
            mapping(desk.patch, &at).and_then(|(entry, target)| Some((entry.index, entry.value?, target)));
        let value = moved_by.map_or(own, |(_, place, target)| {
            let (from, to) = (position(param, target.from), position(param, target.to));
            from_position(param, from + (to - from) * place)
        });
        Dial { param, at, value, moved_by }
    }

    /// Accessible name.
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.at.module, spoken(self.param.id))
    }

    pub(crate) fn value_text(&self) -> String {
        value_text(self.param, self.value)
    }

    /// Moves it: by its macro where it has one, so that the host can record the move.
    pub(crate) fn turn(&self, desk: &mut Desk<'_>, value: f32) {
        if value == self.value {
            return;
        }
        let Some((index, _, target)) = self.moved_by else {
            return desk.ask(Ask::Turn { param: self.at.clone(), value });
        };
        let (from, to) = (position(self.param, target.from), position(self.param, target.to));
        if from != to {
            let place = (position(self.param, value) - from) / (to - from);
            desk.ask(Ask::Macro { index, value: place.clamp(0.0, 1.0) });
        }
    }

    /// Whether it is drawn as a knob, not as a line.
    pub(crate) fn is_knob(param: &Param) -> bool {
        !matches!(param.quantity, Quantity::Choice(_))
    }

    /// A knob in its cell.
    pub(crate) fn knob(&self, ui: &mut Ui, desk: &mut Desk<'_>, color: egui::Color32) {
        let (cell, _) = ui.allocate_exact_size(CELL, Sense::hover());
        let knob = Rect::from_center_size(pos2(cell.center().x, cell.top() + KNOB * 0.5), Vec2::splat(KNOB));
        let (name, text) = (self.name(), self.value_text());
        let spread = |param: &Param| (param.max - param.min).round() as u32;
        let shown = Knob {
            name: &name,
            text: &text,
            position: position(self.param, self.value),
            origin: if self.param.min < 0.0 { position(self.param, 0.0) } else { 0.0 },
            steps: (self.param.scale == Scale::Steps).then(|| spread(self.param)),
            color,
            ring: self.ring(desk),
            mapped: self.moved_by.is_some(),
        };
        let (response, moved) = shown.show(ui, knob, Id::unique(("knob", &name)));
        if let Some(place) = moved {
            self.turn(desk, from_position(self.param, place));
        }
        if response.double_clicked() {
            self.turn(desk, self.param.default);
        } else if response.clicked() && self.invites(desk) {
            desk.touch(&End::Input(self.at.clone()));
        }
        self.attend(ui, desk, &response);
        let below = |offset: f32| pos2(cell.center().x, knob.bottom() + offset);
        let label = Rect::from_center_size(below(7.0), vec2(CELL.x, 14.0));
        self.label(ui, desk, label, Align2::CENTER_CENTER);
        let value = if self.moved_by.is_some() { theme::ACCENT } else { theme::DIM };
        let at = (below(22.0), Align2::CENTER_CENTER);
        theme::write(ui.painter(), at, &text, (theme::SMALL - 0.5, value), CELL.x);
    }

    /// A dropdown or a switch in a line of its own.
    pub(crate) fn row(&self, ui: &mut Ui, desk: &mut Desk<'_>, names: &'static [&'static str]) {
        ui.horizontal(|ui| {
            ui.set_min_height(theme::ROW);
            let (rect, _) = ui.allocate_exact_size(vec2(92.0, theme::ROW), Sense::hover());
            self.label(ui, desk, rect, Align2::LEFT_CENTER);
            let rest = egui::Layout::right_to_left(egui::Align::Center);
            ui.with_layout(rest, |ui| {
                let response = if *names == ["off", "on"] {
                    self.switch(ui, desk)
                } else {
                    self.choice(ui, desk, names)
                };
                self.attend(ui, desk, &response);
            });
        });
    }

    fn switch(&self, ui: &mut Ui, desk: &mut Desk<'_>) -> Response {
        let on = self.value >= 0.5;
        let response = crate::switch::switch(ui, &self.name(), on, theme::ACCENT);
        if response.clicked() {
            self.turn(desk, if on { 0.0 } else { 1.0 });
        }
        response
    }

    fn choice(&self, ui: &mut Ui, desk: &mut Desk<'_>, names: &'static [&'static str]) -> Response {
        let mut chosen = self.value as usize;
        let name = self.name();
        let text = egui::RichText::new(self.value_text()).size(theme::SMALL + 0.5);
        let shown = egui::ComboBox::from_id_salt(&name).width(124.0).selected_text(text).show_ui(ui, |ui| {
            for (index, choice) in names.iter().enumerate() {
                ui.selectable_value(&mut chosen, index, *choice);
            }
        });
        let response = shown.response.accessible_name(name);
        if chosen != self.value as usize {
            self.turn(desk, chosen as f32);
        }
        response
    }

    /// The param's name; a click patches a cable.
    fn label(&self, ui: &Ui, desk: &mut Desk<'_>, rect: Rect, anchor: Align2) {
        let end = End::Input(self.at.clone());
        let sense = if self.param.structural { Sense::hover() } else { Sense::click() };
        let response = ui.interact(rect, Id::unique(("param", &self.at.module, &self.at.port)), sense);
        let name = format!("{} input", self.name());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), &name));
        if response.clicked() {
            desk.touch(&end);
        }
        let begun = desk.pending.as_ref() == Some(&end);
        let color = match () {
            () if begun || self.invites(desk) => theme::ACCENT,
            () if response.hovered() && !self.param.structural => theme::BRIGHT,
            () => theme::TEXT,
        };
        let at = anchor.pos_in_rect(&rect);
        theme::write(ui.painter(), (at, anchor), &spoken(self.param.id), (theme::SMALL, color), rect.width());
        self.attend(ui, desk, &response);
    }

    /// Tooltip and menu.
    fn attend(&self, _ui: &Ui, desk: &mut Desk<'_>, response: &Response) {
        let tip = || match self.moved_by {
            Some((index, ..)) => format!("{}\n{}, moved by M{index}", self.param.help, self.value_text()),
            None => format!("{}\n{}", self.param.help, self.value_text()),
        };
        if response.hovered() && !response.dragged() {
            response.clone().on_hover_text(tip());
        }
        egui::Popup::context_menu(response)
            .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
            .show(|ui| dial_menu::show(ui, desk, self));
    }

    fn invites(&self, desk: &Desk<'_>) -> bool {
        !self.param.structural && desk.invites(&End::Input(self.at.clone()))
    }

    /// How far cables move it at their fullest: CVs of one sign up or down, sounds both ways.
    fn ring(&self, desk: &Desk<'_>) -> Option<(f32, f32, egui::Color32)> {
        let mut ring: Option<(f32, f32, egui::Color32)> = None;
        for cable in desk.patch.cables.iter().filter(|cable| cable.to == self.at) {
            let color = theme::cable(kind_of_output(desk.patch, &cable.from));
            let (low, high, _) = ring.unwrap_or((0.0, 0.0, color));
            ring = Some((low + cable.depth.min(0.0), high + cable.depth.max(0.0), color));
        }
        ring
    }
}
