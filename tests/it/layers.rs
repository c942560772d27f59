//! The architecture, as a test: which module may use which, and which ones may touch the world.
//!
//! A module may use only what stands above it in [`LAYERS`], and of that only what its row names. A new module needs a row;
//! a new arrow needs a thought.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "reads the project's own source"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Each module with the modules that it may use, from the bottom up.
#[rustfmt::skip]
const LAYERS: &[(&str, &[&str])] = &[
    // What everything speaks of: files that were read, what is wrong with them, what they hash to.
    ("source", &[]),
    ("diagnostic", &["source"]),
    ("digest", &[]),
    ("gitops", &[]),
    // What is written down: by the user, in YAML, in templates, about third parties.
    ("yaml", &["source", "diagnostic"]),
    ("spec", &["source", "diagnostic"]),
    ("catalogue", &["source", "diagnostic", "spec"]),
    ("template", &["source", "diagnostic", "yaml"]),
    ("blueprint", &["diagnostic", "spec", "catalogue", "template"]),
    // What it means.
    ("model", &["source", "diagnostic", "spec", "catalogue"]),
    // What follows from it.
    ("secrets", &["source", "diagnostic", "yaml", "model"]),
    ("pins", &["source", "diagnostic", "yaml", "spec", "model"]),
    ("plan", &["source", "diagnostic", "digest", "yaml", "spec", "catalogue", "template", "model", "secrets", "pins"]),
    ("kustomize", &["source", "diagnostic", "yaml"]),
    ("facts", &["source", "diagnostic", "gitops", "yaml", "spec", "catalogue", "model", "plan", "pins", "kustomize"]),
    ("compare", &["source", "diagnostic", "gitops", "kustomize"]),
    // What is judged, proposed and said.
    ("residency", &["source", "diagnostic", "gitops", "digest", "yaml", "spec", "catalogue", "model", "plan", "pins", "kustomize", "facts"]),
    ("promotion", &["source", "diagnostic", "digest", "yaml", "spec", "model", "plan", "pins"]),
    ("report", &["source", "diagnostic", "digest", "spec", "catalogue", "template", "model", "kustomize", "facts", "compare", "residency"]),
    // The edges: disk, Git, GitHub, registries, terminal.
    ("workspace", &["source", "diagnostic", "spec", "plan"]),
    ("tree", &["source", "diagnostic", "digest", "plan"]),
    ("repo", &["source", "diagnostic", "plan", "pins", "promotion"]),
    ("forge", &["source", "diagnostic", "digest", "promotion"]),
    ("registry", &["source", "diagnostic", "spec"]),
    ("ui", &["diagnostic"]),
    // The verbs, and the way in.
    ("commands", &[
        "source", "diagnostic", "digest", "yaml", "spec", "catalogue", "template", "blueprint", "model", "secrets", "plan", "pins",
        "kustomize", "facts", "compare", "residency", "promotion", "report", "workspace", "tree", "repo", "forge", "registry",
        "ui",
    ]),
    ("cli", &["source", "diagnostic", "spec", "commands", "ui"]),
    ("main", &["source", "diagnostic", "report", "commands", "cli", "ui"]),
];

/// The arrows that point the other way, and why.
const AGAINST_THE_FLOW: &[(&str, &str, &str)] = &[(
    "commands",
    "cli",
    "completions and manual pages are made from the whole command line",
)];

/// The modules that may touch files, environment, clock, processes or network.
const EDGES: &[&str] = &[
    "workspace",
    "tree",
    "repo",
    "forge",
    "registry",
    "ui",
    "commands",
    "cli",
    "main",
];

/// One Rust file of `src/`.
struct File {
    path: PathBuf,
    module: String,
    /// Its text without comments and without its unit tests, which may use whatever they like.
    code: String,
}

fn source_files() -> Vec<File> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    let mut folders = vec![src.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let inside = path.strip_prefix(&src).unwrap();
                let first = inside
                    .components()
                    .next()
                    .unwrap()
                    .as_os_str()
                    .to_str()
                    .unwrap();
                let module = first.trim_end_matches(".rs").to_owned();
                // A file that holds nothing but the tests of its module.
                if path.file_stem().is_some_and(|stem| stem == "tests") {
                    continue;
                }
                let code = code_of(&std::fs::read_to_string(&path).unwrap());
                files.push(File {
                    path: inside.to_owned(),
                    module,
                    code,
                });
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

/// A file's text without whole-line comments and from its start to its unit tests.
fn code_of(text: &str) -> String {
    let code = text
        .split_once("\n#[cfg(test)]\nmod ")
        .map_or(text, |(code, _)| code);
    code.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The modules that follow `root::` in the text, in `use` lines, grouped or not, and in paths.
fn used_modules(code: &str, root: &str) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for (at, found) in code.match_indices(root) {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$' || c == ':') {
            continue;
        }
        let rest = &code[at + found.len()..];
        match rest.strip_prefix('{') {
            Some(group) => used.extend(group_heads(group)),
            None => used.extend(head(rest)),
        }
    }
    used
}

/// The first name of each entry of `a::{b, c}, d, …}`.
fn group_heads(group: &str) -> Vec<String> {
    let mut heads = Vec::new();
    let (mut depth, mut expecting) = (1_u32, true);
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 1 => break,
            '}' => depth -= 1,
            ',' if depth == 1 => expecting = true,
            c if expecting && !c.is_whitespace() => {
                heads.extend(head(&group[at..]));
                expecting = false;
            }
            _ => {}
        }
    }
    heads
}

/// The module name that a path starts with; nothing for a type, a macro or a constant of the crate's root.
fn head(path: &str) -> Option<String> {
    let name: String = path
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect();
    name.starts_with(|c: char| c.is_ascii_lowercase())
        .then_some(name)
}

fn row(module: &str) -> Option<&'static [&'static str]> {
    LAYERS
        .iter()
        .find(|(name, _)| *name == module)
        .map(|(_, uses)| *uses)
}

fn is_allowed(module: &str, used: &str) -> bool {
    module == used
        || row(module).is_some_and(|uses| uses.contains(&used))
        || AGAINST_THE_FLOW
            .iter()
            .any(|(from, to, _)| (*from, *to) == (module, used))
}

#[test]
fn the_table_itself_flows_one_way() {
    let mut above = BTreeSet::new();
    for (module, uses) in LAYERS {
        for used in *uses {
            assert!(
                above.contains(used),
                "`{module}` may use `{used}`, which does not stand above it in the table"
            );
        }
        assert!(above.insert(module), "`{module}` stands twice in the table");
    }
    for edge in EDGES {
        assert!(row(edge).is_some(), "the edge `{edge}` is not in the table");
    }
}

#[test]
fn every_module_has_its_row() {
    let missing: BTreeSet<_> = source_files()
        .into_iter()
        .map(|file| file.module)
        .filter(|module| module != "lib" && row(module).is_none())
        .collect();
    assert!(
        missing.is_empty(),
        "give these modules a row in `LAYERS`: {missing:?}"
    );
}

#[test]
fn modules_use_only_what_their_row_names() {
    let known: BTreeSet<_> = LAYERS.iter().map(|(module, _)| *module).collect();
    let mut wrong = Vec::new();
    for file in source_files().iter().filter(|file| file.module != "lib") {
        let root = if file.module == "main" {
            "platformctl::"
        } else {
            "crate::"
        };
        for used in used_modules(&file.code, root) {
            // Functions and macros of the crate's root are no modules.
            if known.contains(used.as_str()) && !is_allowed(&file.module, &used) {
                wrong.push(format!(
                    "src/{}: `{}` may not use `{used}`",
                    file.path.display(),
                    file.module
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn arrows_against_the_flow_are_still_needed() {
    let mut used: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in source_files() {
        used.entry(file.module)
            .or_default()
            .extend(used_modules(&file.code, "crate::"));
    }
    for (from, to, why) in AGAINST_THE_FLOW {
        // A module that is not there yet needs no arrow.
        if let Some(uses) = used.get(*from) {
            assert!(
                uses.contains(*to),
                "`{from}` no longer uses `{to}` ({why}): remove the exception"
            );
        }
    }
}

#[test]
fn only_edges_touch_the_world() {
    for file in source_files() {
        let lifts = file.code.contains("clippy::disallowed_methods");
        let is_edge = EDGES.contains(&file.module.as_str());
        assert!(
            !lifts || is_edge,
            "src/{}: `{}` is no edge, so it may not lift `clippy::disallowed_methods`",
            file.path.display(),
            file.module
        );
    }
}

#[test]
fn the_reader_of_use_lines_reads_them_all() {
    let code = "use crate::plan::Plan;\npub use crate::{model::{Cell, Platform}, spec, yaml::Node};\n\
        fn f(x: crate::tree::Changes) { crate::run(); my_crate::repo::f(); $crate::forge::f(); crate::Type; }";
    let found: Vec<_> = used_modules(code, "crate::").into_iter().collect();
    assert_eq!(found, ["model", "plan", "run", "spec", "tree", "yaml"]);
    let with_tests = "// use crate::repo;\nuse crate::spec;\n#[cfg(test)]\nmod tests {\n    use crate::plan;\n}\n";
    assert_eq!(
        used_modules(&code_of(with_tests), "crate::"),
        BTreeSet::from(["spec".to_owned()])
    );
}
