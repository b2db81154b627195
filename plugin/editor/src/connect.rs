//! The menu that lists what an end can be patched to, module by module.

use egui::{RichText, Ui};

use crate::desk::Desk;
use crate::edits::Edit;
use crate::ends::{End, partners, spoken, title};
use crate::theme;

/// "Connect to": a submenu for each module.
pub(crate) fn menu(ui: &mut Ui, desk: &mut Desk<'_>, end: &End) {
    let heading = match end {
        End::Output(_) => "Connect to",
        End::Input(_) => "Connect from",
    };
    ui.label(RichText::new(heading).size(theme::SMALL).color(theme::DIM));
    let patch = desk.patch;
    for (module, ports) in partners(patch, end) {
        let name = title(module);
        let text = if name == module.id { name } else { format!("{name}  ({})", module.id) };
        ui.menu_button(text, |ui| {
            for port in ports {
                let to = port.end.port();
                let text = RichText::new(spoken(&to.port)).color(theme::cable(port.kind));
                let button = ui.button(text);
                if button.on_hover_text(port.help).clicked() {
                    if let Some((from, to)) = end.join(&port.end) {
                        desk.edit(Edit::Connect { from, to });
                    }
                    *desk.pending = None;
                    ui.close();
                }
            }
        });
    }
}
