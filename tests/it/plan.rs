//! What is planned, compared with trees that stand in `tests/golden`.
#![expect(
    clippy::disallowed_methods,
    reason = "tests read and write golden files where the environment says so"
)]

use platformctl::model::{self, Platform};
use platformctl::plan::{self, FileKind, Plan};
use platformctl::template::TEMPLATES;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

pub(crate) const CASES: [&str; 6] = ["minimal", "full", "gateway", "swapped", "sealed", "vault"];

fn folder(case: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(case)
}

pub(crate) fn declaration(case: &str) -> String {
    fs::read_to_string(folder(case).join("platform.toml")).expect("the case has a platform.toml")
}

pub(crate) fn load(text: &str) -> Platform {
    let (platform, _) = model::load(text).unwrap_or_else(|problems| panic!("{problems:#?}"));
    platform
}

pub(crate) fn build(text: &str) -> Plan {
    plan::build(&load(text)).unwrap_or_else(|error| panic!("{error:#}"))
}

pub(crate) fn write(plan: &Plan, folder: &Path) {
    for (path, file) in &plan.files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("made");
        fs::write(path, &file.content).expect("written");
    }
}

fn read(folder: &Path) -> BTreeMap<String, String> {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .map(|entry| entry.expect("the folder can be read"))
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let path = entry.path().strip_prefix(folder).expect("below the folder");
            let text = fs::read_to_string(entry.path()).expect("text");
            (path.to_string_lossy().replace('\\', "/"), text)
        })
        .collect()
}

#[test]
fn trees_are_as_they_were_accepted() {
    let mut different = Vec::new();
    for case in CASES {
        let expected = folder(case).join("expected");
        let plan = build(&declaration(case));
        if std::env::var_os("PLATFORMCTL_BLESS").is_some() {
            if expected.exists() {
                fs::remove_dir_all(&expected).expect("removed");
            }
            write(&plan, &expected);
        }
        let accepted = read(&expected);
        let paths: BTreeSet<&String> = accepted.keys().chain(plan.files.keys()).collect();
        for path in paths {
            let now = plan.files.get(path).map(|file| file.content.as_str());
            let before = accepted.get(path).map(String::as_str);
            if now != before {
                let diff = similar::TextDiff::from_lines(
                    before.unwrap_or_default(),
                    now.unwrap_or_default(),
                );
                let diff = diff
                    .unified_diff()
                    .header("accepted", "rendered")
                    .to_string();
                different.push(format!("{case}/{path}\n{diff}"));
            }
        }
    }
    assert!(
        different.is_empty(),
        "{}\n\n{} files differ. If that is meant, run the test again with PLATFORMCTL_BLESS=1 and read `git diff`.",
        different.join("\n"),
        different.len()
    );
}

#[test]
fn every_listed_template_is_rendered_by_some_plan() {
    let cases = CASES.iter().map(|case| declaration(case));
    let used: BTreeSet<&str> = cases
        .chain([crate::supabase::text(), crate::postgres::with_backups("")])
        .flat_map(|text| build(&text).files.into_values())
        .map(|file| file.template)
        .collect();
    let unused: Vec<&str> = TEMPLATES
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| !used.contains(name))
        // The page of a report is no file of the repository.
        .filter(|name| !name.starts_with("report/"))
        .filter(|name| {
            !TEMPLATES
                .iter()
                .any(|(_, text)| text.contains(&format!("include \"{name}\"")))
        })
        .collect();
    assert_eq!(unused, Vec::<&str>::new());
}

#[test]
fn the_same_declaration_gives_the_same_bytes() {
    let text = declaration("full");
    assert_eq!(build(&text), build(&text));
}

/// Tables of TOML have no order, so neither may what follows from them.
#[test]
fn the_order_of_tables_does_not_matter() {
    let text = declaration("full");
    let mut tables = text.split("\n[");
    let head = tables.next().expect("what stands before the first table");
    // The items of an array of tables keep their order: it is theirs.
    let (items, mut tables): (Vec<&str>, Vec<&str>) =
        tables.partition(|table| table.starts_with('['));
    let expected = build(&text);
    for seed in 1..=10 {
        tables.rotate_left(seed);
        if seed % 2 == 0 {
            tables.reverse();
        }
        let all: Vec<&str> = [head]
            .into_iter()
            .chain(tables.iter().copied())
            .chain(items.iter().copied())
            .collect();
        let shuffled = all.join("\n[");
        assert_ne!(shuffled, text);
        assert_eq!(build(&shuffled), expected, "{shuffled}");
    }
}

#[test]
fn every_file_has_one_owner_and_says_so() {
    for (path, file) in build(&declaration("full")).files {
        let first = file.content.lines().next().unwrap_or_default();
        match file.kind {
            // JSON has no comments.
            FileKind::Generated if path.ends_with(".json") => {}
            FileKind::Generated => {
                let header = file.content.lines().take(2).any(|line| {
                    ["# ", "<!-- "].iter().any(|mark| {
                        line.starts_with(&format!("{mark}Generated by platformctl from "))
                    }) && line.contains("Do not edit")
                });
                assert!(header, "{path}: {first}");
            }
            FileKind::Pins => assert!(path.ends_with("/pins/kustomization.yaml"), "{path}"),
            FileKind::Sealed => assert!(
                path.ends_with("/secrets/sealed/kustomization.yaml"),
                "{path}"
            ),
            FileKind::Custom => {
                let outside = [".gitignore", ".gitattributes", ".github/dependabot.yml"];
                assert!(
                    path.contains("/custom/") || outside.contains(&path.as_str()),
                    "{path}"
                );
                assert!(first.starts_with("# Yours:"), "{path}: {first}");
            }
        }
        assert_eq!(file.executable, path.ends_with(".sh"), "{path}");
    }
}
