//! What the formatter promises, held against two readers of YAML.
#![expect(
    clippy::disallowed_methods,
    reason = "a test writes the corpus for other readers where the environment says"
)]

use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

const NASTY: &[&str] = &[
    "",
    " ",
    "a",
    "y",
    "Y",
    "n",
    "N",
    "yes",
    "no",
    "NO",
    "No",
    "on",
    "On",
    "OFF",
    "true",
    "True",
    "false",
    "null",
    "Null",
    "~",
    "none",
    "nil",
    "1",
    "-1",
    "+1",
    "1.20",
    "1e3",
    "1E3",
    ".5",
    "5.",
    "0755",
    "0o755",
    "0x1f",
    "0b1",
    "1_000",
    "12:30",
    "12:30:45",
    "190:20:30",
    ".inf",
    "-.Inf",
    ".nan",
    "inf",
    "nan",
    "2026-11-21",
    "2026-11-21T10:00:00Z",
    "=",
    "<<",
    "!tag",
    "!!str a",
    "&a",
    "*a",
    "|",
    ">",
    "%x",
    "@x",
    "`x`",
    "- a",
    "-",
    "--- a",
    "---",
    "...",
    "? a",
    "?",
    ": a",
    ":",
    "a: b",
    "a:",
    "a :b",
    "a #b",
    "#a",
    "a#b",
    "[a]",
    "{a: b}",
    "a, b",
    "a]",
    "'",
    "''",
    "\"",
    "\\",
    "\\n",
    "a\nb",
    "a\n",
    "\na",
    "a\r\nb",
    "\t",
    "a\tb",
    " a",
    "a ",
    "\0",
    "\u{1b}[31m",
    "\u{7f}",
    "\u{85}",
    "a\u{85}b",
    "\u{a0}",
    "\u{2028}",
    "a\u{2029}b",
    "\u{feff}",
    "\u{feff}a",
    "\u{fffe}",
    "\u{ffff}",
    "\u{fffd}",
    "\u{200b}",
    "\u{202e}abc",
    "🇹🇷",
    "👩‍⚕️",
    "é",
    "e\u{301}",
    "İstanbul",
    "日本",
    "\u{10ffff}",
    "\u{e000}",
    "sha256:abc",
    "https://github.com/acme/platform",
    "ghcr.io/acme/web:1.2",
    "a:1",
    "/healthz/live",
    "250m",
    "1Gi",
    "a@b",
    "${x}",
    "../a/b",
    "../",
    "..",
    "./a",
    "...a",
    "0Gi",
    "08Mi",
    "1_0Gi",
    "{{ x }}",
    "${{ x }}",
    "<{ x }>",
    "<% x %>",
    "%YAML 1.1",
    "!",
    "a!",
    "e1",
    "E1",
    "_1",
    "x0",
    "0",
    "00",
    "08",
    "09.5",
    "1,000",
];

fn yaml(text: &str, template: &str) -> String {
    let mut environment = environment().expect("the environment is valid");
    environment
        .add_template("t.yaml", template)
        .expect("the template is valid");
    let template = environment.get_template("t.yaml").expect("it was added");
    template
        .render(minijinja::context! { v => text })
        .expect("it renders")
}

/// Reads back what a text became as value, list item, key, and in flow style.
fn places(text: &str) -> Vec<String> {
    let rendered = yaml(
        text,
        "value: <{ v }>\nlist:\n  - <{ v }> # c\nkey:\n  <{ v }>: 1\nflow: [<{ v }>, x]\n",
    );
    #[derive(serde::Deserialize)]
    struct Read<T: Ord> {
        value: T,
        list: Vec<T>,
        key: BTreeMap<T, u8>,
        flow: Vec<T>,
    }
    fn flat<T: Ord>(read: Read<T>) -> Vec<T> {
        read.key
            .into_keys()
            .chain([read.value])
            .chain(read.list)
            .chain(read.flow.into_iter().take(1))
            .collect()
    }
    let one: serde_yaml::Value =
        serde_yaml::from_str(&rendered).unwrap_or_else(|e| panic!("{rendered:?}: {e}"));
    // Untyped, so that a reader that sees a boolean or a number says so.
    let mut all = vec![
        one["value"].as_str().map(str::to_owned),
        one["list"][0].as_str().map(str::to_owned),
        one["flow"][0].as_str().map(str::to_owned),
        one["key"]
            .as_mapping()
            .and_then(|m| m.keys().next()?.as_str().map(str::to_owned)),
    ];
    let two: serde_json::Value =
        serde_saphyr::from_str(&rendered).unwrap_or_else(|e| panic!("{rendered:?}: {e}"));
    all.push(two["value"].as_str().map(str::to_owned));
    all.push(two["list"][0].as_str().map(str::to_owned));
    all.push(two["flow"][0].as_str().map(str::to_owned));
    let typed: Read<String> =
        serde_saphyr::from_str(&rendered).unwrap_or_else(|e| panic!("{rendered:?}: {e}"));
    let mut all: Vec<String> = all
        .into_iter()
        .map(|found| found.unwrap_or_else(|| panic!("{text:?} is no string in {rendered:?}")))
        .collect();
    all.extend(flat(typed));
    all
}

#[test]
fn strings_that_readers_like_to_change_survive() {
    for text in NASTY {
        for read in places(text) {
            assert_eq!(read, *text);
        }
    }
}

proptest! {
    #[test]
    fn every_string_survives_both_readers(text in any::<String>()) {
        for read in places(&text) {
            prop_assert_eq!(&read, &text);
        }
    }

    #[test]
    fn words_of_awkward_characters_survive(text in "[-+.:0-9eExob_~#'\"\\\\ \n\t\u{85}\u{2028}\u{feff}nyNYofOF,\\[\\]{}!&*?|>%@`=<a]{0,12}") {
        for read in places(&text) {
            prop_assert_eq!(&read, &text);
        }
    }

    #[test]
    fn a_plain_scalar_is_a_short_list_of_forms(text in any::<String>()) {
        let written = crate::yaml::write(&text, crate::yaml::ScalarStyle::Plain);
        prop_assert!(written.starts_with('"') || written == text);
        let one_line = !written.contains(['\n', '\u{85}']);
        prop_assert!(one_line);
        if written.starts_with('"') {
            let read: String = serde_json::from_str(&written).map_err(|e| TestCaseError::fail(e.to_string()))?;
            prop_assert_eq!(read, text);
        }
    }
}

#[test]
fn values_without_a_text_are_refused_with_template_and_line() {
    let render = |value: Value| {
        let mut environment = environment().expect("valid");
        environment
            .add_template("t.yaml", "a: 1\nb: <{ v }>\n")
            .expect("valid");
        let template = environment.get_template("t.yaml").expect("added");
        template
            .render(minijinja::context! { v => value })
            .map_err(|e| explain(&e).to_string())
    };
    assert_eq!(render(Value::from(true)).as_deref(), Ok("a: 1\nb: true\n"));
    assert_eq!(render(Value::from(7)).as_deref(), Ok("a: 1\nb: 7\n"));
    assert_eq!(render(Value::from(-7)).as_deref(), Ok("a: 1\nb: -7\n"));
    for value in [
        Value::UNDEFINED,
        Value::from(()),
        Value::from(1.5),
        Value::from(vec![1]),
        Value::from_pairs([("a", 1)]),
    ] {
        let error = render(value).expect_err("refused");
        assert!(error.starts_with("template `t.yaml` line 2: "), "{error}");
    }
}

#[test]
fn a_safe_string_is_quoted_all_the_same() {
    assert_eq!(yaml("NO", "a: <{ v | safe }>\n"), "a: \"NO\"\n");
}

#[test]
fn other_languages_keep_their_braces() {
    let text = "a: ${{ github.sha }} {{ .Values.x }} ${x} {% raw %}\n";
    assert_eq!(yaml("", text), text);
}

/// Other readers of YAML than those of this crate get what they need when they ask: values, and the texts they became.
#[test]
fn the_yaml_corpus_is_written_when_asked_for() {
    let mut pairs: Vec<(serde_json::Value, String)> = Vec::new();
    for text in NASTY {
        let template =
            "value: <{ v }>\nlist:\n  - <{ v }>\nflow: [<{ v }>, 1]\nkey:\n  <{ v }>: 2\n";
        let value = serde_json::json!({ "value": text, "list": [text], "flow": [text, 1], "key": { *text: 2 } });
        pairs.push((value, yaml(text, template)));
    }
    assert!(pairs.len() > 100);
    if let Some(path) = std::env::var_os("PLATFORMCTL_YAML_CORPUS") {
        let text = serde_json::to_string_pretty(&pairs).expect("strings are JSON");
        std::fs::write(path, text).expect("the file can be written");
    }
}

#[test]
fn the_list_names_every_template_and_nothing_else() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let mut found: Vec<String> = walkdir::WalkDir::new(&folder)
        .into_iter()
        .map(|entry| entry.expect("the folder can be read"))
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let path = entry
                .path()
                .strip_prefix(&folder)
                .expect("below the folder");
            path.to_string_lossy().replace('\\', "/")
        })
        .collect();
    found.sort();
    let mut listed: Vec<String> = TEMPLATES
        .iter()
        .map(|(name, _)| format!("{name}.j2"))
        .collect();
    listed.sort();
    assert_eq!(listed, found);
}

/// The formatter quotes whole scalars and words, so a value may not stand inside quotes or inside a longer scalar.
#[test]
fn values_stand_where_a_whole_scalar_or_word_stands() {
    for (name, text) in TEMPLATES {
        let format = Format::of(name);
        for (number, line) in text.lines().enumerate() {
            for (at, _) in line.match_indices("<{") {
                let before = &line[..at];
                let after = line[at..].split_once("}>").map(|(_, rest)| rest);
                let after = after.unwrap_or_else(|| panic!("{name}:{}: not closed", number + 1));
                let in_comment = before.trim_start().starts_with('#') || before.contains(" # ");
                let good = match format {
                    Format::Yaml => {
                        let ends = after.is_empty()
                            || [":", ",", "]", "}", " #", "<%"]
                                .iter()
                                .any(|end| after.starts_with(end));
                        let begins = before.trim().is_empty()
                            || [": ", "- ", "[", ", ", "%>"]
                                .iter()
                                .any(|begin| before.ends_with(begin));
                        begins && ends || in_comment
                    }
                    Format::Shell => {
                        let quotes = before.matches(['"', '\'']).count();
                        quotes % 2 == 0
                    }
                    _ => true,
                };
                assert!(
                    good,
                    "{name}:{}: a value inside a longer scalar: {line}",
                    number + 1
                );
            }
        }
    }
}
