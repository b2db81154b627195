//! The editor's window in a host or of its own: the rack, below what the player must know.

use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};

use manycord_editor::{Library, Macros, Rack};
use nice_plug::context::gui::GuiContext;
use nice_plug::editor::dpi::{LogicalSize, NativeSize};
use nice_plug::editor::{HostMethods, SizeConstraints, SpawnedEditor};
use nice_plug::prelude::{Editor, FloatParam, Param, ParamSetter, ParentWindowHandle, ResizeHint};
use nice_plug_egui::baseview::{HandlerError, WindowSize as Resized};
use nice_plug_egui::{
    EguiEditor, EguiEditorHandle, EguiEditorState, EguiNiceSettings, Frame, NiceEguiApp, RepaintNotifier,
    create_egui_editor,
};

use crate::instance::Instance;
use crate::params::{Board, ManycordParams};
use crate::patches;
use crate::window::Size;

/// Least size of the window in logical pixels.
const LEAST: LogicalSize<f32> = LogicalSize { width: 640.0, height: 400.0 };

/// Opens windows, one at a time, each of the size that the last one had.
pub struct RackEditor {
    instance: Arc<Instance>,
    params: Arc<ManycordParams>,
    open: Mutex<Window>,
}

/// A window that is open or will be.
struct Window {
    state: Arc<EguiEditorState>,
    editor: EguiEditor<App>,
}

impl RackEditor {
    pub(crate) fn new(instance: Arc<Instance>, params: Arc<ManycordParams>) -> RackEditor {
        let open = Mutex::new(Window::new(&instance, &params));
        RackEditor { instance, params, open }
    }

    /// Looks at the window; while none is open, at one of the size that is kept now: a state may have been
    /// loaded since.
    fn with_window<T>(&self, look: impl FnOnce(&EguiEditor<App>) -> T) -> T {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if !open.state.is_open() {
            *open = Window::new(&self.instance, &self.params);
        }
        look(&open.editor)
    }
}

impl Window {
    fn new(instance: &Arc<Instance>, params: &Arc<ManycordParams>) -> Window {
        let Size { width, height } = params.window.get();
        let state = EguiEditorState::from_size(LogicalSize::new(f64::from(width), f64::from(height)), 1.0);
        let constraints = SizeConstraints::Logical { min_size: Some(LEAST), max_size: None };
        let hint = ResizeHint { size_constraints: constraints, ..ResizeHint::RESIZABLE };
        let settings = EguiNiceSettings::new().with_tile("Manycord").with_resize_hint(hint);
        let app = App::new(instance.clone(), params.clone());
        let editor = create_egui_editor(state.clone(), RepaintNotifier::new(), settings, app);
        Window { state, editor: editor.expect("nice-plug-egui always makes an editor") }
    }
}

impl Editor for RackEditor {
    type Handle = EguiEditorHandle;

    fn spawn(
        &self,
        parent: Option<ParentWindowHandle>,
        wait_for_parent: bool,
        fallback_scale_factor: Option<f64>,
        gui_context: GuiContext,
        host: Option<HostMethods>,
    ) -> Result<SpawnedEditor<EguiEditorHandle>, Box<dyn Error>> {
        let spawn = || {
            self.with_window(|editor| {
                editor.spawn(parent, wait_for_parent, fallback_scale_factor, gui_context, host)
            })
        };
        let spawned = self.instance.guard("opening the editor", spawn);
        spawned.unwrap_or_else(|| Err("the editor could not be opened; the log says why".into()))
    }

    fn size(&self) -> NativeSize<u32> {
        self.with_window(Editor::size)
    }

    fn resize_hint(&self) -> ResizeHint {
        self.with_window(Editor::resize_hint)
    }
}

/// What a window shows.
struct App {
    instance: Arc<Instance>,
    params: Arc<ManycordParams>,
    /// While the window is open: the rack, and the way to the host's params.
    shown: Option<(Rack, GuiContext)>,
    /// Of the document that the host and the macros' texts follow.
    revision: Option<u64>,
}

impl App {
    fn new(instance: Arc<Instance>, params: Arc<ManycordParams>) -> App {
        App { instance, params, shown: None, revision: None }
    }

    /// Tells the host where the document's macros stand, if an edit has moved them, and lets their texts follow.
    fn follow_document(&mut self, host: &ParamSetter<'_>) {
        let session = self.instance.session();
        if self.revision == Some(session.revision()) {
            return;
        }
        self.revision = Some(session.revision());
        self.instance.texts.follow(session.patch());
        let board = &self.params.board;
        let news: Vec<(&FloatParam, f32)> = (session.patch().macros.iter())
            .filter_map(|entry| {
                let place = usize::from(entry.index).checked_sub(1)?;
                let value = entry.value.filter(|&value| board.is_news(place, value))?;
                Some((board.param(place)?, value))
            })
            .collect();
        // The host may call back for the state at once: not under the lock.
        drop(session);
        for (param, value) in news {
            host.begin_set_parameter(param);
            host.set_parameter(param, value);
            host.end_set_parameter(param);
        }
    }

    fn draw_notices(&self, ui: &mut egui::Ui) {
        let notices = self.instance.notices.all();
        if notices.is_empty() {
            return;
        }
        egui::Panel::top("notices").show(ui, |ui| {
            for notice in notices {
                ui.colored_label(ui.visuals().warn_fg_color, notice);
            }
            if ui.button("Dismiss").clicked() {
                self.instance.notices.clear();
            }
        });
    }

    fn draw(&mut self, ui: &mut egui::Ui) {
        let Some((mut rack, context)) = self.shown.take() else {
            ui.label("The editor has failed. Close this window and open it again; the sound goes on.");
            return;
        };
        let setter = context.param_setter();
        self.follow_document(&setter);
        rack.draw(ui, &mut HostMacros { board: &self.params.board, setter: &setter });
        // After a panic it stays away: half of a frame may have been done.
        self.shown = Some((rack, context));
    }
}

impl NiceEguiApp for App {
    fn build(
        &mut self,
        _context: egui::Context,
        host: GuiContext,
        _frame: &mut Frame,
    ) -> Result<(), HandlerError> {
        let instance = self.instance.clone();
        let library = Library { factory: patches::FACTORY };
        let rack = instance.guard("the editor", || Rack::new(instance.session.clone(), library));
        self.shown = rack.map(|rack| (rack, host));
        self.revision = None;
        Ok(())
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut Frame) {
        #[cfg(feature = "standalone")]
        crate::standalone::close_when_asked(ui.ctx());
        let instance = self.instance.clone();
        instance.guard("the editor", || {
            self.draw_notices(ui);
            self.draw(ui);
        });
    }

    fn resized(&mut self, size: Resized) {
        let (width, height) = (size.logical.width.round() as u32, size.logical.height.round() as u32);
        self.params.window.keep(Size { width, height });
    }

    fn editor_closed(&mut self) {
        self.shown = None;
        #[cfg(feature = "standalone")]
        crate::standalone::end_soon();
    }
}

/// The host's params as the rack's macros.
struct HostMacros<'a> {
    board: &'a Board,
    setter: &'a ParamSetter<'a>,
}

impl HostMacros<'_> {
    fn param(&self, index: u16) -> Option<&FloatParam> {
        self.board.param(usize::from(index).checked_sub(1)?)
    }
}

impl Macros for HostMacros<'_> {
    fn value(&self, index: u16) -> f32 {
        self.param(index).map_or(0.0, Param::unmodulated_plain_value)
    }

    fn begin(&mut self, index: u16) {
        if let Some(param) = self.param(index) {
            self.setter.begin_set_parameter(param);
        }
    }

    fn set(&mut self, index: u16, value: f32) {
        if let Some(param) = self.param(index) {
            self.setter.set_parameter(param, value.clamp(0.0, 1.0));
        }
    }

    fn end(&mut self, index: u16) {
        if let Some(param) = self.param(index) {
            self.setter.end_set_parameter(param);
        }
    }
}
