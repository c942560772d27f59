//! What integration tests share.
#![expect(
    clippy::disallowed_methods,
    reason = "tests make and read files, and start the binary"
)]
#![expect(
    clippy::unwrap_used,
    reason = "functions that tests share fail like tests"
)]

pub(crate) mod github;
pub(crate) mod planted;
pub(crate) mod run;

use std::path::{Path, PathBuf};

/// The project's own directory.
pub(crate) fn project() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Compares a file of the project with what it should be; with PLATFORMCTL_BLESS=1 writes it instead.
pub(crate) fn assert_current(path: &str, wanted: &str) {
    let file = project().join(path);
    if std::env::var_os("PLATFORMCTL_BLESS").is_some() {
        std::fs::create_dir_all(file.parent().expect("has a parent")).expect("makes the directory");
        std::fs::write(&file, wanted).expect("writes the file");
        return;
    }
    let found = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        found == wanted,
        "{path} is not current.\nTo regenerate: PLATFORMCTL_BLESS=1 cargo test --test it docs\n{}",
        similar::TextDiff::from_lines(found.as_str(), wanted)
            .unified_diff()
            .header("as it is", "as it should be")
    );
}

/// The texts of every file below a directory, by path with forward slashes; `.git` and `.platformctl` left out.
pub(crate) fn tree(root: &Path) -> std::collections::BTreeMap<String, Vec<u8>> {
    walkdir::WalkDir::new(root)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| {
            entry.depth() != 1
                || ![".git", ".platformctl"].contains(&&*entry.file_name().to_string_lossy())
        })
        .map(|entry| entry.expect("can be read"))
        .filter(|entry| !entry.file_type().is_dir())
        .map(|entry| {
            let path = entry
                .path()
                .strip_prefix(root)
                .expect("below the root")
                .to_string_lossy()
                .replace('\\', "/");
            (path, std::fs::read(entry.path()).expect("can be read"))
        })
        .collect()
}
