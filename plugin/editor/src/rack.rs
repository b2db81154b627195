//! The whole editor: takes a look at the session, draws it, and answers what the user asked for.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use egui::{CentralPanel, Context, Frame, Id, Key, Margin, Modifiers, Panel, ScrollArea, Sense, Ui};
use manycord_engine::patch::PatchModule;
use manycord_engine::{CompileError, ModuleReport, Patch, Session};

use crate::browser::Browser;
use crate::desk::{Ask, Desk};
use crate::ends::End;
use crate::history::History;
use crate::icon::{Icon, button};
use crate::knob::note_scrolling;
use crate::library::Library;
use crate::macros::{Grip, Macros, strip};
use crate::meter::Levels;
use crate::text::TextWindow;
use crate::topbar::{Status, Steps};
use crate::{panel, theme, topbar};

/// Pictures that an idle editor draws take this long each.
const FRAME: Duration = Duration::from_millis(33);
/// Seconds after which a gesture without a held button (wheel, keys) is over.
const GESTURE_SECONDS: f64 = 0.5;

/// The editor of one instance.
pub struct Rack {
    session: Arc<Mutex<Session>>,
    library: Library,
    /// The session's patch, and the revision at which it was looked at.
    patch: Patch,
    revision: Option<u64>,
    reports: Vec<ModuleReport>,
    levels: Levels,
    history: History,
    /// When the newest step was made, in egui's seconds.
    stepped: f64,
    grip: Grip,
    pending: Option<End>,
    browser: Browser,
    text: TextWindow,
    notice: Option<String>,
    dressed: bool,
}

/// A way to give the session another patch.
type Play = fn(&mut Session, Patch) -> Result<(), CompileError>;

impl Rack {
    /// An editor of a session, which others may hold too.
    pub fn new(session: Arc<Mutex<Session>>, library: Library) -> Rack {
        Rack {
            session,
            library,
            patch: Patch::default(),
            revision: None,
            reports: Vec::new(),
            levels: Levels::default(),
            history: History::default(),
            stepped: 0.0,
            grip: Grip::default(),
            pending: None,
            browser: Browser::default(),
            text: TextWindow::default(),
            notice: None,
            dressed: false,
        }
    }

    /// Draws one frame and does what the user wants.
    pub fn draw(&mut self, ui: &mut Ui, macros: &mut dyn Macros) {
        if !std::mem::replace(&mut self.dressed, true) {
            theme::install(ui.ctx());
            ui.painter().rect_filled(ui.max_rect(), 0.0, theme::GROUND);
            return ui.ctx().request_repaint();
        }
        let status = self.look(ui);
        let asks = self.show(ui, &status, macros);
        for ask in asks {
            self.answer(ask, macros);
        }
        let (down, released, now) =
            ui.input(|input| (input.pointer.any_down(), input.pointer.any_released(), input.time));
        if !down {
            self.grip.release(macros);
        }
        if self.stepped < 0.0 {
            self.stepped = now;
        }
        if released || (!down && now - self.stepped > GESTURE_SECONDS) {
            self.history.settle();
        }
        ui.ctx().request_repaint_after(FRAME);
    }

    /// A short look at the session.
    fn look(&mut self, ui: &Ui) -> Status {
        let mut session = lock(&self.session);
        if self.revision != Some(session.revision()) {
            self.revision = Some(session.revision());
            self.patch = session.patch().clone();
        }
        let status = Status { pulse: session.pulse(), workers: session.workers() };
        self.reports = session.modules();
        drop(session);
        let seconds = ui.input(|input| input.stable_dt);
        self.levels.follow(status.pulse.map_or([0.0; 2], |pulse| pulse.peak), seconds);
        status
    }

    fn show(&mut self, ui: &mut Ui, status: &Status, macros: &dyn Macros) -> Vec<Ask> {
        let steps = Steps { undo: self.history.can_undo(), redo: self.history.can_redo() };
        let focused = ui.memory(|memory| memory.focused().is_some());
        let Rack { patch, reports, pending, browser, text, notice, .. } = self;
        let mut desk = Desk { patch, reports, pending, asks: Vec::new() };
        let bar = Frame::new().fill(theme::BAR).inner_margin(Margin::symmetric(12, 8));
        Panel::top("bar").frame(bar).show(ui, |ui| {
            topbar::show(ui, &mut desk, &self.library, steps, (status, &self.levels));
        });
        show_notice(ui, notice);
        if desk.patch.macros.iter().any(|entry| !entry.targets.is_empty()) {
            Panel::bottom("macros").frame(bar).show(ui, |ui| strip(ui, &mut desk, macros));
        }
        show_pending(ui, &mut desk);
        let ground = Frame::new().fill(theme::GROUND);
        CentralPanel::no_frame().frame(ground).show(ui, |ui| show_modules(ui, &mut desk));
        let ctx = ui.ctx().clone();
        browser.show(&ctx, &mut desk);
        text.show(&ctx, &mut desk);
        keys(&ctx, &mut desk, focused);
        desk.asks
    }

    fn answer(&mut self, ask: Ask, macros: &mut dyn Macros) {
        match ask {
            Ask::Edit(edit) => {
                let patch = edit.apply(self.patch.clone());
                self.step(patch, Session::edit, edit.gesture().as_deref(), macros);
            }
            Ask::Replace(patch) => self.step(patch, Session::edit, None, macros),
            Ask::Load(patch) => self.step(patch, Session::load, None, macros),
            Ask::Turn { param, value } => {
                self.history.note(&self.patch, Some(&format!("turn {param}")));
                self.stepped = -1.0;
                let mut session = lock(&self.session);
                session.set_param(&param.module, &param.port, value);
                self.patch = session.patch().clone();
                self.revision = Some(session.revision());
            }
            Ask::Macro { index, value } => {
                lock(&self.session).note_macro(index, value);
                self.grip.set(macros, index, value);
            }
            Ask::Undo => {
                if let Some(patch) = self.history.undo(&self.patch) {
                    self.play(patch, Session::edit, macros);
                }
            }
            Ask::Redo => {
                if let Some(patch) = self.history.redo(&self.patch) {
                    self.play(patch, Session::edit, macros);
                }
            }
            Ask::Browse => self.browser.open(),
            Ask::ShowText => self.text.toggle(),
            Ask::Tell(text) => self.notice = Some(text),
        }
    }

    /// A step that can be undone.
    fn step(&mut self, patch: Patch, play: Play, gesture: Option<&str>, macros: &mut dyn Macros) {
        if patch == self.patch {
            return;
        }
        let before = self.patch.clone();
        if self.play(patch, play, macros) {
            self.history.note(&before, gesture);
            self.stepped = -1.0;
        }
    }

    /// Gives the session another patch; tells the user when it cannot be played.
    fn play(&mut self, patch: Patch, play: Play, macros: &mut dyn Macros) -> bool {
        let mut session = lock(&self.session);
        if let Err(error) = play(&mut session, patch) {
            self.notice = Some(error.to_string());
            return false;
        }
        let before = std::mem::replace(&mut self.patch, session.patch().clone());
        self.revision = Some(session.revision());
        // The host may ask the session for value texts while its macros move.
        drop(session);
        self.notice = None;
        self.lead_macros(&before, macros);
        true
    }

    /// The host's macros follow where the step moved them.
    fn lead_macros(&mut self, before: &Patch, macros: &mut dyn Macros) {
        for entry in &self.patch.macros {
            let was = before.macros.iter().find(|other| other.index == entry.index);
            if let Some(value) = entry.value.filter(|_| was.is_none_or(|was| was.value != entry.value)) {
                self.grip.set(macros, entry.index, value);
            }
        }
        self.grip.release(macros);
    }
}

/// A poisoned session is as it was before the call that failed.
fn lock(session: &Mutex<Session>) -> MutexGuard<'_, Session> {
    session.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keys of the rack; a widget that had the focus when the frame began keeps its own.
fn keys(ctx: &Context, desk: &mut Desk<'_>, focused: bool) {
    let pressed = |modifiers, key| ctx.input_mut(|input| input.consume_key(modifiers, key));
    if !ctx.text_edit_focused() {
        if pressed(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z) {
            desk.ask(Ask::Redo);
        } else if pressed(Modifiers::COMMAND, Key::Z) {
            desk.ask(Ask::Undo);
        }
    }
    if !focused {
        if desk.pending.is_some() && pressed(Modifiers::NONE, Key::Escape) {
            *desk.pending = None;
        }
        if pressed(Modifiers::NONE, Key::Enter) {
            desk.ask(Ask::Browse);
        }
    }
}

fn show_notice(ui: &mut Ui, notice: &mut Option<String>) {
    let Some(text) = notice.clone() else { return };
    let fill = theme::ALARM.gamma_multiply(0.18);
    let frame = Frame::new().fill(fill).inner_margin(Margin::symmetric(12, 6));
    Panel::top("notice").frame(frame).show(ui, |ui| {
        ui.horizontal(|ui| {
            if button(ui, Icon::Cross, "Dismiss", true).clicked() {
                *notice = None;
            }
            ui.label(egui::RichText::new(text).color(theme::BRIGHT));
        });
    });
}

/// What to do with a cable that was begun.
fn show_pending(ui: &mut Ui, desk: &mut Desk<'_>) {
    let Some(end) = desk.pending.clone() else { return };
    let text = match &end {
        End::Output(port) => format!("Cable from {port}: click an input or the name of a knob."),
        End::Input(port) => format!("Cable into {port}: click an output."),
    };
    let frame = Frame::new().fill(theme::ACCENT.gamma_multiply(0.16)).inner_margin(Margin::symmetric(12, 6));
    Panel::bottom("pending").frame(frame).show(ui, |ui| {
        ui.horizontal(|ui| {
            if button(ui, Icon::Cross, "Drop the cable (Esc)", true).clicked() {
                *desk.pending = None;
            }
            ui.label(egui::RichText::new(text).color(theme::BRIGHT));
            ui.menu_button("Connect…", |ui| crate::connect::menu(ui, desk, &end));
        });
    });
}

/// Panels in columns, each below the shortest column so far.
fn show_modules(ui: &mut Ui, desk: &mut Desk<'_>) {
    const SPACE: f32 = 10.0;
    ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        let ground = ui.interact(ui.clip_rect(), Id::unique("rack"), Sense::click());
        if ground.secondary_clicked() {
            desk.ask(Ask::Browse);
        } else if ground.clicked() {
            *desk.pending = None;
        }
        let room = ui.available_width() - SPACE;
        let count = (room / (theme::MODULE_WIDTH + SPACE)).floor().max(1.0) as usize;
        let mut columns: Vec<(f32, Vec<&PatchModule>)> = vec![(0.0, Vec::new()); count];
        for module in &desk.patch.modules {
            let lowest = |a: &&mut (f32, Vec<_>), b: &&mut (f32, Vec<_>)| a.0.total_cmp(&b.0);
            if let Some((height, modules)) = columns.iter_mut().min_by(lowest) {
                *height += panel::height(module) + SPACE;
                modules.push(module);
            }
        }
        if desk.patch.modules.is_empty() {
            ui.add_space(60.0);
            ui.vertical_centered(|ui| ui.weak("An empty rack. Press Enter to add a module."));
        }
        ui.add_space(SPACE);
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = SPACE;
            ui.add_space(SPACE);
            for (_, modules) in columns {
                ui.vertical(|ui| {
                    ui.spacing_mut().item_spacing.y = SPACE;
                    ui.set_width(theme::MODULE_WIDTH);
                    for module in modules {
                        ui.push_id(&module.id, |ui| panel::show(ui, desk, module));
                    }
                });
            }
        });
        ui.add_space(SPACE);
        note_scrolling(ui);
    });
}
