//! Broken patch files: each is refused with its place and a fix, whatever is wrong with it.

use manycord_engine::Patch;
use manycord_modules::Quality;

/// A sound patch that the broken ones are made from by replacing one text.
const SOUND: &str = r#"manycord = 1
name = "Test"
[[module]]
id = "notes"
kind = "notes"
at = [0, 0]
params = { voices = 4 }
[[module]]
id = "amp"
kind = "vca"
at = [1, 0]
params = { level = 0.5, response = "exponential" }
[[module]]
id = "out"
kind = "output"
[[cable]]
from = "notes.gate"
to = "amp.cv"
[[cable]]
from = "notes.gate"
to = "amp.level"
depth = 0.5
[[cable]]
from = "amp.out"
to = "out.left"
[[macro]]
index = 1
name = "Level"
targets = [{ param = "amp.level", from = 0.0, to = 1.0 }]
"#;

/// What is replaced, by what; then the line of the message, and words that it must have: what is wrong, the fix.
const BROKEN: &[(&str, &str, usize, &[&str])] = &[
    ("manycord = 1\n", "", 1, &["manycord", "missing", "manycord = 1"]),
    ("manycord = 1", "manycord = 2", 1, &["newer", "update"]),
    ("manycord = 1", "manycord = 0", 1, &["not the version"]),
    ("manycord = 1", "manycord = \"one\"", 1, &["not the version", "manycord = 1"]),
    ("manycord = 1", "manycord = 99999999999999999999", 1, &["mend"]),
    ("name = \"Test\"", "name = 7", 2, &["name", "integer", "quotes"]),
    ("name = \"Test\"", "naem = \"Test\"", 2, &["naem", "did you mean `name`"]),
    ("name = \"Test\"", "name = \"Test", 2, &["mend"]),
    ("name = \"Test\"", "name = \"a\"\nname = \"b\"", 3, &["duplicate", "mend"]),
    ("name = \"Test\"", "pipelined = 1", 2, &["pipelined", "integer", "write true or false"]),
    ("name = \"Test\"", "pipelined = \"yes\"", 2, &["pipelined", "string", "write true or false"]),
    ("name = \"Test\"", "pipelind = true", 2, &["pipelind", "did you mean `pipelined`"]),
    ("name = \"Test\"", "quality = 1", 2, &["quality", "integer", "quotes"]),
    ("name = \"Test\"", "quality = \"econmy\"", 2, &["quality", "not a quality", "did you mean `economy`"]),
    ("id = \"amp\"", "id = \"notes\"", 9, &["module[1].id", "taken", "another id"]),
    ("id = \"amp\"", "id = \"Amp!\"", 9, &["no id", "lower-case"]),
    ("id = \"amp\"\n", "", 8, &["module[1].id", "missing", "add"]),
    ("kind = \"vca\"", "kind = 3", 10, &["kind", "integer"]),
    ("kind = \"vca\"", "kind = [1]", 10, &["kind", "array"]),
    ("at = [1, 0]", "at = [1]", 11, &["at", "two numbers"]),
    ("at = [1, 0]", "at = [nan, inf]", 11, &["at", "two numbers"]),
    ("at = [1, 0]", "at = \"left\"", 11, &["at", "two numbers"]),
    ("level = 0.5, ", "level = 1.5, ", 12, &["1.5", "out of range", "0 to 1"]),
    ("level = 0.5, ", "level = nan, ", 12, &["not a finite number"]),
    ("level = 0.5, ", "level = 1e300, ", 12, &["not a finite number"]),
    ("level = 0.5, ", "level = \"loud\", ", 12, &["level", "string", "number"]),
    ("level = 0.5, ", "lewel = 0.5, ", 12, &["lewel", "did you mean `level`"]),
    ("\"exponential\"", "\"exponentail\"", 12, &["no choice", "did you mean `exponential`"]),
    ("params = { voices = 4 }", "params = 4", 7, &["params", "not a table"]),
    (
        "from = \"amp.out\"",
        "from = \"apm.out\"",
        24,
        &["cable[2].from", "no module `apm`", "did you mean `amp`"],
    ),
    ("from = \"amp.out\"", "from = \"amp.uot\"", 24, &["no output `uot`", "out"]),
    ("from = \"amp.out\"", "from = \"amp\"", 24, &["names no port", "module.port"]),
    ("from = \"amp.out\"", "from = \"amp.cv\"", 24, &["no output `cv`"]),
    ("to = \"out.left\"", "to = \"out.lefd\"", 25, &["no input `lefd`", "did you mean `left`"]),
    ("to = \"out.left\"", "to = \"notes.voices\"", 25, &["takes no cable", "params"]),
    ("to = \"out.left\"\n", "to = \"out.left\"\ndepth = 0.5\n", 26, &["plain input", "remove `depth`"]),
    ("depth = 0.5", "depth = 7", 22, &["out of range", "-1 to 1"]),
    ("depth = 0.5", "depth = true", 22, &["boolean", "number"]),
    ("to = \"amp.level\"\ndepth = 0.5", "to = \"amp.cv\"", 21, &["there twice", "remove"]),
    ("index = 1", "index = 129", 27, &["no macro", "1 to 128"]),
    ("param = \"amp.level\"", "param = \"amp.lvel\"", 29, &["no param `lvel`", "did you mean `level`"]),
    ("to = 1.0 }", "to = 11.0 }", 29, &["out of the range", "0 to 1"]),
    ("to = 1.0 }", "}", 29, &["to", "missing"]),
    ("[[macro]]", "[macro]", 26, &["macro", "list of tables"]),
    ("[[cable]]\nfrom = \"amp.out\"", "[[cable]\nfrom = \"amp.out\"", 23, &["mend"]),
];

#[test]
fn broken_files_are_refused_with_place_and_fix() {
    Patch::parse(SOUND, "sound.toml").expect("the sound one is read");
    for (number, (old, new, line, words)) in BROKEN.iter().enumerate() {
        assert!(SOUND.contains(old), "{number}: {old:?} is not in the sound patch");
        let text = SOUND.replacen(old, new, 1);
        let error = Patch::parse(&text, "broken.toml").expect_err(&format!("{number}: {new:?} is refused"));
        let message = error.to_string();
        assert!(message.starts_with(&format!("broken.toml:{line}:")), "{number}: {message}");
        for word in *words {
            assert!(message.contains(word), "{number}: no {word:?} in: {message}");
        }
        assert!(!error.fix.is_empty(), "{number}");
    }
}

#[test]
fn hostile_files_are_refused_quickly() {
    let deep = format!("manycord = 1\nx = {}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let tables = format!("manycord = 1\nx = {}", "{ a = ".repeat(50_000));
    let dotted = format!("manycord = 1\n{}b = 1", "a.".repeat(50_000));
    let many = format!("manycord = 1\n{}", "[[module]]\nid = \"a\"\nkind = \"vca\"\n".repeat(3_000));
    let huge = format!("manycord = 1\nname = \"{}\"", "x".repeat(17 << 20));
    let long = format!("manycord = 1\nname = \"{}\"", "x".repeat(10_000));
    let junk = "\u{0}\u{1}\u{fffd}]][[==\"";
    let cases = [
        (deep.as_str(), "nest"),
        (&tables, "nest"),
        (&dotted, "nest"),
        (&many, "at most 2048"),
        (&huge, "bytes"),
        (&long, "too long"),
        (junk, "mend"),
        ("", "missing"),
    ];
    for (text, word) in cases {
        let message = Patch::parse(text, "hostile.toml").expect_err(word).to_string();
        assert!(message.contains(word), "{message}");
    }
}

#[test]
fn every_truncation_is_refused_or_read_without_a_panic() {
    for end in 0..SOUND.len() {
        let _ = Patch::parse(&SOUND[..end], "cut.toml");
    }
}

#[test]
fn writing_is_canonical_and_placeholders_keep_their_data() {
    let text = SOUND
        .replace("name = \"Test\"", "quality = \"economy\"\npipelined = true\nname = \"Test\"")
        .replace("kind = \"vca\"", "kind = \"vca_of_tomorrow\"")
        .replace("response = \"exponential\"", "warp = 3.5")
        + "[[module]]\nid = \"seq\"\nkind = \"unheard_of\"\nstate = { steps = [1, 2.5, \"x\"], on = true, deep = { a = [[1]] } }\n";
    let patch = Patch::parse(&text, "tomorrow.toml").expect("unknown kinds are kept");
    let written = patch.to_toml();
    let again = Patch::parse(&written, "again.toml").expect("what we write is read");
    assert_eq!(again, patch);
    assert_eq!(again.to_toml(), written);
    assert!(written.contains("name = \"Test\"\npipelined = true\nquality = \"economy\"\n"), "{written}");
    assert!(patch.pipelined && patch.quality == Quality::Economy);
    assert!(written.contains("warp = 3.5") && written.contains("amp.cv"), "{written}");
    assert!(written.contains("steps = [1, 2.5, \"x\"]"), "{written}");
}
