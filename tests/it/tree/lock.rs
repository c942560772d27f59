//! What the lock records, and that neither it nor a plan reaches out of the repository.

use super::*;

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
