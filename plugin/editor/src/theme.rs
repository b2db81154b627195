//! How it looks: one dark, calm palette, one set of distances, one set of letter sizes.

use egui::{
    Align2, Color32, Context, CornerRadius, FontDefinitions, FontFamily, FontId, Galley, Margin, Painter,
    Pos2, Shadow, Stroke, TextStyle, Theme, Vec2,
};
use manycord_modules::{Class, PortKind};

/// Behind everything.
pub(crate) const GROUND: Color32 = Color32::from_rgb(0x14, 0x16, 0x1b);
/// Bars above and below the rack.
pub(crate) const BAR: Color32 = Color32::from_rgb(0x1a, 0x1d, 0x23);
/// Modules, menus, windows.
pub(crate) const PANEL: Color32 = Color32::from_rgb(0x20, 0x24, 0x2c);
/// Things to press.
pub(crate) const RAISED: Color32 = Color32::from_rgb(0x2c, 0x32, 0x3c);
/// Grooves: text fields, tracks of knobs and meters.
pub(crate) const SUNK: Color32 = Color32::from_rgb(0x15, 0x18, 0x1e);
/// Edges.
pub(crate) const EDGE: Color32 = Color32::from_rgb(0x30, 0x36, 0x42);
/// Text.
pub(crate) const TEXT: Color32 = Color32::from_rgb(0xc8, 0xce, 0xd9);
/// Titles, and what the pointer is on.
pub(crate) const BRIGHT: Color32 = Color32::from_rgb(0xf1, 0xf4, 0xf9);
/// Text that stands back; 4.5 : 1 on a panel.
pub(crate) const DIM: Color32 = Color32::from_rgb(0x8c, 0x95, 0xa5);
/// What the user is at, and macros.
pub(crate) const ACCENT: Color32 = Color32::from_rgb(0xf0, 0xa9, 0x5c);
/// Trouble.
pub(crate) const ALARM: Color32 = Color32::from_rgb(0xf0, 0x6a, 0x66);
/// All is well.
pub(crate) const GOOD: Color32 = Color32::from_rgb(0x6c, 0xc7, 0x8c);

/// Between widgets.
pub(crate) const GAP: f32 = 6.0;
/// Width of a module.
pub(crate) const MODULE_WIDTH: f32 = 264.0;
/// Between a module's edge and what is in it.
pub(crate) const MODULE_MARGIN: f32 = 12.0;
/// Height of one line of ports or choices.
pub(crate) const ROW: f32 = 20.0;

/// Letter size of titles.
pub(crate) const TITLE: f32 = 14.5;
/// Letter size of plain text.
pub(crate) const BODY: f32 = 13.0;
/// Letter size of what stands at knobs and ports.
pub(crate) const SMALL: f32 = 11.5;

/// Colour of cables of a kind; `None` is the kind of a placeholder's ports.
pub(crate) fn cable(kind: Option<PortKind>) -> Color32 {
    match kind {
        Some(PortKind::Pitch) => Color32::from_rgb(0xe8, 0xcb, 0x55),
        Some(PortKind::Gate) => Color32::from_rgb(0xe8, 0x6a, 0x66),
        Some(PortKind::Cv) => Color32::from_rgb(0x6c, 0xc7, 0x8c),
        Some(PortKind::Audio) => Color32::from_rgb(0x63, 0xab, 0xec),
        None => DIM,
    }
}

/// Name of a kind of signal.
pub(crate) fn kind_name(kind: Option<PortKind>) -> &'static str {
    match kind {
        Some(PortKind::Pitch) => "pitch",
        Some(PortKind::Gate) => "gate",
        Some(PortKind::Cv) => "CV",
        Some(PortKind::Audio) => "audio",
        None => "unknown",
    }
}

/// Colour of a shelf: its modules' knobs and their upper edges.
pub(crate) fn class(class: Option<Class>) -> Color32 {
    let (r, g, b) = match class {
        Some(Class::Io) => (0x9f, 0xb1, 0xcc),
        Some(Class::Source) => (0xf0, 0xa0, 0x6a),
        Some(Class::Filter) => (0xb3, 0x9b, 0xf2),
        Some(Class::Shape) => (0xee, 0x8f, 0xb8),
        Some(Class::Modulation) => (0x84, 0xcf, 0x9a),
        Some(Class::Level) => (0xd8, 0xc4, 0x94),
        Some(Class::Sequence) => (0x6f, 0xcd, 0xd3),
        Some(Class::Pitch) => (0xe6, 0xd0, 0x6a),
        Some(Class::Logic) => (0xe8, 0x8d, 0x86),
        Some(Class::Effect) => (0x7d, 0xb4, 0xf0),
        Some(Class::Utility) | None => (0xa8, 0xae, 0xba),
    };
    Color32::from_rgb(r, g, b)
}

/// Name of a shelf.
pub(crate) fn class_name(class: Class) -> &'static str {
    match class {
        Class::Io => "In and out",
        Class::Source => "Sources",
        Class::Filter => "Filters",
        Class::Shape => "Shapers",
        Class::Modulation => "Modulation",
        Class::Level => "Level",
        Class::Sequence => "Sequence",
        Class::Pitch => "Pitch",
        Class::Logic => "Logic",
        Class::Effect => "Effects",
        Class::Utility => "Utility",
    }
}

/// Puts the look on a context, from the next frame on.
pub(crate) fn install(ctx: &Context) {
    ctx.set_theme(Theme::Dark);
    // The letters have no arrows; those of the text window have.
    let mut fonts = FontDefinitions::default();
    let code = fonts.families.get(&FontFamily::Monospace).cloned().unwrap_or_default();
    let letters = fonts.families.entry(FontFamily::Proportional).or_default();
    letters.extend(code.into_iter().filter(|font| font == "Hack"));
    ctx.set_fonts(fonts);
    ctx.style_mut_of(Theme::Dark, dress);
}

fn dress(style: &mut egui::Style) {
    let proportional = |size| FontId::new(size, FontFamily::Proportional);
    style.text_styles = [
        (TextStyle::Heading, proportional(TITLE)),
        (TextStyle::Body, proportional(BODY)),
        (TextStyle::Button, proportional(BODY)),
        (TextStyle::Small, proportional(SMALL)),
        (TextStyle::Monospace, FontId::new(12.5, FontFamily::Monospace)),
    ]
    .into();
    let spacing = &mut style.spacing;
    spacing.item_spacing = Vec2::splat(GAP);
    spacing.button_padding = egui::vec2(9.0, 4.0);
    spacing.interact_size = egui::vec2(28.0, 24.0);
    spacing.menu_margin = Margin::same(8);
    spacing.window_margin = Margin::same(12);
    spacing.tooltip_width = 320.0;
    spacing.menu_spacing = 4.0;
    style.interaction.tooltip_delay = 0.4;
    style.interaction.selectable_labels = false;

    let visuals = &mut style.visuals;
    *visuals = egui::Visuals::dark();
    visuals.panel_fill = GROUND;
    visuals.window_fill = PANEL;
    visuals.window_stroke = Stroke::new(1.0, EDGE);
    visuals.extreme_bg_color = SUNK;
    visuals.faint_bg_color = BAR;
    visuals.weak_text_color = Some(DIM);
    visuals.error_fg_color = ALARM;
    visuals.warn_fg_color = ACCENT;
    visuals.selection.bg_fill = ACCENT.gamma_multiply(0.32);
    visuals.selection.stroke = Stroke::new(1.0, BRIGHT);
    visuals.slider_trailing_fill = true;
    visuals.window_corner_radius = CornerRadius::same(8);
    visuals.menu_corner_radius = CornerRadius::same(8);
    let shadow = Shadow { offset: [0, 6], blur: 20, spread: 0, color: Color32::from_black_alpha(120) };
    visuals.window_shadow = shadow;
    visuals.popup_shadow = shadow;
    let states = [
        (&mut visuals.widgets.noninteractive, PANEL, EDGE, TEXT),
        (&mut visuals.widgets.inactive, RAISED, Color32::TRANSPARENT, TEXT),
        (&mut visuals.widgets.hovered, Color32::from_rgb(0x38, 0x3f, 0x4b), EDGE, BRIGHT),
        (&mut visuals.widgets.active, Color32::from_rgb(0x42, 0x4a, 0x58), ACCENT, BRIGHT),
        (&mut visuals.widgets.open, Color32::from_rgb(0x33, 0x3a, 0x45), EDGE, BRIGHT),
    ];
    for (state, fill, edge, text) in states {
        state.bg_fill = fill;
        state.weak_bg_fill = fill;
        state.bg_stroke = Stroke::new(1.0, edge);
        state.fg_stroke = Stroke::new(1.0, text);
        state.corner_radius = CornerRadius::same(5);
        state.expansion = 0.0;
    }
}

/// Lays one line of text out, cut with "…" where it gets too wide.
pub(crate) fn line(
    painter: &Painter,
    text: &str,
    size: f32,
    color: Color32,
    width: f32,
) -> std::sync::Arc<Galley> {
    let mut job =
        egui::text::LayoutJob::simple_singleline(text.to_string(), FontId::proportional(size), color);
    job.wrap = egui::text::TextWrapping::truncate_at_width(width);
    painter.layout_job(job)
}

/// Paints one line of text at an anchor.
pub(crate) fn write(
    painter: &Painter,
    (at, anchor): (Pos2, Align2),
    text: &str,
    (size, color): (f32, Color32),
    width: f32,
) {
    let galley = line(painter, text, size, color, width);
    let rect = anchor.anchor_size(at, galley.size());
    painter.galley(rect.min, galley, color);
}
