//! Symlinks and other things that are no files.

use super::*;

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
