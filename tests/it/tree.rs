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

#[test]
fn diffs_are_patches_as_git_writes_them() {
    let root = root();
    let root = root.path();
    run(
        root,
        &plan(&[("gone", "x\n"), ("same", "s\n"), ("text", "1\n2\n3\n")]),
        APPLY,
    );
    let next = plan(&[
        ("empty", ""),
        ("new", "n\n"),
        ("same", "s\n"),
        ("text", "1\nzwei\n3\n"),
    ]);
    let diff = shown(root, &next, Mode::Diff);
    assert_eq!(diff, shown(root, &next, Mode::Check));
    let expected = "\
diff --git a/empty b/empty
new file mode 100644
index 0000000..e69de29
diff --git a/gone b/gone
deleted file mode 100644
--- a/gone
+++ /dev/null
@@ -1 +0,0 @@
-x
diff --git a/new b/new
new file mode 100644
--- /dev/null
+++ b/new
@@ -0,0 +1 @@
+n
diff --git a/text b/text
--- a/text
+++ b/text
@@ -1,3 +1,3 @@
 1
-2
+zwei
 3
";
    assert_eq!(diff, expected);
}

#[test]
fn a_diff_in_colour_ends_its_colours() {
    let root = root();
    let mut out = Vec::new();
    let plan = plan(&[("a", "1\n")]);
    carry_out(
        root.path(),
        &plan,
        None,
        Mode::Diff,
        true,
        &mut out,
        &|_, _| {},
    )
    .expect("shown");
    let text = String::from_utf8(out).expect("text");
    assert!(text.contains("\u{1b}[32m+1\u{1b}[0m\n"));
    let count = |part: &str| text.matches(part).count();
    assert_eq!(count("\u{1b}["), 2 * count("\u{1b}[0m"));
}

#[test]
fn the_policy_is_recorded_and_kept() {
    let root = root();
    let root = root.path();
    let plan = plan(&[("a", "1\n")]);
    let with = |policy, mode| {
        carry_out(
            root,
            &plan,
            policy,
            mode,
            false,
            &mut Vec::new(),
            &|_, _| {},
        )
        .expect("done")
    };
    let recorded = || {
        Lock::parse(&read(root, LOCK_FILE))
            .expect("a lock")
            .policy()
            .map(str::to_owned)
    };
    with(Some("abc"), APPLY);
    assert_eq!(recorded().as_deref(), Some("abc"));
    assert!(!with(None, APPLY).drift);
    assert_eq!(recorded().as_deref(), Some("abc"));
    assert!(with(Some("def"), Mode::Check).drift);
    with(Some("def"), APPLY);
    assert_eq!(recorded().as_deref(), Some("def"));
    let two_words = compare(
        root,
        &plan,
        Options {
            force: false,
            policy: Some("a\nb"),
        },
    );
    assert!(two_words.is_err());
}

#[test]
fn a_damaged_lock_stops_everything_and_its_remedy_works() {
    let root = root();
    let root = root.path();
    let first = plan(&[("a", "1\n"), ("b", "1\n")]);
    run(root, &first, APPLY);
    let ours = read(root, LOCK_FILE);
    run(root, &plan(&[("a", "theirs\n"), ("b", "1\n")]), APPLY);
    let theirs = read(root, LOCK_FILE);
    let conflict = format!("<<<<<<< HEAD\n{ours}=======\n{theirs}>>>>>>> branch\n");
    write(root, LOCK_FILE, &conflict);
    let before = snapshot(root);
    let outcome = run(root, &first, FORCE);
    assert!(outcome.refused() && outcome.drift);
    assert!(
        codes(&outcome)
            .iter()
            .all(|c| *c == ("lock-damaged", LOCK_FILE.to_owned()))
    );
    let (start, _) = outcome
        .changes
        .sources
        .positions(outcome.diagnostics[0].primary().expect("a place"))
        .expect("a line");
    assert_eq!(start.line, 1);
    assert_eq!(snapshot(root), before);

    // The first remedy: both sides without the markers. Files of either side are render's own.
    write(root, LOCK_FILE, &format!("{ours}{theirs}"));
    assert!(!run(root, &first, APPLY).kept());
    assert_eq!(read(root, "a"), "1\n");
    assert_eq!(read(root, LOCK_FILE), ours);

    // The second remedy: no lock. What equals the plan is adopted.
    fs::remove_file(root.join(LOCK_FILE)).expect("removed");
    let outcome = run(root, &first, APPLY);
    assert!(outcome.diagnostics.is_empty() && outcome.drift);
    assert_eq!(read(root, LOCK_FILE), ours);
}

#[test]
fn a_lock_cannot_reach_out_of_the_repository() {
    let outside = root();
    let victim = outside.path().join("victim");
    fs::write(&victim, "precious\n").expect("written");
    let root = outside.path().join("repository");
    fs::create_dir(&root).expect("made");
    let digest = Digest::of(b"precious\n");
    for path in [
        "../victim",
        victim.to_str().expect("text"),
        "a/../../victim",
    ] {
        write(&root, LOCK_FILE, &format!("version 1\n{digest}  {path}\n"));
        let outcome = run(&root, &plan(&[("b", "1\n")]), FORCE);
        assert_eq!(
            codes(&outcome),
            [("unsafe-path", LOCK_FILE.to_owned())],
            "{path}"
        );
        assert!(victim.exists() && !root.join("b").exists());
    }
}

#[test]
fn a_plan_cannot_reach_out_of_the_repository() {
    let root = root();
    for path in [
        "../x",
        "/x",
        "a//b",
        ".git/config",
        "platform.lock",
        ".platformctl/lock",
    ] {
        let outcome = run(root.path(), &plan(&[(path, "1\n"), ("b", "1\n")]), APPLY);
        assert!(outcome.refused(), "{path}");
        assert_eq!(outcome.diagnostics[0].code, "unsafe-path");
    }
    let both = run(root.path(), &plan(&[("a", "1\n"), ("a/b", "1\n")]), APPLY);
    assert!(both.refused());
    assert!(snapshot(root.path()).is_empty());
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_symlink() {
    use std::os::unix::fs::symlink;
    let plan = plan(&[("a/b/c", "1\n"), ("z", "1\n")]);
    let outside = root();
    for link in [
        "a",
        "a/b",
        "a/b/c",
        "platform.lock",
        ".platformctl",
        ".platformctl/tmp",
        ".platformctl/lock",
    ] {
        let root = root();
        let root = root.path();
        let at = root.join(link);
        fs::create_dir_all(at.parent().expect("a parent")).expect("made");
        symlink(outside.path(), &at).expect("linked");
        for mode in [APPLY, FORCE, Mode::Check] {
            let outcome = run(root, &plan, mode);
            assert_eq!(codes(&outcome), [("symlink-in-the-way", link.to_owned())]);
            assert!(outcome.refused());
        }
        assert!(
            !root.join("z").exists(),
            "{link}: refused before anything is written"
        );
        assert!(
            fs::read_dir(outside.path())
                .expect("there")
                .next()
                .is_none(),
            "{link}"
        );
    }
}

#[cfg(unix)]
#[test]
fn a_recorded_file_behind_a_symlink_is_not_removed() {
    let (root, outside) = (root(), root());
    let root = root.path();
    run(root, &plan(&[("a/b", "1\n")]), APPLY);
    fs::rename(root.join("a"), outside.path().join("a")).expect("moved");
    std::os::unix::fs::symlink(outside.path().join("a"), root.join("a")).expect("linked");
    let outcome = run(root, &plan(&[]), FORCE);
    assert_eq!(codes(&outcome), [("symlink-in-the-way", "a".into())]);
    assert_eq!(read(outside.path(), "a/b"), "1\n");
}

#[cfg(unix)]
#[test]
fn the_root_may_be_named_by_a_symlink() {
    let (real, other) = (root(), root());
    let link = other.path().join("link");
    std::os::unix::fs::symlink(real.path(), &link).expect("linked");
    run(&link, &plan(&[("a/b", "1\n")]), APPLY);
    assert_eq!(read(real.path(), "a/b"), "1\n");
}

#[cfg(unix)]
#[test]
fn a_socket_is_neither_read_nor_replaced() {
    let root = root();
    let _socket = std::os::unix::net::UnixListener::bind(root.path().join("a")).expect("made");
    let outcome = run(root.path(), &plan(&[("a", "1\n")]), FORCE);
    assert_eq!(codes(&outcome), [("foreign-file", "a".into())]);
}

#[test]
fn only_one_run_at_a_time() {
    let root = root();
    let plan = plan(&[("a", "1\n")]);
    let guard = Guard::take(root.path()).expect("free");
    let second = Guard::take(root.path()).expect_err("taken");
    assert!(second.downcast_ref::<Busy>().is_some());
    let refused = try_run(root.path(), &plan, APPLY).expect_err("taken");
    assert!(refused.downcast_ref::<Busy>().is_some());
    assert!(
        run(root.path(), &plan, Mode::Check).drift,
        "looking is always possible"
    );
    drop(guard);
    assert!(try_run(root.path(), &plan, APPLY).is_ok());
}

#[test]
fn leftovers_of_a_killed_run_are_cleared() {
    let root = root();
    write(root.path(), ".platformctl/tmp/17", "half a fi");
    run(root.path(), &plan(&[("a", "1\n")]), APPLY);
    assert!(!root.path().join(".platformctl/tmp/17").exists());
}

#[test]
fn a_change_between_comparing_and_writing_is_not_lost() {
    let root = root();
    let root = root.path();
    run(root, &plan(&[("a", "1\n"), ("b", "1\n")]), APPLY);
    for (path, next) in [
        ("a", plan(&[("a", "2\n"), ("b", "1\n")])),
        ("b", plan(&[("a", "1\n")])),
        ("c", plan(&[("a", "1\n"), ("b", "1\n"), ("c", "1\n")])),
    ] {
        let guard = Guard::take(root).expect("free");
        let changes = compare(root, &next, Options::default()).expect("compared");
        write(root, path, "edited meanwhile\n");
        let error = apply(&guard, &next, &changes, &|_, _| {}).expect_err("noticed");
        assert!(
            error.to_string().contains(&format!("`{path}` was changed")),
            "{error:#}"
        );
        assert_eq!(read(root, path), "edited meanwhile\n");
        fs::write(root.join(path), if path == "c" { "" } else { "1\n" }).expect("restored");
    }
}

#[test]
fn an_empty_file_is_nobodys_edit() {
    let root = root();
    let root = root.path();
    let plan = plan(&[("a", "1\n")]);
    run(root, &plan, APPLY);
    write(root, "a", "");
    assert!(!run(root, &plan, APPLY).kept());
    assert_eq!(read(root, "a"), "1\n");
}

/// A plan made of small numbers: which files, which content.
fn made_up(seed: u64) -> Plan {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut plan = Plan::default();
    for number in 0..random.usize(0..14) {
        let folder = ["", "a/", "a/b/", "c/", "c/d/e/"][random.usize(0..5)];
        let kind = [
            FileKind::Generated,
            FileKind::Generated,
            FileKind::Generated,
            FileKind::Pins,
            FileKind::Custom,
        ][random.usize(0..5)];
        // The kind is part of the name: no file changes hands in these plans.
        let path = format!("{folder}{kind:?}-{}", number % 9);
        let mut planned = file(kind, &format!("{}\n", random.u8(0..4)));
        planned.executable = random.u8(0..6) == 0;
        plan.files.insert(path, planned);
    }
    plan
}

fn users(root: &Path) -> BTreeMap<String, String> {
    let mut files = snapshot(root);
    files
        .retain(|path, _| !path.ends_with('/') && !path.contains("Generated") && path != LOCK_FILE);
    files
}

fn interrupt(root: &Path, plan: &Plan, random: &mut fastrand::Rng) {
    let guard = Guard::take(root).expect("free");
    let changes: Changes = compare(root, plan, Options::default()).expect("compared");
    assert!(
        !changes.files.iter().any(|c| c.what == What::Keep),
        "{:?}",
        changes.diagnostics
    );
    let steps = apply_first(&guard, plan, &changes, 0).expect("nothing");
    apply_first(&guard, plan, &changes, random.usize(0..=steps)).expect("begun");
    write(
        root,
        &format!(".platformctl/tmp/{}", random.u8(0..9)),
        "half a fi",
    );
}

#[test]
fn an_interrupted_run_is_repaired_by_the_next_whatever_it_renders() {
    for seed in 0..100 {
        let mut random = fastrand::Rng::with_seed(seed);
        let root = root();
        let root = root.path();
        run(root, &made_up(seed), APPLY);
        write(root, "c/mine", "mine\n");
        for path in users(root).into_keys() {
            write(root, &path, &format!("edited {path}\n"));
        }
        // Interrupted more than once, with another platform.toml each time.
        for round in 1..=random.u64(1..4) {
            let before = users(root);
            interrupt(root, &made_up(seed * 7 + round), &mut random);
            for (path, content) in before {
                assert_eq!(read(root, &path), content, "seed {seed}");
            }
        }
        let last = made_up(seed * 13);
        let before = users(root);
        let outcome = run(root, &last, APPLY);
        assert!(
            outcome.diagnostics.is_empty(),
            "seed {seed}: {:?}",
            outcome.diagnostics
        );
        assert!(!run(root, &last, Mode::Check).drift, "seed {seed}");
        assert_same_as_fresh(root, &last, &before, seed, false);
    }
}

/// The tree is what a render into an empty folder makes, and the user's files with it.
///
/// Folders count only where every file is recorded: one made for pins or custom files that are then no longer planned
/// may stay behind empty, which Git does not see.
fn assert_same_as_fresh(
    root: &Path,
    plan: &Plan,
    users_files: &BTreeMap<String, String>,
    seed: u64,
    folders: bool,
) {
    let fresh = self::root();
    for (path, content) in users_files {
        write(fresh.path(), path, content);
    }
    run(fresh.path(), plan, APPLY);
    let files = |root: &Path| {
        let mut files = snapshot(root);
        files.retain(|path, _| folders || !path.ends_with('/'));
        files
    };
    assert_eq!(files(root), files(fresh.path()), "seed {seed}");
}

#[test]
fn every_prefix_of_the_steps_is_repaired() {
    let first = plan(&[
        ("a", "1\n"),
        ("b/c/d", "1\n"),
        ("b/e", "1\n"),
        ("f", "1\n"),
        ("g/h", "1\n"),
    ]);
    let second = plan(&[("a/x", "2\n"), ("b", "2\n"), ("f", "2\n"), ("i/j", "2\n")]);
    let third = plan(&[("f", "3\n")]);
    for next in [&first, &second, &third] {
        let mut step = 0;
        loop {
            let root = root();
            let root = root.path();
            run(root, &first, APPLY);
            let guard = Guard::take(root).expect("free");
            let changes = compare(root, &second, Options::default()).expect("compared");
            let steps = apply_first(&guard, &second, &changes, step).expect("begun");
            drop(guard);
            let outcome = run(root, next, APPLY);
            assert!(
                outcome.diagnostics.is_empty(),
                "step {step}: {:?}",
                outcome.diagnostics
            );
            assert_same_as_fresh(root, next, &BTreeMap::new(), step as u64, true);
            step += 1;
            if step > steps {
                assert!(steps > 10, "the plans make a run of some length");
                break;
            }
        }
    }
}
