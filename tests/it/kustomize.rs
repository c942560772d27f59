//! The builder, judged by kustomize itself: recorded, at random and on the example.
#![expect(
    clippy::disallowed_methods,
    reason = "tests read files and the environment, and start programs"
)]

mod command;
mod conformance;
mod differential;
mod example;
mod hostile;
mod provenance;
mod random;
mod recorded;
mod warnings;

use platformctl::kustomize::{Builder, Built, VERSION};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Files by path, relative to a root.
pub(crate) type Tree = BTreeMap<String, Vec<u8>>;

/// The files below a folder.
fn read_tree(folder: &Path) -> Tree {
    crate::support::tree(folder)
}

/// Writes files below a folder.
fn write_tree(folder: &Path, tree: &Tree) {
    for (path, bytes) in tree {
        let file = folder.join(path);
        std::fs::create_dir_all(file.parent().expect("has a parent")).expect("makes the folder");
        std::fs::write(file, bytes).expect("writes the file");
    }
}

/// Says something that nobody overlooks, also in a test that passes.
fn say(line: &str) {
    let line = format!("{line}\n");
    std::io::stderr()
        .write_all(line.as_bytes())
        .expect("stderr is there");
}

/// kustomize of the version that is built here, if it is on PATH.
fn kustomize() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let program = std::env::split_paths(&path)
        .map(|folder| folder.join("kustomize"))
        .find(|program| program.is_file())?;
    let output = Command::new(&program).arg("version").output().ok()?;
    let found = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    // A build from source calls itself `(devel)`.
    if found == VERSION || found == "(devel)" {
        return Some(program);
    }
    say(&format!(
        "SKIPPED: kustomize on PATH is {found}, not {VERSION}"
    ));
    None
}

/// What kustomize prints for a folder; `None` when it refuses.
fn real(program: &Path, folder: &Path) -> Result<String, String> {
    let output = Command::new(program)
        .arg("build")
        .arg(folder)
        .output()
        .expect("kustomize starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    if output.status.success() {
        Ok(text(output.stdout))
    } else {
        Err(text(output.stderr))
    }
}

/// What is built here; an error says where and why.
fn built(tree: &Tree, folder: &str) -> Result<String, String> {
    objects(tree, folder).map(|built| built.yaml())
}

fn objects(tree: &Tree, folder: &str) -> Result<Built, String> {
    Builder::new(tree).build(folder).map_err(|problem| {
        format!(
            "{}: {} {:?}",
            problem.code,
            problem.message,
            problem.primary()
        )
    })
}
