//! `platform-example/` is what the current binary makes of the blueprint.
#![expect(clippy::disallowed_methods, reason = "tests make and read files")]

use crate::support::run::{init, platformctl};
use crate::support::{project, tree};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// What `secrets` wrote is made once: nothing can be sealed a second time with the same bytes.
fn is_sealed(path: &str) -> bool {
    path.contains("/secrets/sealed/") || path.ends_with("/sealed-secrets.pem")
}

const CELLS: [&str; 4] = ["staging/tr", "staging/es", "production/tr", "production/es"];

#[test]
fn the_example_is_current() {
    let made = init(&["--no-git"]);
    let wanted = tree(&made.path().join("platform"));
    let root = project().join("platform-example");
    if std::env::var_os("PLATFORMCTL_BLESS").is_some() {
        bless(&root, &made.path().join("platform"), &wanted);
        return;
    }
    let found = tree(&root);
    let missing: Vec<&String> = wanted
        .keys()
        .filter(|path| !found.contains_key(*path))
        .collect();
    let foreign: Vec<&String> = found
        .keys()
        .filter(|path| !wanted.contains_key(*path) && !is_sealed(path))
        .collect();
    let differing: Vec<&String> = wanted
        .iter()
        .filter(|(path, bytes)| found.get(*path).is_some_and(|f| f != *bytes))
        .map(|(path, _)| path)
        .filter(|path| !is_sealed(path))
        .collect();
    assert!(
        missing.is_empty() && foreign.is_empty() && differing.is_empty(),
        "platform-example is not current.\nTo regenerate: PLATFORMCTL_BLESS=1 cargo test --test it example\n\
         missing: {missing:#?}\nforeign: {foreign:#?}\ndiffering: {differing:#?}"
    );
}

/// Writes the example anew, but for what is sealed: of that only what is missing.
fn bless(root: &Path, made: &Path, wanted: &BTreeMap<String, Vec<u8>>) {
    for path in tree(root).keys().filter(|path| !is_sealed(path)) {
        fs::remove_file(root.join(path)).expect("removes the old file");
    }
    for (path, bytes) in wanted {
        let file = root.join(path);
        if is_sealed(path) && file.exists() {
            continue;
        }
        fs::create_dir_all(file.parent().expect("has a parent")).expect("makes the directory");
        fs::write(&file, bytes).expect("writes the file");
        let mode = fs::metadata(made.join(path))
            .expect("is there")
            .permissions();
        fs::set_permissions(&file, mode).expect("sets the mode");
    }
    for cell in CELLS {
        // Nobody keeps the private key: what is sealed here is for looking at.
        if !root
            .join(format!("bootstrap/{cell}/sealed-secrets.pem"))
            .exists()
        {
            assert_eq!(platformctl(root, &["secrets", "key", cell]).code, 0);
        }
        let ran = platformctl(root, &["secrets", "generate", cell, "--prune"]);
        assert_eq!(ran.code, 0, "{ran:?}");
    }
}

#[test]
fn the_example_has_every_secret_sealed() {
    let root = project().join("platform-example");
    for cell in CELLS {
        let ran = platformctl(&root, &["secrets", "generate", cell, "--dry-run"]);
        assert_eq!(ran.code, 0, "{ran:?}");
        let said = format!("{}{}", ran.out, ran.err);
        assert!(said.contains("nothing to seal"), "{cell} lacks: {said}");
    }
}

#[test]
fn the_example_is_rendered_whole() {
    let ran = platformctl(&project().join("platform-example"), &["render", "--check"]);
    assert_eq!(ran.code, 0, "{ran:?}");
}
