//! The effects of `render`, driven with plans made up for the purpose in temporary folders.
#![expect(
    clippy::disallowed_methods,
    reason = "tests set files up and look at them"
)]

use platformctl::diagnostic::Severity;
use platformctl::digest::Digest;
use platformctl::plan::{FileKind, Plan, PlannedFile};
use platformctl::tree::{
    Busy, Changes, Guard, LOCK_FILE, Lock, Mode, Options, Outcome, What, apply, apply_first,
    carry_out, compare,
};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

mod interruption;
mod lock;
mod show;
mod symlinks;

const FORCE: Mode = Mode::Apply { force: true };
const APPLY: Mode = Mode::Apply { force: false };

fn file(kind: FileKind, content: &str) -> PlannedFile {
    PlannedFile {
        kind,
        content: content.to_owned(),
        executable: false,
        template: "test",
        key: String::new(),
    }
}

fn plan(files: &[(&str, &str)]) -> Plan {
    let files = files
        .iter()
        .map(|(path, content)| ((*path).to_owned(), file(FileKind::Generated, content)));
    Plan {
        files: files.collect(),
    }
}

fn run(root: &Path, plan: &Plan, mode: Mode) -> Outcome {
    try_run(root, plan, mode).expect("carried out")
}

fn try_run(root: &Path, plan: &Plan, mode: Mode) -> anyhow::Result<Outcome> {
    carry_out(root, plan, None, mode, false, &mut Vec::new(), &|_, _| {})
}

fn shown(root: &Path, plan: &Plan, mode: Mode) -> String {
    let mut out = Vec::new();
    carry_out(root, plan, None, mode, false, &mut out, &|_, _| {}).expect("carried out");
    String::from_utf8(out).expect("text")
}

fn read(root: &Path, path: &str) -> String {
    fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn write(root: &Path, path: &str, content: &str) {
    let file = root.join(path);
    fs::create_dir_all(file.parent().expect("has a parent")).expect("made");
    fs::write(file, content).expect("written");
}

fn codes(outcome: &Outcome) -> Vec<(&'static str, String)> {
    let place = |d: &platformctl::diagnostic::Diagnostic| {
        d.primary().map(|l| l.path.clone()).unwrap_or_default()
    };
    outcome
        .diagnostics
        .iter()
        .filter(|d| d.severity == Severity::Error)
        .map(|d| (d.code, place(d)))
        .collect()
}

/// Every file and folder but `.platformctl`, with content; folders end with a slash.
fn snapshot(root: &Path) -> BTreeMap<String, String> {
    walkdir::WalkDir::new(root)
        .min_depth(1)
        .into_iter()
        .filter_entry(|entry| entry.file_name() != ".platformctl")
        .map(|entry| {
            let entry = entry.expect("readable");
            let path = entry.path().strip_prefix(root).expect("below").to_str();
            let path = path.expect("text").to_owned();
            if entry.file_type().is_dir() {
                (path + "/", String::new())
            } else {
                let content = fs::read(entry.path()).unwrap_or_default();
                (path, String::from_utf8_lossy(&content).into_owned())
            }
        })
        .collect()
}

fn root() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

#[test]
fn creates_a_tree_and_then_has_nothing_to_do() {
    let root = root();
    let root = root.path();
    let mut plan = plan(&[("a/b/c.yaml", "c\n"), ("Makefile", "all:\n")]);
    plan.files
        .insert("pins/k.yaml".into(), file(FileKind::Pins, "pin\n"));
    plan.files
        .insert("custom/x/k.yaml".into(), file(FileKind::Custom, "mine\n"));
    let outcome = run(root, &plan, APPLY);
    assert!(outcome.drift && outcome.diagnostics.is_empty());
    assert_eq!(outcome.changes.count(What::Create), 4);
    assert_eq!(read(root, "a/b/c.yaml"), "c\n");
    let lock = Lock::parse(&read(root, LOCK_FILE)).expect("a lock");
    assert_eq!(lock.paths().collect::<Vec<_>>(), ["Makefile", "a/b/c.yaml"]);
    assert_eq!(lock.digests("Makefile"), [Digest::of(b"all:\n")]);
    assert_eq!(lock.tool(), Some(env!("CARGO_PKG_VERSION")));

    let written = fs::metadata(root.join(LOCK_FILE))
        .and_then(|m| m.modified())
        .expect("time");
    let again = run(root, &plan, APPLY);
    assert!(!again.drift && again.changes.files.is_empty());
    assert_eq!(again.changes.unchanged, 4);
    let kept = fs::metadata(root.join(LOCK_FILE))
        .and_then(|m| m.modified())
        .expect("time");
    assert_eq!(written, kept, "the lock is not rewritten for nothing");
    assert_eq!(read(root, ".platformctl/.gitignore"), "*\n");
    assert_eq!(
        fs::read_dir(root.join(".platformctl/tmp"))
            .expect("there")
            .count(),
        0
    );
}

#[test]
fn updates_and_removes_what_is_its_own() {
    let root = root();
    let root = root.path();
    run(
        root,
        &plan(&[("a/b/c", "1\n"), ("a/d", "1\n"), ("e", "1\n")]),
        APPLY,
    );
    write(root, "a/mine", "mine\n");
    let outcome = run(root, &plan(&[("e", "2\n")]), APPLY);
    assert_eq!(outcome.changes.count(What::Remove), 2);
    assert_eq!(outcome.changes.count(What::Update), 1);
    let left: Vec<_> = snapshot(root).into_keys().collect();
    assert_eq!(left, ["a/", "a/mine", "e", LOCK_FILE]);
    assert_eq!(read(root, "e"), "2\n");
}

#[test]
fn a_deleted_file_comes_back() {
    let root = root();
    let root = root.path();
    let plan = plan(&[("a/b", "1\n")]);
    run(root, &plan, APPLY);
    fs::remove_dir_all(root.join("a")).expect("removed");
    assert_eq!(run(root, &plan, APPLY).changes.count(What::Create), 1);
    assert_eq!(read(root, "a/b"), "1\n");
}

#[test]
fn a_hand_edit_is_named_and_kept_until_it_is_given_up() {
    let root = root();
    let root = root.path();
    run(
        root,
        &plan(&[("a", "1\n"), ("b", "1\n"), ("old", "1\n")]),
        APPLY,
    );
    write(root, "a", "edited\n");
    write(root, "old", "edited too\n");
    let next = plan(&[("a", "2\n"), ("b", "2\n")]);
    for _ in 0..2 {
        let outcome = run(root, &next, APPLY);
        assert_eq!(
            codes(&outcome),
            [
                ("edited-by-hand", "a".into()),
                ("edited-by-hand", "old".into())
            ]
        );
        assert!(outcome.kept() && outcome.drift && !outcome.refused());
        assert_eq!(read(root, "a"), "edited\n");
        assert_eq!(read(root, "old"), "edited too\n");
        assert_eq!(read(root, "b"), "2\n", "everything else is written");
    }
    let outcome = run(root, &next, FORCE);
    assert!(codes(&outcome).is_empty() && !outcome.kept());
    assert_eq!(outcome.diagnostics.len(), 2, "what is given up is noted");
    assert_eq!(read(root, "a"), "2\n");
    assert!(!root.join("old").exists());
    assert!(!run(root, &next, Mode::Check).drift);
}

#[test]
fn an_edit_that_is_taken_back_is_forgotten() {
    let root = root();
    let root = root.path();
    run(root, &plan(&[("a", "1\n")]), APPLY);
    write(root, "a", "edited\n");
    assert!(run(root, &plan(&[("a", "2\n")]), APPLY).kept());
    write(root, "a", "1\n");
    assert!(!run(root, &plan(&[("a", "2\n")]), APPLY).kept());
    assert_eq!(read(root, "a"), "2\n");
    // The same by hand: the planned content counts as render's own, and is recorded as such.
    write(root, "a", "3\n");
    assert!(!run(root, &plan(&[("a", "3\n")]), APPLY).kept());
    assert!(!run(root, &plan(&[("a", "4\n")]), APPLY).kept());
    assert_eq!(read(root, "a"), "4\n");
}

#[test]
fn a_foreign_file_is_never_overwritten() {
    let root = root();
    let root = root.path();
    write(root, "a", "foreign\n");
    write(root, "same", "1\n");
    let plan = plan(&[("a", "1\n"), ("b", "1\n"), ("same", "1\n")]);
    for mode in [APPLY, FORCE] {
        let outcome = run(root, &plan, mode);
        assert_eq!(codes(&outcome), [("foreign-file", "a".into())]);
        assert!(outcome.kept());
        assert_eq!(read(root, "a"), "foreign\n");
        assert_eq!(read(root, "b"), "1\n");
    }
    let lock = Lock::parse(&read(root, LOCK_FILE)).expect("a lock");
    assert_eq!(
        lock.paths().collect::<Vec<_>>(),
        ["b", "same"],
        "what equals the plan is adopted"
    );
}

#[test]
fn a_foreign_file_or_folder_on_the_way_is_never_overwritten() {
    let root = root();
    let root = root.path();
    write(root, "a", "a file where a folder must be\n");
    write(root, "b/mine", "a folder where a file must be\n");
    let plan = plan(&[("a/x", "1\n"), ("a/y/z", "1\n"), ("b", "1\n"), ("c", "1\n")]);
    let outcome = run(root, &plan, FORCE);
    assert_eq!(
        codes(&outcome),
        [("foreign-file", "a".into()), ("foreign-file", "b".into())]
    );
    assert_eq!(outcome.changes.count(What::Keep), 3);
    assert!(root.join("b/mine").exists() && root.join("c").exists());
}

#[test]
fn files_become_folders_and_folders_files() {
    let root = root();
    let root = root.path();
    let first = plan(&[("a", "1\n"), ("b/c/d", "1\n"), ("b/e", "1\n")]);
    let second = plan(&[("a/x/y", "2\n"), ("b", "2\n")]);
    run(root, &first, APPLY);
    assert!(codes(&run(root, &second, APPLY)).is_empty());
    assert_eq!(
        (read(root, "a/x/y"), read(root, "b")),
        ("2\n".into(), "2\n".into())
    );
    assert!(codes(&run(root, &first, APPLY)).is_empty());
    assert_eq!(read(root, "b/c/d"), "1\n");
    assert!(!run(root, &first, Mode::Check).drift);
}

#[test]
fn pins_and_custom_files_are_created_once_and_left_alone() {
    let root = root();
    let root = root.path();
    let mut first = plan(&[("svc/k", "1\n")]);
    first
        .files
        .insert("svc/pins/k".into(), file(FileKind::Pins, "pin\n"));
    first
        .files
        .insert("custom/svc/k".into(), file(FileKind::Custom, "none\n"));
    run(root, &first, APPLY);
    write(root, "svc/pins/k", "promoted\n");
    write(root, "custom/svc/k", "mine\n");
    for mode in [APPLY, FORCE] {
        let outcome = run(root, &first, mode);
        assert!(!outcome.drift && outcome.diagnostics.is_empty());
    }
    run(root, &plan(&[]), FORCE);
    assert_eq!(read(root, "svc/pins/k"), "promoted\n");
    assert_eq!(read(root, "custom/svc/k"), "mine\n");
    assert!(!root.join("svc/k").exists());
}

#[test]
fn a_file_that_is_handed_to_the_user_is_not_removed() {
    let root = root();
    let root = root.path();
    run(root, &plan(&[("a", "1\n")]), APPLY);
    let mut next = plan(&[]);
    next.files.insert("a".into(), file(FileKind::Custom, "2\n"));
    assert!(codes(&run(root, &next, APPLY)).is_empty());
    assert_eq!(read(root, "a"), "1\n");
    assert_eq!(
        Lock::parse(&read(root, LOCK_FILE))
            .expect("a lock")
            .paths()
            .count(),
        0
    );
}

#[cfg(unix)]
#[test]
fn the_executable_bit_counts() {
    use std::os::unix::fs::PermissionsExt as _;
    let root = root();
    let root = root.path();
    let mut plan = plan(&[("run.sh", "#!/bin/sh\n"), ("text", "t\n")]);
    plan.files.get_mut("run.sh").expect("planned").executable = true;
    run(root, &plan, APPLY);
    let mode = |path: &str| {
        fs::metadata(root.join(path))
            .expect("there")
            .permissions()
            .mode()
    };
    assert_eq!((mode("run.sh") & 0o100, mode("text") & 0o100), (0o100, 0));
    fs::set_permissions(root.join("run.sh"), fs::Permissions::from_mode(0o644)).expect("set");
    let diff = shown(root, &plan, Mode::Check);
    assert_eq!(
        diff,
        "diff --git a/run.sh b/run.sh\nold mode 100644\nnew mode 100755\n"
    );
    assert_eq!(run(root, &plan, APPLY).changes.count(What::Update), 1);
    assert_eq!(mode("run.sh") & 0o100, 0o100);
}

#[test]
fn check_diff_and_dry_run_write_nothing() {
    let root = root();
    let root = root.path();
    let empty = plan(&[("a/b", "1\n")]);
    for mode in [Mode::Check, Mode::Diff, Mode::DryRun] {
        assert!(run(root, &empty, mode).drift);
        assert!(
            fs::read_dir(root).expect("there").next().is_none(),
            "{mode:?}"
        );
    }
    assert_eq!(
        shown(root, &empty, Mode::DryRun),
        "create a/b\ncreated 1, unchanged 0\n"
    );
}
