//! What a user's hands do, without a window: every widget is found by its accessible name.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use egui::{Key, Modifiers, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use manycord_editor::{FactoryPatch, Library, Macros, Rack};
use manycord_engine::{Patch, Session};
use manycord_modules::{CATALOG, Quality};

const TEXT: &str = r#"
    manycord = 1
    name = "Test"
    module = [
        { id = "notes", kind = "notes" },
        { id = "vca", kind = "vca", params = { level = 0.5 } },
        { id = "output", kind = "output" },
    ]
    cable = [{ from = "vca.out", to = "output.left" }]
"#;

const LIBRARY: Library = Library {
    factory: &[
        FactoryPatch {
            name: "Two gates",
            text: "manycord = 1\nname = \"Two gates\"\nmodule = [{ id = \"a\", kind = \"vca\" }]",
        },
        FactoryPatch { name: "Broken", text: "manycord = 1\nmodule = [{ id = \"a\" }]" },
    ],
};

/// A host that writes down what its macros are told.
#[derive(Default)]
struct Host {
    values: [f32; 3],
    told: Vec<String>,
}

impl Macros for Host {
    fn value(&self, index: u16) -> f32 {
        self.values[usize::from(index) - 1]
    }
    fn begin(&mut self, index: u16) {
        self.told.push(format!("begin {index}"));
    }
    fn set(&mut self, index: u16, value: f32) {
        self.values[usize::from(index) - 1] = value;
        self.told.push(format!("set {index}"));
    }
    fn end(&mut self, index: u16) {
        self.told.push(format!("end {index}"));
    }
}

struct Bench {
    session: Arc<Mutex<Session>>,
    host: Rc<RefCell<Host>>,
    harness: Harness<'static>,
}

impl Bench {
    fn new() -> Bench {
        let patch = Patch::parse(TEXT, "test").expect("a patch");
        let session = Session::new(patch, CATALOG).expect("a patch that plays");
        let session = Arc::new(Mutex::new(session));
        let host = Rc::new(RefCell::new(Host::default()));
        let (mut rack, macros) = (Rack::new(session.clone(), LIBRARY), host.clone());
        let harness = Harness::builder()
            .with_size(vec2(1_200.0, 900.0))
            .with_max_steps(4)
            .build_ui(move |ui| rack.draw(ui, &mut *macros.borrow_mut()));
        let mut bench = Bench { session, host, harness };
        bench.rest();
        bench
    }

    /// A few frames, of 1/4 s each.
    fn rest(&mut self) {
        self.harness.run_steps(4);
    }

    fn click(&mut self, name: &str) {
        self.harness.get_by_label(name).click();
        self.rest();
    }

    fn click_secondary(&mut self, name: &str) {
        self.harness.get_by_label(name).click_secondary();
        self.rest();
    }

    fn keys(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.rest();
    }

    /// Drags a knob upwards by this many points, in three moves.
    fn drag(&mut self, name: &str, up: f32) {
        let start = self.harness.get_by_label(name).rect().center();
        self.harness.drag_at(start);
        self.harness.step();
        for part in 1..=3 {
            self.harness.hover_at(start - vec2(0.0, up * part as f32 / 3.0));
            self.harness.step();
        }
        self.harness.drop_at(start - vec2(0.0, up));
        self.rest();
    }

    fn patch(&self) -> Patch {
        self.session.lock().expect("nobody panicked").patch().clone()
    }

    fn level(&self) -> f32 {
        self.patch().module("vca").expect("it is there").params["level"]
    }

    fn cables(&self) -> Vec<String> {
        self.patch().cables.iter().map(|cable| format!("{} -> {}", cable.from, cable.to)).collect()
    }
}

#[test]
fn a_drag_turns_a_knob_and_is_undone_as_one_step() {
    let mut bench = Bench::new();
    bench.drag("vca level", 45.0);
    // A click's worth of points passes before a press counts as a drag.
    let first = bench.level();
    assert!(first > 0.6 && first < 0.76, "{first}");
    bench.drag("vca level", -45.0);
    assert!(bench.level() < first - 0.1, "{}", bench.level());
    bench.keys(Modifiers::COMMAND, Key::Z);
    assert_eq!(bench.level(), first);
    bench.click("Undo (Ctrl+Z)");
    assert_eq!(bench.level(), 0.5);
    bench.keys(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    assert_eq!(bench.level(), first);
}

#[test]
fn screen_readers_turn_knobs_too() {
    let mut bench = Bench::new();
    bench.harness.get_by_label("vca level").set_value_accesskit(0.25);
    bench.rest();
    assert!((bench.level() - 0.25).abs() < 1e-6);
}

#[test]
fn a_value_is_typed_with_its_unit() {
    let mut bench = Bench::new();
    bench.click_secondary("vca level");
    bench.click("vca level value");
    bench.keys(Modifiers::COMMAND, Key::A);
    bench.harness.get_by_label("vca level value").type_text("12 %");
    bench.rest();
    bench.keys(Modifiers::NONE, Key::Enter);
    assert!((bench.level() - 0.12).abs() < 1e-6, "{}", bench.level());
}

#[test]
fn a_module_is_added_from_the_browser() {
    let mut bench = Bench::new();
    bench.keys(Modifiers::NONE, Key::Enter);
    bench.harness.get_by_label("Search modules").type_text("vca");
    bench.rest();
    bench.keys(Modifiers::NONE, Key::Enter);
    assert!(bench.patch().module("vca_2").is_some());
    assert!(bench.harness.query_by_label("Search modules").is_none(), "the browser closes");
    bench.click("Remove vca_2");
    assert!(bench.patch().module("vca_2").is_none());
    bench.click("+ Module");
    // Found first: further down the list it would lie outside the window.
    bench.harness.get_by_label("Search modules").type_text("vca");
    bench.rest();
    bench.click("Add VCA");
    assert!(bench.patch().module("vca_2").is_some());
}

#[test]
fn two_clicks_patch_a_cable_from_either_end() {
    let mut bench = Bench::new();
    bench.click("notes gate output");
    bench.click("vca cv input");
    bench.click("vca in input");
    bench.click("notes pitch output");
    bench.click("notes velocity output");
    bench.click("vca level input");
    let expected = [
        "vca.out -> output.left",
        "notes.gate -> vca.cv",
        "notes.pitch -> vca.in",
        "notes.velocity -> vca.level",
    ];
    assert_eq!(bench.cables(), expected);
    bench.keys(Modifiers::COMMAND, Key::Z);
    assert_eq!(bench.cables(), expected[..3]);
}

#[test]
fn escape_drops_a_cable() {
    let mut bench = Bench::new();
    bench.click("notes gate output");
    bench.keys(Modifiers::NONE, Key::Escape);
    bench.click("vca cv input");
    assert_eq!(bench.cables(), ["vca.out -> output.left"]);
}

#[test]
fn a_cables_row_removes_it() {
    let mut bench = Bench::new();
    bench.click("cable vca.out to output.left");
    bench.click("Remove cable");
    assert!(bench.cables().is_empty());
}

#[test]
fn a_mapped_knob_moves_its_macro_so_that_the_host_can_record() {
    let mut bench = Bench::new();
    bench.click_secondary("vca level");
    bench.click("Map");
    let patch = bench.patch();
    assert_eq!((patch.macros[0].index, patch.macros[0].value), (1, Some(0.5)));
    assert_eq!(bench.host.borrow().values[0], 0.5, "nothing jumps");
    bench.host.borrow_mut().told.clear();
    bench.drag("vca level", 45.0);
    let value = bench.host.borrow().values[0];
    assert!(value > 0.6 && value < 0.76, "{value}");
    let told = bench.host.borrow().told.clone();
    assert_eq!(
        (told.first().map(String::as_str), told.last().map(String::as_str)),
        (Some("begin 1"), Some("end 1"))
    );
    assert_eq!(told.iter().filter(|call| !call.starts_with("set")).count(), 2);
    assert_eq!(bench.level(), 0.5, "the param itself stays for when it is unmapped");
}

#[test]
fn a_broken_text_is_refused_with_place_and_fix() {
    let mut bench = Bench::new();
    bench.click("Text");
    let before = bench.patch();
    bench.click("Patch text");
    bench.keys(Modifiers::COMMAND, Key::A);
    let broken = TEXT
        .replace("kind = \"vca\", params = { level = 0.5 }", "kind = \"vca\", params = { level = \"loud\" }");
    bench.harness.get_by_label("Patch text").type_text(&broken);
    bench.rest();
    bench.click("Apply");
    bench.harness.get_by_label_contains("text:6:");
    assert_eq!(bench.patch(), before);
    bench.click("Patch text");
    bench.keys(Modifiers::COMMAND, Key::A);
    bench.harness.get_by_label("Patch text").type_text(&TEXT.replace("0.5", "0.125"));
    bench.rest();
    bench.click("Apply");
    assert_eq!(bench.level(), 0.125);
    assert!(bench.harness.query_by_label_contains("text:6:").is_none());
}

#[test]
fn the_library_loads_and_a_broken_patch_says_so() {
    let mut bench = Bench::new();
    bench.click("Library");
    bench.click("Two gates");
    assert_eq!(bench.patch().name, "Two gates");
    bench.click("Library");
    bench.click("Broken");
    bench.harness.get_by_label_contains("Broken:2:");
    assert_eq!(bench.patch().name, "Two gates");
    bench.click("Dismiss");
    assert!(bench.harness.query_by_label_contains("Broken:2:").is_none());
    bench.keys(Modifiers::COMMAND, Key::Z);
    assert_eq!(bench.patch().name, "Test");
}

#[test]
fn a_text_field_swallows_the_racks_keys() {
    let mut bench = Bench::new();
    bench.click("Patch name");
    bench.harness.get_by_label("Patch name").type_text("ing");
    bench.rest();
    bench.keys(Modifiers::NONE, Key::Enter);
    assert_eq!(bench.patch().name, "Testing");
    assert!(bench.harness.query_by_label("Search modules").is_none());
}

#[test]
fn what_the_patch_costs_is_chosen_in_the_bar_and_can_be_undone() {
    let mut bench = Bench::new();
    bench.click("Engine");
    bench.click("Economy quality");
    assert_eq!(bench.patch().quality, Quality::Economy);
    bench.click("Engine");
    bench.click("Pipelined effects");
    assert!(bench.patch().pipelined);
    bench.keys(Modifiers::COMMAND, Key::Z);
    bench.keys(Modifiers::COMMAND, Key::Z);
    assert_eq!((bench.patch().quality, bench.patch().pipelined), (Quality::Full, false));
}
