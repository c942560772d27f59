//! Rendering onto disks that refuse: full ones, read-only ones, folders that nobody may write to.
//!
//! Some need the right to mount; where it is missing they say `SKIPPED` and pass.
#![expect(
    clippy::disallowed_methods,
    reason = "tests set disks up and look at them"
)]

use platformctl::plan::{FileKind, Plan, PlannedFile};
use platformctl::tree::{LOCK_FILE, Lock, Mode, Outcome, carry_out};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

const APPLY: Mode = Mode::Apply { force: false };

fn plan(count: usize, text: &str) -> Plan {
    let files = (0..count).map(|number| {
        let file = PlannedFile {
            kind: FileKind::Generated,
            content: format!("{number}\n{}", text.repeat(400)),
            executable: false,
            template: "test",
            key: String::new(),
        };
        (format!("folder-{}/file-{number}.yaml", number % 7), file)
    });
    Plan {
        files: files.collect(),
    }
}

fn render(root: &Path, plan: &Plan) -> anyhow::Result<Outcome> {
    carry_out(root, plan, None, APPLY, false, &mut Vec::new(), &|_, _| {})
}

fn assert_repaired(root: &Path, plan: &Plan) {
    let outcome = render(root, plan).expect("repaired");
    assert!(outcome.diagnostics.is_empty(), "{:?}", outcome.diagnostics);
    for (path, file) in &plan.files {
        let content = fs::read_to_string(root.join(path)).expect(path);
        assert_eq!(content, file.content, "{path}");
    }
    let lock = fs::read_to_string(root.join(LOCK_FILE)).expect("a lock");
    let lock = Lock::parse(&lock).expect("a valid lock");
    assert!(lock.paths().eq(plan.files.keys()));
    assert!(
        lock.paths().all(|path| lock.digests(path).len() == 1),
        "a settled lock"
    );
}

fn succeeds(program: &str, arguments: &[&str], path: &Path) -> bool {
    Command::new(program)
        .args(arguments)
        .arg(path)
        .output()
        .is_ok_and(|output| output.status.success())
}

fn skipped(why: &str) {
    // Past the test harness, which would swallow it.
    let _ = writeln!(std::io::stderr(), "SKIPPED: {why}");
}

/// A small file system in memory; unmounted on drop.
struct Memory {
    folder: tempfile::TempDir,
}

impl Memory {
    fn mount(size: &str) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let options = format!("size={size}");
        succeeds(
            "mount",
            &["-t", "tmpfs", "-o", &options, "tmpfs"],
            folder.path(),
        )
        .then_some(Self { folder })
    }

    fn remount(&self, options: &str) {
        let options = format!("remount,{options}");
        assert!(succeeds("mount", &["-o", &options], self.folder.path()));
    }

    fn root(&self) -> PathBuf {
        self.folder.path().to_owned()
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        succeeds("umount", &["-l"], self.folder.path());
    }
}

#[test]
fn a_full_disk_is_named_and_repaired_when_there_is_room() {
    let Some(memory) = Memory::mount("512k") else {
        return skipped("no right to mount, a full disk was not tried");
    };
    let root = memory.root();
    assert_repaired(&root, &plan(20, "a\n"));
    fs::write(root.join("mine"), "mine\n").expect("written");
    let error = render(&root, &plan(900, "b\n")).expect_err("there is no room");
    let message = format!("{error:#}");
    assert!(
        message.contains("cannot ") && message.contains("No space left"),
        "{message}"
    );
    assert_eq!(
        fs::read_dir(root.join(".platformctl/tmp"))
            .expect("there")
            .count(),
        0
    );

    memory.remount("size=64m");
    // Whatever platform.toml says by then.
    assert_repaired(&root, &plan(30, "c\n"));
    assert_repaired(&root, &plan(900, "b\n"));
    assert_eq!(
        fs::read_to_string(root.join("mine")).expect("there"),
        "mine\n"
    );
}

#[test]
fn a_read_only_disk_is_named_and_left_as_it_is() {
    let Some(memory) = Memory::mount("4m") else {
        return skipped("no right to mount, a read-only disk was not tried");
    };
    let root = memory.root();
    let (first, second) = (plan(20, "a\n"), plan(30, "b\n"));
    assert_repaired(&root, &first);
    memory.remount("ro");
    let error = render(&root, &second).expect_err("nothing can be written");
    let message = format!("{error:#}");
    assert!(
        message.contains("`.platformctl/lock`") && message.contains("Read-only"),
        "{message}"
    );
    let check = carry_out(
        &root,
        &second,
        None,
        Mode::Check,
        false,
        &mut Vec::new(),
        &|_, _| {},
    );
    assert!(check.expect("looking needs no right to write").drift);
    memory.remount("rw");
    assert_repaired(&root, &second);
}

/// A folder that nobody may write to, not even root; opened again on drop.
struct Closed(PathBuf);

impl Closed {
    fn close(folder: &Path) -> Option<Self> {
        let closed = Self(folder.to_owned());
        set_writable(folder, false);
        if !closed.is_writable() {
            return Some(closed);
        }
        // Root writes where it likes, but not to what is immutable.
        (succeeds("chattr", &["+i"], folder) && !closed.is_writable()).then_some(closed)
    }

    fn is_writable(&self) -> bool {
        let probe = self.0.join("probe");
        let written = fs::write(&probe, "").is_ok();
        let _ = fs::remove_file(probe);
        written
    }
}

impl Drop for Closed {
    fn drop(&mut self) {
        succeeds("chattr", &["-i"], &self.0);
        set_writable(&self.0, true);
    }
}

fn set_writable(folder: &Path, writable: bool) {
    let mut permissions = fs::metadata(folder).expect("there").permissions();
    #[cfg(unix)]
    std::os::unix::fs::PermissionsExt::set_mode(
        &mut permissions,
        if writable { 0o755 } else { 0o555 },
    );
    #[cfg(not(unix))]
    permissions.set_readonly(!writable);
    fs::set_permissions(folder, permissions).expect("set");
}

#[test]
fn a_closed_folder_stops_a_run_in_the_middle_and_the_next_goes_on() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let root = root.path();
    assert_repaired(root, &plan(20, "a\n"));
    for next in [plan(200, "b\n"), plan(0, "")] {
        let closed = Closed::close(&root.join("folder-3"));
        if closed.is_none() {
            set_writable(&root.join("folder-3"), true);
            return skipped("no folder can be closed to this user, a closed folder was not tried");
        }
        let error = render(root, &next).expect_err("one folder cannot be written to");
        assert!(format!("{error:#}").contains("`folder-3/"), "{error:#}");
        drop(closed);
        assert_repaired(root, &next);
        assert!(render(root, &plan(20, "a\n")).is_ok());
    }
}

#[test]
fn a_root_that_is_not_there_is_named() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let error = render(&root.path().join("nowhere"), &plan(1, "a\n")).expect_err("not there");
    assert!(format!("{error:#}").contains("nowhere"));
}
