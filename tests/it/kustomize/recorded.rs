//! The project's own cases: an input each, and the bytes that kustomize printed for it (see `tests/kustomize/record`).

use super::{built, read_tree};
use crate::support::project;

#[test]
fn every_recorded_case_is_built_byte_for_byte() {
    let folder = project().join("tests/kustomize/cases");
    let mut cases: Vec<_> = std::fs::read_dir(&folder)
        .expect("the cases are there")
        .map(|entry| entry.expect("can be read").path())
        .collect();
    cases.sort();
    assert!(cases.len() >= 150, "there are {} cases", cases.len());
    let mut wrong = Vec::new();
    for case in &cases {
        let name = case.file_name().expect("a name").to_string_lossy();
        let tree = read_tree(&case.join("input"));
        let target = if tree.contains_key("overlay/kustomization.yaml") {
            "overlay"
        } else {
            ""
        };
        let expected = std::fs::read_to_string(case.join("expected.yaml")).ok();
        let refused = case.join("refused").is_file();
        match (built(&tree, target), expected) {
            (Ok(ours), Some(expected)) if ours == expected => {}
            (Err(_), None) if refused => {}
            (Ok(ours), Some(expected)) => wrong.push(format!(
                "{name}:\n{}",
                similar::TextDiff::from_lines(&expected, &ours)
                    .unified_diff()
                    .header("kustomize", "platformctl")
            )),
            (Ok(_), None) => wrong.push(format!("{name}: built, but kustomize refuses it")),
            (Err(why), _) => wrong.push(format!("{name}: refused: {why}")),
        }
    }
    assert!(
        wrong.is_empty(),
        "{} are wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
