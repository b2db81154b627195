//! The rack on screen.
#![forbid(unsafe_code)]

use std::sync::{Arc, Mutex};

use manycord_engine::Session;

/// What the host's macros (1…128) are to the editor.
pub trait Macros {
    /// Where it stands, 0…1.
    fn value(&self, index: u16) -> f32;
    /// A hand takes hold of it.
    fn begin(&mut self, index: u16);
    /// It moves, 0…1.
    fn set(&mut self, index: u16, value: f32);
    /// The hand lets go.
    fn end(&mut self, index: u16);
}

/// A patch that comes with the synthesizer.
#[derive(Clone, Copy, Debug)]
pub struct FactoryPatch {
    /// Name in the browser.
    pub name: &'static str,
    /// TOML text.
    pub text: &'static str,
}

/// What comes with the synthesizer.
#[derive(Clone, Copy, Debug)]
pub struct Library {
    /// In the browser's order.
    pub factory: &'static [FactoryPatch],
}

/// The rack.
pub struct Rack {
    session: Arc<Mutex<Session>>,
    library: Library,
}

impl Rack {
    /// A rack that shows and edits the session.
    pub fn new(session: Arc<Mutex<Session>>, library: Library) -> Rack {
        Rack { session, library }
    }

    /// Draws a frame.
    pub fn draw(&mut self, ui: &mut egui::Ui, macros: &mut dyn Macros) {
        let session = self.session.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        ui.label(format!("{} ({} factory patches)", session.patch().name, self.library.factory.len()));
        drop(session);
        let mut value = macros.value(1);
        let slider = ui.add(egui::Slider::new(&mut value, 0.0..=1.0).text("Macro 1"));
        if slider.drag_started() {
            macros.begin(1);
        }
        if slider.changed() {
            macros.set(1, value);
        }
        if slider.drag_stopped() {
            macros.end(1);
        }
    }
}
