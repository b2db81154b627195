//! Level of the output: jumps up, falls slowly, in dBFS.

use egui::{Align2, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::theme;

/// Lowest level that is shown, in dBFS.
const FLOOR_DB: f32 = -60.0;
/// dB per second.
const FALL: f32 = 26.0;
/// From here on it is loud, in dBFS.
const LOUD_DB: f32 = -6.0;

/// Left and right, in dBFS.
pub(crate) struct Levels([f32; 2]);

impl Default for Levels {
    fn default() -> Levels {
        Levels([FLOOR_DB; 2])
    }
}

impl Levels {
    /// Takes the newest peaks in, 1.0 = 0 dBFS; `seconds` since the last ones.
    pub(crate) fn follow(&mut self, peaks: [f32; 2], seconds: f32) {
        for (level, peak) in self.0.iter_mut().zip(peaks) {
            let fallen = (*level - FALL * seconds).max(FLOOR_DB);
            *level = (20.0 * peak.max(1e-6).log10()).max(fallen);
        }
    }

    /// Draws both, one above the other, and the louder one's number.
    pub(crate) fn show(&self, ui: &mut Ui) {
        let loudest = self.0[0].max(self.0[1]);
        let text = if loudest <= FLOOR_DB { "-∞ dB".to_string() } else { format!("{loudest:.1} dB") };
        let (rect, response) = ui.allocate_exact_size(vec2(138.0, 24.0), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Meter, true, format!("Output level {text}")));
        let painter = ui.painter();
        let bars = Rect::from_min_max(rect.min, pos2(rect.right() - 52.0, rect.bottom()));
        for (side, level) in self.0.into_iter().enumerate() {
            let y = bars.top() + 5.0 + side as f32 * 8.0;
            let track = Rect::from_min_size(pos2(bars.left(), y), vec2(bars.width(), 6.0));
            painter.rect_filled(track, 2.0, theme::SUNK);
            let x = |db: f32| bars.left() + (1.0 - db / FLOOR_DB).clamp(0.0, 1.0) * bars.width();
            let zone = |from: f32, to: f32, color| {
                let part = Rect::from_min_max(pos2(x(from), y), pos2(x(to.min(level)), y + 6.0));
                if level > from {
                    painter.rect_filled(part, 2.0, color);
                }
            };
            zone(FLOOR_DB, LOUD_DB, theme::GOOD);
            zone(LOUD_DB, -0.1, theme::ACCENT);
            zone(-0.1, 60.0, theme::ALARM);
        }
        let at = (pos2(rect.right(), rect.center().y), Align2::RIGHT_CENTER);
        theme::write(painter, at, &text, (theme::SMALL, theme::DIM), 50.0);
        response.on_hover_text("What the host gets, left above right, in dBFS");
    }
}

/// A bar that fills, with words beside it.
pub(crate) fn load(ui: &mut Ui, load: f32, longest_us: f32) {
    let text = format!("{:.0} %", load * 100.0);
    let (rect, response) = ui.allocate_exact_size(vec2(84.0, 24.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Meter, true, format!("Load {text}")));
    let track = Rect::from_min_size(rect.left_center() - vec2(0.0, 3.0), vec2(46.0, 6.0));
    let color = match load {
        load if load > 0.85 => theme::ALARM,
        load if load > 0.6 => theme::ACCENT,
        _ => theme::GOOD,
    };
    let filled = Rect::from_min_size(track.min, vec2(track.width() * load.clamp(0.0, 1.0), 6.0));
    ui.painter().rect_filled(track, 2.0, theme::SUNK);
    ui.painter().rect_filled(filled, 2.0, color);
    let at = (pos2(rect.right(), rect.center().y), Align2::RIGHT_CENTER);
    theme::write(ui.painter(), at, &text, (theme::SMALL, theme::TEXT), 36.0);
    let tip = format!("Time to render a block over its length\nlongest block so far {longest_us:.0} µs");
    response.on_hover_text(tip);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_jump_up_and_fall_at_their_pace() {
        let mut levels = Levels::default();
        levels.follow([1.0, 0.5], 0.03);
        assert!(levels.0[0].abs() < 1e-4 && (levels.0[1] + 6.02).abs() < 0.01);
        levels.follow([0.0, f32::NAN], 0.5);
        assert!((levels.0[0] + 13.0).abs() < 1e-3, "{}", levels.0[0]);
        levels.follow([0.0; 2], 100.0);
        assert_eq!(levels.0, [FLOOR_DB; 2]);
    }
}
