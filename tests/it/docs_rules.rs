//! The pages of the rules are current, and every code that the program can print is explained.
#![allow(clippy::disallowed_methods, reason = "reads the project's own files")]

use crate::support::{assert_current, project};
use platformctl::report::codes;
use platformctl::residency;
use std::collections::{BTreeMap, BTreeSet};

#[test]
fn docs_pages_of_the_rules_are_current() {
    let pages = residency::pages();
    for (path, text) in &pages {
        assert_current(path, text);
    }
    let folder = project().join("docs/rules");
    for entry in std::fs::read_dir(folder).expect("the folder of the pages") {
        let name = entry.expect("an entry").file_name();
        let path = format!("docs/rules/{}", name.to_string_lossy());
        assert!(
            pages.contains_key(&path),
            "{path} is the page of no rule: remove it"
        );
    }
}

/// What takes a code as its first text.
const OPENERS: [&str; 6] = [
    "Diagnostic::error(",
    "Diagnostic::warning(",
    "at_value(",
    ".report(",
    "problem(",
    ".warn(",
];

/// Codes in a source file: the kebab-case text that follows an opener at once, or after a path.
fn codes_in(text: &str) -> BTreeSet<String> {
    let code = text
        .split_once("\n#[cfg(test)]\nmod ")
        .map_or(text, |(code, _)| code);
    let mut found = BTreeSet::new();
    for opener in OPENERS {
        for (at, _) in code.match_indices(opener) {
            let rest = code[at + opener.len()..].trim_start();
            let rest = rest.strip_prefix("path,").unwrap_or(rest).trim_start();
            let word = rest
                .strip_prefix('"')
                .and_then(|rest| rest.split_once('"'))
                .map_or("", |(word, _)| word);
            let is_kebab =
                word.contains('-') && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
            if is_kebab {
                found.insert(word.to_owned());
            }
        }
    }
    found
}

#[test]
fn every_code_is_explained() {
    let mut used: BTreeMap<String, String> = BTreeMap::new();
    for entry in walkdir::WalkDir::new(project().join("src")) {
        let entry = entry.expect("can be read");
        let is_test = entry.path().components().any(|part| {
            let part = part.as_os_str().to_string_lossy();
            part == "tests" || part == "tests.rs"
        });
        if is_test
            || entry
                .path()
                .extension()
                .is_none_or(|extension| extension != "rs")
        {
            continue;
        }
        let text = std::fs::read_to_string(entry.path()).expect("UTF-8");
        for code in codes_in(&text) {
            used.insert(code, entry.file_name().to_string_lossy().into_owned());
        }
    }
    assert!(used.len() > 30, "the search finds the codes: {used:?}");
    let missing: Vec<_> = used
        .iter()
        .filter(|(code, _)| codes::find(code).is_none())
        .collect();
    assert!(
        missing.is_empty(),
        "add a paragraph to src/report/codes.rs for each of {missing:?}"
    );
}
