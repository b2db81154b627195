//! A name that can be typed over: the change counts when the field is left.

use egui::{Color32, FontId, Frame, Id, TextEdit, Ui};

/// What a name field shows.
pub(crate) struct NameField<'a> {
    /// Accessible name.
    pub(crate) name: &'a str,
    pub(crate) value: &'a str,
    pub(crate) hint: &'a str,
    pub(crate) size: f32,
    pub(crate) color: Color32,
    pub(crate) width: f32,
}

impl NameField<'_> {
    /// Shows the field; returns the new name once.
    pub(crate) fn show(&self, ui: &mut Ui) -> Option<String> {
        let id = Id::unique(("name field", self.name));
        let typed: Option<String> = ui.data(|data| data.get_temp(id));
        let mut text = typed.unwrap_or_else(|| self.value.to_string());
        let field = TextEdit::singleline(&mut text)
            .id(id.with("field"))
            .hint_text(self.hint)
            .font(FontId::proportional(self.size))
            .text_color(self.color)
            .frame(Frame::new().inner_margin(egui::Margin::symmetric(2, 1)))
            .char_limit(64)
            .clip_text(true)
            .desired_width(self.width);
        let response = ui.add(field).accessible_name(self.name);
        if response.has_focus() {
            ui.data_mut(|data| data.insert_temp(id, text));
            return None;
        }
        ui.data_mut(|data| data.remove::<String>(id));
        let escaped = ui.input(|input| input.key_pressed(egui::Key::Escape));
        (response.lost_focus() && !escaped && text != self.value).then_some(text)
    }
}
