//! Broken states through the real CLAP bundle: whatever a project file holds, what plays stays as it was.
#![cfg(target_os = "linux")]

use manycord_tests::host::{Bundle, Instance, built, state_of_patch};

/// Broken in the shape that the plugin's framework reads.
fn broken_blobs(sound: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut blobs: Vec<(String, Vec<u8>)> = vec![("nothing".into(), Vec::new())];
    for end in [1, 7, 8, 9, 40, sound.len() / 2, sound.len() - 1] {
        blobs.push((format!("cut after {end} bytes"), sound[..end].to_vec()));
    }
    let junk: Vec<u8> = (0..4_096u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    blobs.push(("binary junk".into(), junk));
    for (name, json) in [
        ("no object", "[1, 2, 3]".to_string()),
        ("no fields", "{}".into()),
        ("wrong types", r#"{"version": 7, "params": [], "fields": "x"}"#.into()),
        ("deep nesting", format!("{}{}", "[".repeat(100_000), "]".repeat(100_000))),
        ("a patch that is a number", r#"{"version": "", "params": {}, "fields": {"patch": "7"}}"#.into()),
    ] {
        let mut bytes = (json.len() as u64).to_le_bytes().to_vec();
        bytes.extend(json.into_bytes());
        blobs.push((name.into(), bytes));
    }
    let mut long = u64::MAX.to_le_bytes().to_vec();
    long.extend(&sound[8..]);
    blobs.push(("a length without end".into(), long));
    blobs
}

/// Well formed, but no patch that plays.
fn broken_patches() -> Vec<(String, Vec<u8>)> {
    let cases = [
        ("an empty patch text", String::new()),
        ("a newer version", "manycord = 99\n".into()),
        ("no version", "name = \"x\"\n".into()),
        ("no TOML", "manycord = = 1".into()),
        ("a module without a kind", "manycord = 1\n[[module]]\nid = \"a\"\n".into()),
        ("an id twice", format!("manycord = 1\n{}", "[[module]]\nid = \"a\"\nkind = \"vca\"\n".repeat(2))),
        ("a cable to nowhere", "manycord = 1\n[[cable]]\nfrom = \"a.out\"\nto = \"b.in\"\n".into()),
        ("NaN", "manycord = 1\n[[module]]\nid = \"a\"\nkind = \"vca\"\nparams = { level = nan }\n".into()),
        (
            "out of range",
            "manycord = 1\n[[module]]\nid = \"a\"\nkind = \"vca\"\nparams = { level = 1e30 }\n".into(),
        ),
        (
            "a state that its module refuses",
            "manycord = 1\n[[module]]\nid = \"a\"\nkind = \"sequencer\"\nstate = { gates = 7 }\n".into(),
        ),
        ("brackets without end", format!("manycord = 1\nx = {}", "[".repeat(50_000))),
    ];
    cases.into_iter().map(|(name, text)| (name.to_string(), state_of_patch(&text))).collect()
}

#[test]
fn broken_states_leave_what_plays_as_it_was() {
    let mut instance = Instance::new(&Bundle::load(&built::clap()).expect("the bundle loads")).unwrap();
    let mut deck = instance.activate(48_000.0, 256).unwrap();
    deck.play(4_800, || 256).unwrap();
    let before = instance.save().unwrap();
    let broken = broken_blobs(&before).into_iter().chain(broken_patches());
    let mut tried = 0;
    for (name, blob) in broken {
        // The framework may take a blob whose patch is refused: what counts is that nothing changes.
        let _ = instance.load(&blob);
        deck.play(960, || 256).unwrap();
        assert!(instance.save().unwrap() == before, "{name} has changed what is saved");
        tried += 1;
    }
    assert!(tried >= 25, "only {tried} states tried");
    let other = state_of_patch(include_str!("../../plugin/shell/patches/rubber_bass.toml"));
    instance.load(&other).unwrap();
    assert!(instance.save().unwrap() != before, "a sound state is taken");
    instance.deactivate(deck);
}
