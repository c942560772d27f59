//! `render` as it is typed: what it writes, what it keeps, what it answers.
#![expect(clippy::disallowed_methods, reason = "tests make and read files")]

use crate::support::run::{command, init, platformctl};
use crate::support::tree;
use std::fs;
use std::io::Read as _;
use std::process::Stdio;

#[test]
fn a_second_render_changes_nothing() {
    let directory = init(&["--no-git"]);
    let root = directory.path().join("platform");
    let before = tree(&root);
    let ran = platformctl(&root, &["render"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(tree(&root), before);
}

#[test]
fn it_works_from_any_directory_below() {
    let directory = init(&["--no-git"]);
    let below = directory.path().join("platform/cluster/apps");
    assert_eq!(platformctl(&below, &["render", "--check"]).code, 0);
    assert_eq!(
        platformctl(
            directory.path(),
            &["-C", "platform/cluster", "render", "--check"]
        )
        .code,
        0
    );
}

#[test]
fn nothing_is_written_in_the_wrong_place() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let ran = platformctl(directory.path(), &["render"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("no platform.toml in"), "{}", ran.err);
    assert!(ran.err.contains("platformctl init"), "{}", ran.err);
    assert_eq!(fs::read_dir(directory.path()).expect("readable").count(), 0);
}

#[test]
fn a_change_is_shown_before_it_is_made() {
    let directory = init(&["--no-git"]);
    let root = directory.path().join("platform");
    let declaration = root.join("platform.toml");
    let text = fs::read_to_string(&declaration).expect("readable");
    fs::write(
        &declaration,
        text.replace("storage = \"50Gi\"", "storage = \"80Gi\""),
    )
    .expect("written");
    let before = tree(&root);

    let check = platformctl(&root, &["render", "--check"]);
    assert_eq!(check.code, 1, "{check:?}");
    assert!(
        check.out.contains("80Gi") && check.out.contains("50Gi"),
        "{}",
        check.out
    );
    let diff = platformctl(&root, &["render", "--diff"]);
    assert_eq!((diff.code, diff.out), (0, check.out));
    let dry = platformctl(&root, &["render", "--dry-run"]);
    assert_eq!(dry.code, 0);
    assert!(
        dry.out
            .contains("cluster/data/object-storage/statefulset.yaml"),
        "{}",
        dry.out
    );
    assert_eq!(tree(&root), before, "nothing was written so far");

    let ran = platformctl(&root, &["render", "-v"]);
    assert_eq!(ran.code, 0);
    assert!(
        ran.out
            .contains("cluster/data/object-storage/statefulset.yaml"),
        "{}",
        ran.out
    );
    assert_eq!(platformctl(&root, &["render", "--check"]).code, 0);
}

#[test]
fn a_file_edited_by_hand_is_kept_and_named() {
    let directory = init(&["--no-git"]);
    let root = directory.path().join("platform");
    let file = root.join("cluster/apps/frontend/service.yaml");
    let mine = fs::read_to_string(&file).expect("readable") + "# mine\n";
    fs::write(&file, &mine).expect("written");
    let ran = platformctl(&root, &["render"]);
    assert_eq!(ran.code, 4, "{ran:?}");
    assert!(
        ran.err.contains("cluster/apps/frontend/service.yaml"),
        "{}",
        ran.err
    );
    assert_eq!(fs::read_to_string(&file).expect("readable"), mine);
    assert_eq!(platformctl(&root, &["render", "--force"]).code, 0);
    assert!(
        !fs::read_to_string(&file)
            .expect("readable")
            .contains("# mine")
    );
}

#[test]
fn removing_a_service_removes_its_generated_files_and_nothing_else() {
    let directory = init(&["--no-git"]);
    let root = directory.path().join("platform");
    let declaration = root.join("platform.toml");
    let text = fs::read_to_string(&declaration).expect("readable");
    let start = text.find("[services.frontend]").expect("the frontend");
    let end = text
        .find("[services.backend-api]")
        .expect("the next service");
    fs::write(&declaration, format!("{}{}", &text[..start], &text[end..])).expect("written");
    let custom = "cluster/overlays/production/tr/custom/frontend/kustomization.yaml";
    let pins = "cluster/overlays/production/tr/frontend/pins/kustomization.yaml";
    fs::write(root.join(custom), "# mine\n").expect("written");
    let before = tree(&root);

    let ran = platformctl(&root, &["render"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let after = tree(&root);
    let removed: Vec<&String> = before
        .keys()
        .filter(|path| !after.contains_key(*path))
        .collect();
    assert!(
        removed
            .iter()
            .any(|path| path.as_str() == "cluster/apps/frontend/deployment.yaml")
    );
    assert!(
        removed.iter().all(|path| path.contains("/frontend/")),
        "{removed:?}"
    );
    assert_eq!(after[custom], b"# mine\n");
    assert!(after.contains_key(pins), "pins are not render's to remove");
}

#[test]
fn an_invalid_declaration_writes_nothing() {
    let directory = init(&["--no-git"]);
    let root = directory.path().join("platform");
    let declaration = root.join("platform.toml");
    let text = fs::read_to_string(&declaration).expect("readable");
    fs::write(
        &declaration,
        text.replace("promote-from", "promote-form")
            .replace("8001", "8000"),
    )
    .expect("written");
    let before = tree(&root);
    let ran = platformctl(&root, &["render"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("did you mean `promote-from`?"),
        "{}",
        ran.err
    );
    assert_eq!(tree(&root), before);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let directory = init(&["--no-git"]);
    let root = directory.path().join("platform");
    let mut child = command(&root)
        .args(["config", "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    drop(child.stdout.take());
    let mut err = String::new();
    child
        .stderr
        .take()
        .expect("piped")
        .read_to_string(&mut err)
        .expect("readable");
    assert_eq!(
        (child.wait().expect("ends").code(), err.as_str()),
        (Some(0), "")
    );
}
