//! `platform-example/` is what the current binary makes of the blueprint.
#![expect(clippy::disallowed_methods, reason = "tests make and read files")]

use crate::support::run::{init, platformctl};
use crate::support::{project, tree};
use std::fs;

#[test]
fn the_example_is_current() {
    let made = init(&["--no-git"]);
    let wanted = tree(&made.path().join("platform"));
    let root = project().join("platform-example");
    if std::env::var_os("PLATFORMCTL_BLESS").is_some() {
        if root.exists() {
            fs::remove_dir_all(&root).expect("removes the old one");
        }
        for (path, bytes) in &wanted {
            let file = root.join(path);
            fs::create_dir_all(file.parent().expect("has a parent")).expect("makes the directory");
            fs::write(&file, bytes).expect("writes the file");
            let mode = fs::metadata(made.path().join("platform").join(path))
                .expect("is there")
                .permissions();
            fs::set_permissions(&file, mode).expect("sets the mode");
        }
        return;
    }
    let found = tree(&root);
    let missing: Vec<&String> = wanted
        .keys()
        .filter(|path| !found.contains_key(*path))
        .collect();
    let foreign: Vec<&String> = found
        .keys()
        .filter(|path| !wanted.contains_key(*path))
        .collect();
    let differing: Vec<&String> = wanted
        .iter()
        .filter(|(path, bytes)| found.get(*path).is_some_and(|f| f != *bytes))
        .map(|(path, _)| path)
        .collect();
    assert!(
        missing.is_empty() && foreign.is_empty() && differing.is_empty(),
        "platform-example is not current.\nTo regenerate: PLATFORMCTL_BLESS=1 cargo test --test it example\n\
         missing: {missing:#?}\nforeign: {foreign:#?}\ndiffering: {differing:#?}"
    );
}

#[test]
fn the_example_is_rendered_whole() {
    let ran = platformctl(&project().join("platform-example"), &["render", "--check"]);
    assert_eq!(ran.code, 0, "{ran:?}");
}
