//! Cases recorded from kustomize's own tests, which are not part of this repository.
//!
//! `PLATFORMCTL_KUSTOMIZE_CASES` names their folder: for each case `case.json`, `input/` and `expected.yaml` unless it
//! must be refused.

use super::{Tree, built, read_tree, say};
use serde_json::Value;
use std::path::Path;

/// The share of the cases in scope that must be right, in percent.
const LEAST: usize = 99;

#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Right,
    /// It is built, and otherwise than it should be.
    Different,
    /// It is built and must not be, or the other way round.
    Wrong,
}

#[test]
fn recorded_cases_of_kustomize_itself_are_built_right() {
    let Some(folder) = std::env::var_os("PLATFORMCTL_KUSTOMIZE_CASES") else {
        say("SKIPPED: PLATFORMCTL_KUSTOMIZE_CASES names no folder; no case of kustomize was built");
        return;
    };
    let mut cases: Vec<_> = std::fs::read_dir(&folder)
        .expect("the folder of cases can be read")
        .map(|entry| entry.expect("can be read").path())
        .filter(|path| path.join("case.json").is_file())
        .collect();
    cases.sort();
    let (mut in_scope, mut right, mut wrong) = (0, 0, Vec::new());
    for case in &cases {
        let text = std::fs::read_to_string(case.join("case.json")).expect("can be read");
        let description: Value = serde_json::from_str(&text).expect("JSON");
        let verdict = judge(case, &description);
        let name = case.display();
        assert_ne!(verdict, Verdict::Different, "{name} is built otherwise");
        if description["tier"] == "out" {
            continue;
        }
        in_scope += 1;
        if verdict == Verdict::Right {
            right += 1;
        } else {
            wrong.push(name.to_string());
        }
    }
    say(&format!("{right} of {in_scope} cases in scope are right"));
    assert!(in_scope > 0, "the folder holds cases in scope");
    assert!(right * 100 >= in_scope * LEAST, "wrong: {wrong:#?}");
}

fn judge(case: &Path, description: &Value) -> Verdict {
    let mut tree = read_tree(&case.join("input"));
    let folder = description["build"].as_str().expect("a folder");
    if description["options"]["reorder"] == "none" {
        keep_order(&mut tree, folder);
    }
    let expected = std::fs::read_to_string(case.join("expected.yaml"));
    match (built(&tree, folder), expected) {
        (Ok(ours), Ok(expected)) => {
            if documents(&ours) == documents(&expected) {
                Verdict::Right
            } else {
                Verdict::Different
            }
        }
        (Err(_), Err(_)) => Verdict::Right,
        _ => Verdict::Wrong,
    }
}

/// The cases were recorded in the order of their input, the command's order is another one.
fn keep_order(tree: &mut Tree, folder: &str) {
    for name in ["kustomization.yaml", "kustomization.yml", "Kustomization"] {
        let path = match folder {
            "." | "" => name.to_owned(),
            folder => format!("{folder}/{name}"),
        };
        let Some(bytes) = tree.get_mut(&path) else {
            continue;
        };
        let text = String::from_utf8_lossy(bytes).into_owned();
        if !text.contains("\nsortOptions:") && !text.contains("kind: Component") {
            *bytes = format!("{text}\nsortOptions:\n  order: fifo\n").into_bytes();
        }
        return;
    }
}

fn documents(text: &str) -> Vec<serde_yaml::Value> {
    use serde::Deserialize as _;
    serde_yaml::Deserializer::from_str(text)
        .map(|document| serde_yaml::Value::deserialize(document).expect("YAML"))
        .filter(|document| !document.is_null())
        .collect()
}
